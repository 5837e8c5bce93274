using System.Diagnostics;
using System.Globalization;
using Capns.Runner.Worker.Sandboxing;
using Capns.Sandbox.Tests.Conformance;
using Capns.Sandbox.Tests.Native;

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
        await ThroughputAsync("shell, 4 at a time", sandbox, shell);
        await ThroughputAsync("python prestarted, 4 at a time", sandbox, python.WithStdin("print(1)"));
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
            CultureInfo.InvariantCulture, $"{name}: first byte {Median(first):0.00} ms, full cycle {Median(full):0.00} ms (best {full.Min():0.00})"));
    }

    private static async Task ThroughputAsync(string name, ISandbox sandbox, SandboxSpec spec)
    {
        var watch = Stopwatch.StartNew();
        var lanes = Enumerable.Range(0, 4).Select(async _ =>
        {
            var done = 0;
            for (; watch.Elapsed.TotalSeconds < 5; done++)
            {
                await sandbox.RunAsync(spec, new FirstByte(), CancellationToken.None, CancellationToken.None);
            }

            return done;
        });
        var total = (await Task.WhenAll(lanes)).Sum();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {total / watch.Elapsed.TotalSeconds:0} runs/s"));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

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
