using System.Diagnostics.Metrics;

namespace Capns.Hosting.Metrics;

/// <summary>What of its machine's share a worker uses (platform spec 10.3, <c>resource_utilization_ratio</c>).</summary>
internal sealed class ProcessMeter
{
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private (long At, TimeSpan Used) _before;

    public ProcessMeter(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _before = (time.GetTimestamp(), Environment.CpuUsage.TotalTime);
        meters.Create(CapnsMeter.Name).CreateObservableGauge(
            CapnsMeter.Prefix + "resource_utilization_ratio", Measure, description: "Share of the memory and of the processors available to this worker that it uses.");
    }

    private IEnumerable<Measurement<double>> Measure()
    {
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        yield return new Measurement<double>(limit > 0 ? (double)Environment.WorkingSet / limit : 0, new KeyValuePair<string, object?>("resource", "memory"));
        yield return new Measurement<double>(Processors(), new KeyValuePair<string, object?>("resource", "cpu"));
    }

    /// <summary>Since the look before.</summary>
    private double Processors()
    {
        lock (_lock)
        {
            var (now, used) = (_time.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var elapsed = _time.GetElapsedTime(_before.At, now);
            var share = elapsed > TimeSpan.Zero ? (used - _before.Used) / elapsed / Environment.ProcessorCount : 0;
            _before = (now, used);
            return Math.Clamp(share, 0, 1);
        }
    }
}
