using System.Diagnostics.Metrics;
using System.Globalization;
using Capns.Hosting.Metrics;
using Xunit;

namespace Capns.Hosting.Tests.Metrics;

/// <summary>The text of <c>/metrics</c>. Meters are heard by every collector of the process, hence a name per test.</summary>
public sealed class MetricsCollectorTests
{
    [Fact]
    public void Counter_AddedWithTags_IsSummedPerSeriesWhateverTheOrderOfTheTags()
    {
        using var collector = new MetricsCollector("capability-registry");
        using var meter = new Meter(CapnsMeter.Name);
        var counter = meter.CreateCounter<long>("capability_registry_a_total", description: "Things\nof \\ a.");
        counter.Add(1, new("tool", "t"), new("level", "safe"));
        counter.Add(2, new("level", "safe"), new("tool", "t"));

        Assert.Equal(
            "# HELP capability_registry_a_total Things\\nof \\\\ a.\n"
            + "# TYPE capability_registry_a_total counter\n"
            + "capability_registry_a_total{service=\"capability-registry\",level=\"safe\",tool=\"t\"} 3\n",
            Of(collector, "capability_registry_a_total"));
    }

    [Fact]
    public void LabelValue_WithQuotesBackslashAndNewLine_IsEscaped()
    {
        using var collector = new MetricsCollector("s\"x");
        using var meter = new Meter(CapnsMeter.Name);
        meter.CreateCounter<int>("capability_registry_b_total").Add(1, new KeyValuePair<string, object?>("queue.name", "a\"b\\c\nd"));

        Assert.Contains("""{service="s\"x",queue_name="a\"b\\c\nd"} 1""", Of(collector, "capability_registry_b_total"), StringComparison.Ordinal);
    }

    [Fact]
    public void Histogram_ValuesOnAndBetweenBounds_AreCountedCumulatively()
    {
        using var collector = new MetricsCollector("s");
        using var meter = new Meter(CapnsMeter.Name);
        var histogram = meter.CreateHistogram(
            "capability_registry_c_seconds", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in new[] { 0.05, 0.1, 0.5, 7 })
        {
            histogram.Record(value);
        }

        Assert.EndsWith(
            "capability_registry_c_seconds_bucket{service=\"s\",le=\"0.1\"} 2\n"
            + "capability_registry_c_seconds_bucket{service=\"s\",le=\"1\"} 3\n"
            + "capability_registry_c_seconds_bucket{service=\"s\",le=\"+Inf\"} 4\n"
            + "capability_registry_c_seconds_sum{service=\"s\"} 7.65\n"
            + "capability_registry_c_seconds_count{service=\"s\"} 4\n",
            Of(collector, "capability_registry_c_seconds"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void ObservableGauge_SeriesNoLongerReported_IsGone()
    {
        using var collector = new MetricsCollector("s");
        using var meter = new Meter(CapnsMeter.Name);
        var pools = new List<string> { "default", "trusted" };
        meter.CreateObservableGauge("capability_registry_d", () => pools.Select(pool => new Measurement<int>(4, new KeyValuePair<string, object?>("pool", pool))));

        Assert.Contains("pool=\"trusted\"", Of(collector, "capability_registry_d"), StringComparison.Ordinal);
        pools.Remove("trusted");
        var text = Of(collector, "capability_registry_d");
        Assert.Contains("capability_registry_d{service=\"s\",pool=\"default\"} 4\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("trusted", text, StringComparison.Ordinal);
    }

    [Fact]
    public void UpDownCounterAndGauge_Changed_ShowTheLastValue()
    {
        using var collector = new MetricsCollector("s");
        using var meter = new Meter(CapnsMeter.Name);
        var running = meter.CreateUpDownCounter<int>("capability_registry_e");
        running.Add(3);
        running.Add(-1);
        var ratio = meter.CreateGauge<double>("capability_registry_f_ratio");
        ratio.Record(0.25);
        ratio.Record(0.5);

        Assert.EndsWith("capability_registry_e{service=\"s\"} 2\n", Of(collector, "capability_registry_e"), StringComparison.Ordinal);
        Assert.EndsWith("capability_registry_f_ratio{service=\"s\"} 0.5\n", Of(collector, "capability_registry_f_ratio"), StringComparison.Ordinal);
    }

    [Fact]
    public void ToolLabel_Beyond500Values_IsOther()
    {
        using var collector = new MetricsCollector("s");
        using var meter = new Meter(CapnsMeter.Name);
        var counter = meter.CreateCounter<long>("capability_registry_g_total");
        for (var tool = 0; tool < 510; tool++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("tool", tool.ToString(CultureInfo.InvariantCulture)));
        }

        counter.Add(1, new KeyValuePair<string, object?>("tool", "7"));

        var text = Of(collector, "capability_registry_g_total");
        Assert.Equal(501, text.Split('\n').Count(line => line.StartsWith("capability_registry_g_total{", StringComparison.Ordinal)));
        Assert.Contains("tool=\"other\"} 10\n", text, StringComparison.Ordinal);
        Assert.Contains("tool=\"7\"} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ForeignMeters_DottedNamesAndUnits_BecomePrometheusNamesInBaseUnits()
    {
        using var collector = new MetricsCollector("s");
        using var meter = new Meter("MassTransit");
        meter.CreateCounter<long>("messaging.masstransit.probe", "ea").Add(2);
        meter.CreateHistogram<double>("messaging.masstransit.probe.duration", "ms").Record(1500);

        Assert.Contains("messaging_masstransit_probe_total{service=\"s\"} 2\n", collector.Write(), StringComparison.Ordinal);
        Assert.Contains("messaging_masstransit_probe_duration_seconds_sum{service=\"s\"} 1.5\n", collector.Write(), StringComparison.Ordinal);
        Assert.Contains("messaging_masstransit_probe_duration_seconds_bucket{service=\"s\",le=\"1\"} 0\n", collector.Write(), StringComparison.Ordinal);
        Assert.Contains("messaging_masstransit_probe_duration_seconds_bucket{service=\"s\",le=\"2.5\"} 1\n", collector.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void ForeignCounterThatGoesDown_IsAGauge()
    {
        using var collector = new MetricsCollector("s");
        using var meter = new Meter("MassTransit");
        var active = meter.CreateCounter<long>("messaging.masstransit.probe.active", "ea");
        active.Add(3);
        active.Add(-2);

        Assert.Contains(
            "# TYPE messaging_masstransit_probe_active gauge\nmessaging_masstransit_probe_active{service=\"s\"} 1\n",
            collector.Write(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownMeter_IsNotHeard()
    {
        using var collector = new MetricsCollector("s");
        using var meter = new Meter("Somebody.Else");
        meter.CreateCounter<long>("capability_registry_h_total").Add(1);
        Assert.DoesNotContain("capability_registry_h_total", collector.Write(), StringComparison.Ordinal);
    }

    [PromtoolFact]
    public async Task Text_CheckedByPromtool_HasNothingToComplainAbout()
    {
        using var collector = new MetricsCollector("capability-registry");
        using var meter = new Meter(CapnsMeter.Name);
        meter.CreateCounter<long>("capability_registry_execution_success_total", description: "Executions that completed.")
            .Add(1, new("tool", "a\"b"), new("level", "safe"));
        meter.CreateHistogram<double>("capability_registry_execution_duration_seconds", description: "From start to end.").Record(0.2);
        meter.CreateGauge<double>("capability_registry_slots_used_ratio", description: "Share of slots in use.").Record(0.5);

        var (code, output) = await PromtoolFactAttribute.CheckAsync(WithoutForeignNames(collector.Write()));

        Assert.True(code == 0 && output.Length == 0, output);
    }

    /// <summary>Other tests of this process name instruments as they like.</summary>
    private static string WithoutForeignNames(string text) => string.Join(
        '\n',
        text.Split('\n').Where(line => !System.Text.RegularExpressions.Regex.IsMatch(line, "capability_registry_[a-h](_|\\{| )|masstransit_probe")));

    private static string Of(MetricsCollector collector, string family) => string.Concat(
        collector.Write().Split('\n')
            .Where(line => line.Replace("# HELP ", "", StringComparison.Ordinal).Replace("# TYPE ", "", StringComparison.Ordinal) is var rest
                && rest.StartsWith(family, StringComparison.Ordinal))
            .Select(line => line + "\n"));
}
