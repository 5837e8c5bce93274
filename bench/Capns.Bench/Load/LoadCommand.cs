using System.CommandLine;
using Capns.Bench.Workers;

namespace Capns.Bench.Load;

/// <summary><c>bench/load</c>: latency and throughput, with what they must be compared to in the same run.</summary>
internal static class LoadCommand
{
    public static Command Create(Option<DirectoryInfo> root)
    {
        var seconds = new Option<int>("--seconds") { Description = "Length of each measurement. Default: 10.", DefaultValueFactory = _ => 10 };
        var inFlight = new Option<int[]>("--in-flight")
        {
            Description = "Executions in flight. Default: 1 16 64.",
            DefaultValueFactory = _ => [1, 16, 64],
            AllowMultipleArgumentsPerToken = true,
        };
        var container = new Option<bool>("--no-container") { Description = "Leaves out the container driver." };
        var command = new Command("load", "Publish to started and to completed, beside a bare sandbox and a plain hop over the bus.");
        command.Options.Add(seconds);
        command.Options.Add(inFlight);
        command.Options.Add(container);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new LoadOptions
            {
                Root = parsed.GetRequiredValue(root).FullName,
                Duration = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                InFlight = parsed.GetValue(inFlight)!,
                Container = !parsed.GetValue(container),
            };
            var state = Directory.CreateTempSubdirectory("capns-load-").FullName;
            Console.WriteLine($"data and logs in {state}");
            await using var servers = await Servers.StartAsync(options.Root, state);
            await new LoadRun(options, servers, state).RunAsync(cancellationToken);
            return 0;
        });
        return command;
    }
}

/// <summary>What to measure.</summary>
internal sealed record LoadOptions
{
    public required string Root { get; init; }

    /// <summary>Of each measurement, after a warm-up of 2 s.</summary>
    public required TimeSpan Duration { get; init; }

    public required IReadOnlyList<int> InFlight { get; init; }

    public required bool Container { get; init; }
}
