using System.Globalization;
using System.Text;

namespace Capns.Hosting.Metrics;

/// <summary>The Prometheus text exposition format, version 0.0.4.</summary>
/// <remarks>Source: prometheus.io/docs/instrumenting/exposition_formats, "Text-based format".</remarks>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder(16384);
        foreach (var family in families.OrderBy(family => family.Name, StringComparer.Ordinal))
        {
            var series = family.Series.ToList();
            // Our own are named before anything was measured: what is watched for must be known to be there.
            if (series.Count == 0 && !family.Name.StartsWith(CapnsMeter.Prefix, StringComparison.Ordinal))
            {
                continue;
            }

            WriteHead(text, family.Name, family.Help, family.Type);
            foreach (var (labels, one) in series)
            {
                WriteSeries(text, family, labels, one);
            }

            // The platform names the count of HTTP requests apart from their durations (platform spec 10.3).
            if (family.Name == "http_request_duration_seconds")
            {
                WriteHead(text, "http_requests_total", "HTTP requests answered.", MetricType.Counter);
                foreach (var (labels, one) in series)
                {
                    WriteLine(text, "http_requests_total", labels, one.Read().Counts.Sum());
                }
            }
        }

        return text.ToString();
    }

    private static void WriteHead(StringBuilder text, string name, string help, MetricType type)
    {
        var word = type switch
        {
            MetricType.Counter => "counter",
            MetricType.Histogram => "histogram",
            _ => "gauge",
        };
        var line = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        text.Append("# HELP ").Append(name).Append(' ').Append(line).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(word).Append('\n');
    }

    private static void WriteSeries(StringBuilder text, MetricFamily family, string labels, MetricSeries series)
    {
        var (value, counts) = series.Read();
        if (family.Type != MetricType.Histogram)
        {
            WriteLine(text, family.Name, labels, value);
            return;
        }

        long below = 0;
        for (var index = 0; index < counts.Length; index++)
        {
            below += counts[index];
            var bound = index < family.Bounds.Length ? Number(family.Bounds[index]) : "+Inf";
            WriteLine(text, $"{family.Name}_bucket", $"{labels},le=\"{bound}\"", below);
        }

        WriteLine(text, $"{family.Name}_sum", labels, value);
        WriteLine(text, $"{family.Name}_count", labels, below);
    }

    private static void WriteLine(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append('{').Append(labels).Append("} ").Append(Number(value)).Append('\n');

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
