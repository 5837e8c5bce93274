using System.Globalization;
using Capns.Bench.Wire;
using Capns.Bench.Workers;
using Capns.Testing;

namespace Capns.Bench.Load;

/// <summary>All measurements of one run, one after the other on the same servers.</summary>
internal sealed class LoadRun(LoadOptions options, Servers servers, string state)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CompilerWarmUp = TimeSpan.FromSeconds(15);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var hop = await PlainHop.MeasureAsync(servers.Broker, options.Duration, cancellationToken);
        Console.WriteLine();
        Console.WriteLine("milliseconds                                                   p50      p95      p99");
        Row("plain MassTransit publish and consume, one at a time", hop.ToString());
        foreach (var (name, sample) in await BareSandboxes.MeasureAsync(options, cancellationToken))
        {
            Row(name, sample.ToString());
        }

        await using var registry = await StartAsync("Registry", noop: false, cancellationToken);
        await using (var noop = await StartAsync("Runner", noop: true, cancellationToken))
        {
            await SeriesAsync("no-op executor", "load-builtin", cancellationToken);
        }

        await using var runner = await StartAsync("Runner", noop: false, cancellationToken);
        await SeriesAsync("built-in tool on native", "load-builtin", cancellationToken);
        if (options.Container)
        {
            await SeriesAsync("built-in tool on container", "load-container", cancellationToken);
        }
    }

    private async Task SeriesAsync(string name, string tool, CancellationToken cancellationToken)
    {
        await using var publisher = new RequestPublisher(servers.Broker);
        var load = new ExecutionLoad(publisher);
        await using var recorder = new EventRecorder(servers.Broker, $"bench-load-{Guid.NewGuid():N}", durable: false, load.Seen);
        await recorder.StartAsync();
        // The workers are just-in-time compiled: without this, the first row measures the compiler.
        await load.MeasureAsync(tool, inFlight: 16, WarmUp, CompilerWarmUp, cancellationToken);
        foreach (var inFlight in options.InFlight)
        {
            var figures = await load.MeasureAsync(tool, inFlight, WarmUp, options.Duration, cancellationToken);
            Row($"{name}, {inFlight} in flight: publish to started", figures.ToStarted.ToString());
            Row($"{name}, {inFlight} in flight: publish to completed", string.Create(
                CultureInfo.InvariantCulture,
                $"{figures.ToCompleted}   {figures.PerSecond,7:F0}/s{Failures(figures)}"));
        }
    }

    private static string Failures(LoadFigures figures) => figures.Failures.Count == 0
        ? ""
        : "   not completed: " + string.Join(", ", figures.Failures.Select(pair => $"{pair.Key} {pair.Value}"));

    private async Task<WorkerProcess> StartAsync(string kind, bool noop, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(servers.Environment, StringComparer.Ordinal)
        {
            ["TOOL_DEFINITIONS"] = Path.Combine(options.Root, "bench", "tools"),
            ["RUNNER_POOLS"] = "default",
            ["MAX_CONCURRENT_EXECUTIONS"] = "64",
            ["SANDBOX_WARM"] = "8",
            ["LOG_LEVEL"] = "warn",
        };
        if (noop)
        {
            environment["CAPNS_BENCH_NOOP_EXECUTOR"] = "true";
        }

        var worker = WorkerProcess.Create(options.Root, "release", kind, noop ? 2 : 1, state, environment);
        worker.Start();
        await worker.ReadyAsync(cancellationToken);
        return worker;
    }

    private static void Row(string name, string figures) => Console.WriteLine($"{name,-56} {figures}");
}
