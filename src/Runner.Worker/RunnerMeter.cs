using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Capns.Contracts.Running;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker;

/// <summary>What a runner measures, on meter <c>Capns</c> (platform spec 10.3).</summary>
internal static class RunnerMeter
{
    private static readonly Meter Meter = new("Capns");

    private static readonly Histogram<double> SandboxCreation = Meter.CreateHistogram<double>(
        "capability_registry_sandbox_creation_seconds", "s", "Time of a sandbox beyond its program's own: creation and removal.");

    private static readonly UpDownCounter<long> ActiveExecutions = Meter.CreateUpDownCounter<long>(
        "capability_registry_active_executions", description: "Attempts that run now.");

    private static readonly Counter<long> RateLimited = Meter.CreateCounter<long>(
        "capability_registry_rate_limited_total", description: "Attempts that a limit held back.");

    private static readonly Gauge<double> ResourceUsage = Meter.CreateGauge<double>(
        "capability_registry_sandbox_resource_usage", description: "What the last run of each driver used: memory_bytes at its peak, cpu_ratio in processors, duration_seconds.");

    private static readonly ConcurrentDictionary<RunSlots, string[]> Observed = new();

    static RunnerMeter() => Meter.CreateObservableGauge(
        "capability_registry_slots_used_ratio",
        () => Observed.SelectMany(entry => entry.Value.Select(pool => new Measurement<double>(
            (double)entry.Key.Used / entry.Key.Total, new KeyValuePair<string, object?>("pool", pool)))),
        description: "Share of the runner's places in use.");

    /// <summary>Makes the instruments known before the first run.</summary>
    public static void Announce() => System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(RunnerMeter).TypeHandle);

    /// <summary>From now on tells how full the places are.</summary>
    public static void Observe(RunSlots slots, IReadOnlyList<string> pools) => Observed[slots] = [.. pools];

    /// <summary>No longer tells it.</summary>
    public static void Forget(RunSlots slots) => Observed.TryRemove(slots, out _);

    /// <summary>An attempt started.</summary>
    public static void Started(RunTool order) => ActiveExecutions.Add(1, new KeyValuePair<string, object?>("pool", order.Pool));

    /// <summary>An attempt ended.</summary>
    public static void Ended(RunTool order) => ActiveExecutions.Add(-1, new KeyValuePair<string, object?>("pool", order.Pool));

    /// <summary>A sandbox ran.</summary>
    public static void SandboxRan(SandboxResult result, TimeSpan whole)
    {
        var driver = new KeyValuePair<string, object?>("driver", result.Driver);
        SandboxCreation.Record(Math.Max(0, (whole - result.Duration).TotalSeconds), driver, new KeyValuePair<string, object?>("warm", result.Warm ? "true" : "false"));
        ResourceUsage.Record(result.PeakMemoryBytes, driver, new KeyValuePair<string, object?>("resource", "memory_bytes"));
        ResourceUsage.Record(
            result.Duration > TimeSpan.Zero ? result.CpuTime / result.Duration : 0, driver, new KeyValuePair<string, object?>("resource", "cpu_ratio"));
        ResourceUsage.Record(result.Duration.TotalSeconds, driver, new KeyValuePair<string, object?>("resource", "duration_seconds"));
    }

    /// <summary>A limit held an attempt back.</summary>
    /// <param name="code">The code of the refusal.</param>
    public static void Limited(string code) => RateLimited.Add(1, new KeyValuePair<string, object?>("kind", code switch
    {
        "RATE_LIMITED" => "rate",
        "CONCURRENCY_LIMITED" => "concurrency",
        _ => "unavailable",
    }));
}
