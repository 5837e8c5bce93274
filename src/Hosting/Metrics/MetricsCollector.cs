using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Capns.Hosting.Metrics;

/// <summary>Listens to the meters of this process and adds up what they measure. Thread-safe.</summary>
public sealed class MetricsCollector : IDisposable
{
    private static readonly string[] Meters =
    [
        CapnsMeter.Name, "MassTransit", "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime",
    ];

    /// <summary>Seconds; for histograms that do not name their own.</summary>
    private static readonly double[] DefaultBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<MetricFamily, bool> _observable = new();
    private readonly MeterListener _listener = new();
    private readonly MetricLabels _labels;
    private readonly Lock _scrape = new();

    /// <param name="service">Value of the label <c>service</c>.</param>
    public MetricsCollector(string service)
    {
        _labels = new MetricLabels(service);
        _listener.InstrumentPublished = Listen;
        _listener.SetMeasurementEventCallback<byte>((instrument, value, tags, state) => Take(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<short>((instrument, value, tags, state) => Take(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, state) => Take(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, state) => Take(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<float>((instrument, value, tags, state) => Take(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, state) => Take(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<decimal>((instrument, value, tags, state) => Take(instrument, (double)value, tags, state));
        _listener.Start();
    }

    /// <summary>Everything measured so far, in the Prometheus text format 0.0.4.</summary>
    public string Write()
    {
        lock (_scrape)
        {
            foreach (var family in _observable.Keys)
            {
                family.Clear();
            }

            _listener.RecordObservableInstruments();
            return PrometheusText.Write(_families.Values);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Listen(Instrument instrument, MeterListener listener)
    {
        if (!Meters.Contains(instrument.Meter.Name, StringComparer.Ordinal))
        {
            return;
        }

        var type = TypeOf(instrument);
        var (name, factor) = MetricNaming.Of(instrument, type);
        var family = _families.GetOrAdd(
            name,
            _ => new MetricFamily(name, type, Help(instrument), factor, type == MetricType.Histogram ? Bounds(instrument, factor) : []));
        // The same name with another meaning would spoil both; the first one has it.
        if (family.Type == type)
        {
            if (instrument.IsObservable)
            {
                _observable[family] = true;
            }

            listener.EnableMeasurementEvents(instrument, family);
        }
    }

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var family = (MetricFamily)state!;
        var labels = _labels.Write(tags);
        if (family.Type == MetricType.Histogram)
        {
            family.Observe(labels, value);
        }
        else if (instrument.IsObservable || Generic(instrument) == typeof(Gauge<>))
        {
            family.Set(labels, value);
        }
        else
        {
            family.Add(labels, value);
        }
    }

    private static MetricType TypeOf(Instrument instrument)
    {
        var kind = Generic(instrument);
        return kind == typeof(Histogram<>) ? MetricType.Histogram
            : (kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>)) && !MetricNaming.GoesDown(instrument.Name) ? MetricType.Counter
            : MetricType.Gauge;
    }

    private static Type Generic(Instrument instrument) => instrument.GetType().GetGenericTypeDefinition();

    private static string Help(Instrument instrument) =>
        string.IsNullOrWhiteSpace(instrument.Description) ? $"{instrument.Name} of {instrument.Meter.Name}." : instrument.Description;

    private static double[] Bounds(Instrument instrument, double factor)
    {
        var advised = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            _ => null,
        };
        return advised is { Count: > 0 } ? [.. advised.Select(bound => bound * factor).Order()] : DefaultBounds;
    }
}
