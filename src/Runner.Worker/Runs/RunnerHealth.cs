using Capns.Hosting.Health;
using Capns.Runner.Worker.Executors;
using Capns.Runner.Worker.Runs.Queues;

namespace Capns.Runner.Worker.Runs;

/// <summary>The sandbox drivers and places of this runner, in <c>/health/detailed</c> (platform spec 10.2).</summary>
/// <remarks>A driver that failed its probe degrades; without any, or without the run queues, the runner is not ready.</remarks>
internal sealed class RunnerHealth(SandboxDrivers drivers, RunSlots slots, RunQueueConsumer consumer) : IHealthPart
{
    /// <inheritdoc/>
    public string Name => "sandbox";

    /// <inheritdoc/>
    public string Section => "eventRunner/sandbox";

    /// <inheritdoc/>
    public bool Required => !drivers.AnyUsable || !consumer.IsConsuming;

    /// <inheritdoc/>
    public Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        var states = drivers.States;
        var whole = drivers.AnyUsable && consumer.IsConsuming && states.Values.All(reason => reason is null);
        var measures = new Dictionary<string, object?>
        {
            ["drivers"] = states.ToDictionary(state => state.Key, state => state.Value is null ? "ok" : "unavailable"),
            ["reasons"] = states.Where(state => state.Value is not null).ToDictionary(state => state.Key, state => state.Value),
            ["slots"] = new { used = slots.Used, max = slots.Total },
            ["consuming"] = consumer.IsConsuming,
        };
        var word = !drivers.AnyUsable ? "unavailable" : whole ? "ok" : "degraded";
        return Task.FromResult(new PartReport(whole ? PartState.Up : PartState.Away, word, measures));
    }
}
