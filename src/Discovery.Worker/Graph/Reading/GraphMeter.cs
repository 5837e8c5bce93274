using System.Diagnostics.Metrics;
using Capns.Hosting.Metrics;

namespace Capns.Discovery.Worker.Graph.Reading;

/// <summary>How far the graph is, and what its cache saves (platform spec 10.3).</summary>
internal sealed class GraphMeter
{
    private static readonly KeyValuePair<string, object?> Cache = new("cache", "graph");

    private readonly Counter<long> _requests;
    private readonly Counter<long> _misses;
    private long _hit;
    private long _asked;

    public GraphMeter(IMeterFactory meters, GraphStatus status, GraphSettings settings, TimeProvider time)
    {
        var meter = meters.Create(CapnsMeter.Name);
        _requests = meter.CreateCounter<long>(
            CapnsMeter.Prefix + "cache_requests_total", description: "Look-ups in a cache of Redis, by cache and result.");
        _misses = meter.CreateCounter<long>(
            CapnsMeter.Prefix + "cache_misses_total", description: "Look-ups in a cache of Redis that found nothing.");
        meter.CreateObservableGauge(
            CapnsMeter.Prefix + "cache_hit_ratio",
            () => new Measurement<double>(HitRatio, Cache),
            description: "Share of look-ups that found something, since the start.");
        meter.CreateObservableGauge(
            CapnsMeter.Prefix + "graph_epoch",
            () => status.CanAnswer ? status.Epoch : status.TruthEpoch,
            description: "How far the store that answers has come.");
        meter.CreateObservableGauge(
            CapnsMeter.Prefix + "graph_lag_seconds",
            // Without a graph server nothing lags.
            () => settings.IsEnabled && status.BehindSince is { } since ? time.GetElapsedTime(since).TotalSeconds : 0,
            description: "How long the graph server has been behind PostgreSQL; 0 when it is not, or there is none.");
    }

    private double HitRatio => Volatile.Read(ref _asked) is var asked and > 0 ? (double)Volatile.Read(ref _hit) / asked : 0;

    /// <summary>A look-up.</summary>
    public void LookedUp(bool found)
    {
        Interlocked.Increment(ref _asked);
        _requests.Add(1, Cache, new KeyValuePair<string, object?>("result", found ? "hit" : "miss"));
        if (found)
        {
            Interlocked.Increment(ref _hit);
        }
        else
        {
            _misses.Add(1, Cache);
        }
    }
}
