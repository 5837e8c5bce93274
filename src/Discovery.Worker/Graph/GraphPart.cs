using System.Diagnostics;
using Capns.Discovery.Worker.Graph.Projection;
using Capns.Hosting.Health;

namespace Capns.Discovery.Worker.Graph;

/// <summary>The graph server, whichever it is: a round trip. Never required; disabled when there is none (platform spec 10.2).</summary>
internal sealed class GraphPart(GraphStores stores) : IHealthPart
{
    public string Name => "neo4j";

    public string Section => "database/neo4j";

    public bool Required => false;

    public async Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        if (stores.Executor is not { } executor)
        {
            return PartReport.Disabled;
        }

        var started = Stopwatch.GetTimestamp();
        var marker = await GraphMarker.ReadAsync(executor, cancellationToken);
        var report = PartReport.Connected(Stopwatch.GetElapsedTime(started));
        return report with
        {
            Measures = new Dictionary<string, object?>(report.Measures!)
            {
                ["store"] = executor.Store,
                ["ready"] = marker is { IsReady: true },
                ["epoch"] = marker?.Epoch ?? 0,
            },
        };
    }
}
