using System.Collections.Concurrent;

namespace Capns.Hosting.Metrics;

/// <summary>How a family is read by Prometheus.</summary>
internal enum MetricType
{
    Unknown = 0,
    Counter = 1,
    Gauge = 2,
    Histogram = 3,
}

/// <summary>All series of one metric name.</summary>
/// <param name="name">Prometheus name.</param>
/// <param name="type">How it is read.</param>
/// <param name="help">One sentence.</param>
/// <param name="factor">Turns a measurement into the unit of the name.</param>
/// <param name="bounds">Upper bounds of the histogram's buckets, ascending, in the unit of the name; empty otherwise.</param>
internal sealed class MetricFamily(string name, MetricType type, string help, double factor, double[] bounds)
{
    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public MetricType Type { get; } = type;

    public string Help { get; } = help;

    public double[] Bounds { get; } = bounds;

    /// <summary>By their labels as they are written.</summary>
    public IEnumerable<KeyValuePair<string, MetricSeries>> Series => _series.OrderBy(pair => pair.Key, StringComparer.Ordinal);

    public void Add(string labels, double value) => Of(labels).Add(value * factor);

    public void Set(string labels, double value) => Of(labels).Set(value * factor);

    public void Observe(string labels, double value) => Of(labels).Observe(value * factor, Bounds);

    /// <summary>Forgets all series: what an observable instrument no longer reports is gone.</summary>
    public void Clear() => _series.Clear();

    private MetricSeries Of(string labels) => _series.GetOrAdd(labels, static (_, buckets) => new MetricSeries(buckets), Bounds.Length + 1);
}

/// <summary>One series. Thread-safe.</summary>
/// <param name="buckets">Number of the histogram's buckets including the last, unbounded one.</param>
internal sealed class MetricSeries(int buckets)
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[buckets];
    private double _value;

    public void Add(double value)
    {
        lock (_lock)
        {
            _value += value;
        }
    }

    public void Set(double value)
    {
        lock (_lock)
        {
            _value = value;
        }
    }

    public void Observe(double value, double[] bounds)
    {
        var index = Array.BinarySearch(bounds, value);
        lock (_lock)
        {
            _value += value;
            _counts[index < 0 ? ~index : index]++;
        }
    }

    /// <summary>Value or sum, with the count of each bucket (not cumulative).</summary>
    public (double Value, long[] Counts) Read()
    {
        lock (_lock)
        {
            return (_value, (long[])_counts.Clone());
        }
    }
}
