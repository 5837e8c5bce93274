using System.Diagnostics.Metrics;
using Capns.Hosting.Metrics;
using Capns.Registry.Worker.Streams.Live.Clients;

namespace Capns.Registry.Worker.Streams.Live;

/// <summary>Measures live streams (platform spec 10.3). Thread-safe.</summary>
internal sealed class LiveMetrics
{
    /// <summary>What is older was replayed.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly Histogram<double> _latency;
    private readonly Counter<long> _dropped;
    private readonly TimeProvider _time;
    private int _clients;

    public LiveMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(CapnsMeter.Name);
        _latency = meter.CreateHistogram<double>(CapnsMeter.Prefix + "stream_latency_seconds", "s", "From an event to its frame");
        _dropped = meter.CreateCounter<long>(CapnsMeter.Prefix + "ws_dropped_total", null, "Events that went into others for slow watchers");
        meter.CreateObservableGauge(CapnsMeter.Prefix + "ws_clients", () => Clients, null, "WebSockets and event streams that are open");
    }

    /// <summary>WebSockets and event streams that are open now.</summary>
    public int Clients => Volatile.Read(ref _clients);

    /// <summary>A watcher came.</summary>
    public void Came() => Interlocked.Increment(ref _clients);

    /// <summary>A watcher left.</summary>
    public void Left() => Interlocked.Decrement(ref _clients);

    /// <summary>Events went into others.</summary>
    public void Dropped(int events) => _dropped.Add(events);

    /// <summary>Frames went out.</summary>
    public void Sent(List<BufferedItem> items)
    {
        if (!_latency.Enabled)
        {
            return;
        }

        var now = _time.GetUtcNow();
        foreach (var item in items)
        {
            if (item.Event?.Timestamp is { } told && now - told is var age && age < Fresh)
            {
                _latency.Record(Math.Max(0, age.TotalSeconds));
            }
        }
    }
}
