namespace Capns.Hosting.Health;

/// <summary>Whether the worker's services have all started; until then it is not ready.</summary>
internal sealed class StartPart(LaterStart start) : IHealthPart
{
    public string Name => "start";

    public string Section => "start";

    public bool Required => true;

    public Task<PartReport> MeasureAsync(CancellationToken cancellationToken) => Task.FromResult(
        start.IsComplete ? new PartReport(PartState.Up, "complete") : new PartReport(PartState.Away, "waiting"));
}
