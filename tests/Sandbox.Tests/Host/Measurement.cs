using System.Diagnostics;
using System.Globalization;
using Capns.Runner.Worker.Executors;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Sandboxing;
using Capns.Runner.Worker.Sandboxing.Native;
using Capns.Sandbox.Tests.Conformance;
using Capns.Sandbox.Tests.Native;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Capns.Sandbox.Tests.Host;

/// <summary>Times of the native driver, in milliseconds: from the call to the first byte of output, and to the end of the call.</summary>
internal static class Measurement
{
    private const int Runs = 60;

    public static async Task RunAsync()
    {
        await using var sandbox = new NativeFixture().Create();
        sandbox.Warm([Example.Shell(), Example.Prestarted()]);
        var shell = Example.Script("echo hi");
        var python = Example.Spec() with { Program = Example.Prestarted() };
        var cold = shell with { Limits = shell.Limits with { ScratchBytes = 2 * Example.MiB } };
        await SeriesAsync("shell, warm", sandbox, shell, wantWarm: true);
        await SeriesAsync("shell, cold", sandbox, cold, wantWarm: false);
        await SeriesAsync("python, prestarted", sandbox, python.WithStdin("print(1)"), wantWarm: true);
        await ThroughputAsync("shell", 4, sandbox, shell);
        await ThroughputAsync("python prestarted", 4, sandbox, python.WithStdin("print(1)"));
        await BuiltinAsync();
    }

    /// <summary>The cheapest built-in tool, in as many warm sandboxes as a busy runner keeps.</summary>
    private static async Task BuiltinAsync()
    {
        var options = Options.Create(new SandboxOptions { WarmMembers = 8 });
        await using var sandbox = new NativeSandbox(options, TimeProvider.System, NullLogger<NativeSandbox>.Instance);
        var program = new BuiltinTools(new RunnerOptions { RunnerId = "measurement" }).Program;
        sandbox.Warm([program]);
        var spec = Example.Spec() with { Program = program };
        spec = spec.WithStdin("""{"handler":"math-calculator","parameters":{"operation":"add","operands":[5,3]},"environment":{}}""");
        foreach (var lanes in (int[])[1, 4, 16])
        {
            await ThroughputAsync("built-in", lanes, sandbox, spec);
        }

        await SeriesAsync("built-in, warm", sandbox, spec, wantWarm: true);
        var cold = spec with { Limits = spec.Limits with { ScratchBytes = 2 * Example.MiB } };
        await SeriesAsync("built-in, cold", sandbox, cold, wantWarm: false);
    }

    private static async Task SeriesAsync(string name, ISandbox sandbox, SandboxSpec spec, bool wantWarm)
    {
        var first = new List<double>();
        var full = new List<double>();
        while (first.Count < Runs)
        {
            // Let the pool fill up: this measures one run at a time, not the refill.
            await Task.Delay(60);
            var output = new FirstByte();
            var result = await sandbox.RunAsync(spec, output, CancellationToken.None, CancellationToken.None);
            if (result.Warm == wantWarm)
            {
                first.Add(output.First.TotalMilliseconds);
                full.Add(output.Elapsed.TotalMilliseconds);
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name}: first byte {Median(first):0.00} ms, p95 {Late(first):0.00}; full cycle {Median(full):0.00} ms, p95 {Late(full):0.00} (best {full.Min():0.00})"));
    }

    /// <summary>Runs per second, and CPU time of this process and of the whole machine per run.</summary>
    private static async Task ThroughputAsync(string name, int atATime, ISandbox sandbox, SandboxSpec spec)
    {
        var (own, all) = (Environment.CpuUsage.TotalTime, MachineTime());
        var watch = Stopwatch.StartNew();
        var lanes = Enumerable.Range(0, atATime).Select(async _ =>
        {
            var done = 0;
            for (; watch.Elapsed.TotalSeconds < 5; done++)
            {
                await sandbox.RunAsync(spec, new FirstByte(), CancellationToken.None, CancellationToken.None);
            }

            return done;
        });
        var total = (await Task.WhenAll(lanes)).Sum();
        var seconds = watch.Elapsed.TotalSeconds;
        (own, all) = ((Environment.CpuUsage.TotalTime - own) / total, (MachineTime() - all) / total);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, {atATime} at a time: {total / seconds:0} runs/s; CPU per run {own.TotalMilliseconds:0.00} ms here, {all.TotalMilliseconds:0.00} ms on the machine"));
    }

    /// <summary>All but idle and waiting, since the boot (proc(5), /proc/stat: hundredths of a second).</summary>
    private static TimeSpan MachineTime()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return TimeSpan.FromMilliseconds(10 * ((int[])[1, 2, 3, 6, 7]).Sum(field => long.Parse(fields[field], CultureInfo.InvariantCulture)));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double Late(List<double> values) => values.Order().ElementAt(values.Count * 95 / 100);

    private sealed class FirstByte : ISandboxOutput
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();

        public TimeSpan First { get; private set; }

        public TimeSpan Elapsed => _watch.Elapsed;

        public ValueTask StdoutAsync(ReadOnlyMemory<byte> bytes)
        {
            First = First == TimeSpan.Zero ? _watch.Elapsed : First;
            return ValueTask.CompletedTask;
        }

        public ValueTask StderrAsync(ReadOnlyMemory<byte> bytes) => ValueTask.CompletedTask;
    }
}
