using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Capns.Core.Tests.Fuzzing;

namespace Capns.Core.Bench;

/// <summary><c>bench/run fuzz</c>: random and mutated texts through every parser of Core.</summary>
internal static class FuzzCommand
{
    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "Texts. Default: 1000000.", DefaultValueFactory = _ => 1_000_000 };
        var seed = new Option<int>("--seed") { Description = "Same seed, same texts. Default: 1.", DefaultValueFactory = _ => 1 };
        var command = new Command("fuzz", "Random and mutated texts through every parser: only documented errors, bounded time and memory.");
        command.Options.Add(count);
        command.Options.Add(seed);
        command.SetAction(parsed => Run(parsed.GetValue(count), parsed.GetValue(seed)));
        return command;
    }

    private static int Run(int count, int seed)
    {
        var started = Stopwatch.GetTimestamp();
        var (run, inputs) = (new FuzzRun(), new FuzzInputs(seed));
        run.Try(inputs, count);
        Console.WriteLine($"{count} texts, seed {seed}, {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s");
        Console.WriteLine("parser               accepted   refused  slowest ms  of length  most bytes  bytes/char (1,000 and longer)");
        foreach (var result in run.Results)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Target.Name,-20} {result.Accepted,8} {result.Refused,9} {result.Slowest.TotalMilliseconds,11:F2} "
                + $"{result.SlowestLength,10} {result.MostBytes,11} {result.MostBytesPerCharacter,10:F1}"));
        }

        foreach (var failure in run.Failures)
        {
            Console.WriteLine($"FAILED {failure}");
        }

        Console.WriteLine(
            run.Failures.Count == 0 ? "only documented errors, within the bounds of time and memory" : $"{run.Failures.Count} failures");
        return run.Failures.Count == 0 ? 0 : 1;
    }
}
