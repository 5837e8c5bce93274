using Capns.Hosting.Health;
using Capns.Runner.Worker.Runs.Queues;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Runs;

/// <summary>The sandbox drivers and places of this runner, in <c>/health/detailed</c> (platform spec 10.2).</summary>
/// <remarks>A driver that failed its probe degrades; without any, or without the run queues, the runner is not ready.</remarks>
internal sealed class RunnerHealth(SandboxSelection sandboxes, RunSlots slots, RunQueueConsumer consumer) : IHealthPart
{
    /// <inheritdoc/>
    public string Name => "sandbox";

    /// <inheritdoc/>
    public string Section => "eventRunner/sandbox";

    /// <inheritdoc/>
    public bool Required => !AnyUsable || !consumer.IsConsuming;

    private bool AnyUsable => sandboxes.Drivers.Any(driver => driver.Unavailable is null);

    /// <inheritdoc/>
    public Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        var drivers = sandboxes.Drivers;
        var whole = consumer.IsConsuming && drivers.Count > 0 && drivers.All(driver => driver.Unavailable is null);
        var measures = new Dictionary<string, object?>
        {
            ["drivers"] = drivers.ToDictionary(driver => driver.Driver, driver => driver.Unavailable is null ? "ok" : "unavailable"),
            ["reasons"] = drivers.Where(driver => driver.Unavailable is not null).ToDictionary(driver => driver.Driver, driver => driver.Unavailable),
            ["slots"] = new { used = slots.Used, max = slots.Total },
            ["consuming"] = consumer.IsConsuming,
        };
        var word = !AnyUsable ? "unavailable" : whole ? "ok" : "degraded";
        return Task.FromResult(new PartReport(whole ? PartState.Up : PartState.Away, word, measures));
    }
}
