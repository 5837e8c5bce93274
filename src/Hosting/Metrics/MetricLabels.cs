using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Capns.Hosting.Metrics;

/// <summary>Writes the labels of a series. Thread-safe.</summary>
/// <param name="service">Value of the label <c>service</c>, which every series has.</param>
internal sealed class MetricLabels(string service)
{
    /// <summary>Label <c>tool</c> holds so many values; the rest is <see cref="Other"/> (platform spec 10.3).</summary>
    public const int MostTools = 500;

    public const string Other = "other";

    private readonly string _service = $"service=\"{Escape(service)}\"";
    private readonly ConcurrentDictionary<string, string> _tools = new(StringComparer.Ordinal);
    private int _toolCount;

    public string Write(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
        {
            return _service;
        }

        // In one order, so that the same labels are the same series.
        var sorted = tags.ToArray();
        Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        var text = new StringBuilder(_service);
        foreach (var (key, value) in sorted)
        {
            // They would only split the series of one route.
            if (key is "network.protocol.version" or "url.scheme" or "service")
            {
                continue;
            }

            var word = Text(value);
            text.Append(',').Append(MetricNaming.Clean(key)).Append("=\"").Append(Escape(key == "tool" ? Tool(word) : word)).Append('"');
        }

        return text.ToString();
    }

    public static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string Text(object? value) => value switch
    {
        null => "",
        true => "true",
        false => "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private string Tool(string tool)
    {
        if (_tools.TryGetValue(tool, out var known))
        {
            return known;
        }

        if (_toolCount >= MostTools || Interlocked.Increment(ref _toolCount) > MostTools)
        {
            return Other;
        }

        return _tools.GetOrAdd(tool, tool);
    }
}
