using System.Diagnostics.Metrics;
using System.Text;

namespace Capns.Hosting.Metrics;

/// <summary>How an instrument is called in Prometheus.</summary>
internal static class MetricNaming
{
    /// <summary>The platform's own names without prefix (platform spec 10.3), for what ASP.NET Core calls otherwise.</summary>
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal)
    {
        ["http.server.request.duration"] = "http_request_duration_seconds",
        ["kestrel.active_connections"] = "active_connections",
    };

    /// <summary>Made as counters by their libraries, although they go down too.</summary>
    public static bool GoesDown(string instrument) =>
        instrument is "dotnet.thread_pool.thread.count" or "dotnet.thread_pool.queue.length"
        || (instrument.StartsWith("messaging.masstransit.", StringComparison.Ordinal) && instrument.EndsWith(".active", StringComparison.Ordinal));

    /// <summary>Name, and the factor that turns its measurements into the base unit of the name.</summary>
    public static (string Name, double Factor) Of(Instrument instrument, MetricType type)
    {
        if (instrument.Meter.Name == CapnsMeter.Name)
        {
            return (Clean(instrument.Name), 1);
        }

        if (Renamed.TryGetValue(instrument.Name, out var renamed))
        {
            return (renamed, 1);
        }

        var (unit, factor) = instrument.Unit switch
        {
            "ms" => ("_seconds", 0.001),
            "s" => ("_seconds", 1),
            "By" => ("_bytes", 1),
            _ => ("", 1d),
        };
        var name = Clean(instrument.Name);
        // A name on _count belongs to a histogram.
        name = type != MetricType.Histogram && name.EndsWith("_count", StringComparison.Ordinal) ? name[..^"_count".Length] : name;
        name = name.EndsWith(unit, StringComparison.Ordinal) ? name : name + unit;
        return (type == MetricType.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name, factor);
    }

    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length + 1);
        foreach (var character in text)
        {
            clean.Append(char.IsAsciiLetterOrDigit(character) || character == '_' ? character : '_');
        }

        return clean.Length > 0 && char.IsAsciiDigit(clean[0]) ? "_" + clean : clean.ToString();
    }
}
