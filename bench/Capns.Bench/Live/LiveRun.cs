using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Capns.Bench.Wire;
using Capns.Bench.Workers;
using Capns.Testing;

namespace Capns.Bench.Live;

/// <summary>Two registries, one runner, a balancer; for each number of watchers one run.</summary>
internal sealed class LiveRun(LiveOptions options, Servers servers, string state)
{
    /// <summary>The first run measures the compiler.</summary>
    private const int WarmUpLines = 2000;

    private static readonly string[] Columns = ["p50Ms", "p90Ms", "p99Ms", "maxMs"];

    private readonly List<WorkerProcess> _registries = [];

    /// <returns>True when every watcher got every event once and in order.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await using var first = await StartAsync("Registry", 1, cancellationToken);
        await using var second = await StartAsync("Registry", 2, cancellationToken);
        await using var runner = await StartAsync("Runner", 1, cancellationToken);
        _registries.AddRange([first, second]);
        await using var balancer = TcpBalancer.Start([first.Address, second.Address]);
        await MeasureAsync(balancer, 2, WarmUpLines, kill: false, cancellationToken);
        Console.WriteLine();
        Console.WriteLine("milliseconds, tool's line to frame                                          p50      p90      p99      max");
        var complete = true;
        foreach (var watchers in options.Watchers)
        {
            var told = await MeasureAsync(balancer, watchers, options.Lines, options.Kill, cancellationToken);
            complete &= told.GetProperty("complete").GetBoolean();
            Print(watchers, told);
        }

        return complete;
    }

    private async Task<JsonElement> MeasureAsync(TcpBalancer balancer, int watchers, int lines, bool kill, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        // Time for everybody to join.
        var wait = 4 + (watchers / 100.0);
        var startAt = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds + wait;
        await using var publisher = new RequestPublisher(servers.Broker);
        await publisher.PublishAsync(id, "live-lines", new { lines, linesPerSecond = options.Rate, startAt }, cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        using var watching = Watch(balancer, id, watchers, wait + (lines / options.Rate) + 60);
        var output = watching.StandardOutput.ReadToEndAsync(cancellationToken);
        if (kill)
        {
            await Task.Delay(TimeSpan.FromSeconds(wait - 1 + (lines / options.Rate / 2)), cancellationToken);
            await _registries[0].KillAsync();
            _registries[0].Start();
        }

        var told = await output;
        await watching.WaitForExitAsync(cancellationToken);
        if (kill)
        {
            await _registries[0].ReadyAsync(cancellationToken);
        }

        var last = told.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()
            ?? throw new InvalidOperationException($"The watcher said nothing: {await watching.StandardError.ReadToEndAsync(cancellationToken)}");
        return JsonSerializer.Deserialize<JsonElement>(last);
    }

    private Process Watch(TcpBalancer balancer, Guid id, int watchers, double within)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            Path.Combine(options.Root, "infra", "examples", "watcher-node", "watch.js"), "--quiet", "--url", $"ws://127.0.0.1:{balancer.Port}/ws",
            "--token", TestToken.Of("bench", roles: ["operator"]), "--execution", id.ToString(),
            "--watchers", watchers.ToString(CultureInfo.InvariantCulture), "--within", within.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
    }

    private static void Print(int watchers, JsonElement told)
    {
        Row($"{watchers} watchers, newest line of each event", told.GetProperty("newestLine"));
        Row($"{watchers} watchers, every line (merged: at most ten events a second)", told.GetProperty("everyLine"));
        Console.WriteLine($"  {told.GetRawText()}");
    }

    private static void Row(string name, JsonElement figures)
    {
        var row = string.Concat(Columns.Select(part =>
            figures.GetProperty(part) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble().ToString("F2", CultureInfo.InvariantCulture).PadLeft(9) : "        –"));
        Console.WriteLine($"{name,-70} {row}");
    }

    private async Task<WorkerProcess> StartAsync(string kind, int number, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(servers.Environment, StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["TOOL_DEFINITIONS"] = Path.Combine(options.Root, "bench", "tools"),
            ["TOOL_FILES"] = Path.Combine(options.Root, "bench", "tools"),
            ["RUNNER_POOLS"] = "default",
            ["SANDBOX_DRIVER"] = "native",
            ["EVENT_STREAM_MAX_CLIENTS"] = "5000",
            ["WS_MAX_CLIENTS"] = "5000",
            ["LOG_LEVEL"] = "warn",
        };
        var worker = WorkerProcess.Create(options.Root, "release", kind, number, state, environment);
        worker.Start();
        await worker.ReadyAsync(cancellationToken);
        return worker;
    }
}
