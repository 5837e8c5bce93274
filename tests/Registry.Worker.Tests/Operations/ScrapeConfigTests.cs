using System.Text.RegularExpressions;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Operations;

public sealed partial class ScrapeConfigTests
{
    [Fact]
    public void Prometheus_AsksTheRegistryWhereItNeedsNoLogin()
    {
        var compose = File.ReadAllText(Path.Combine(Checkout.Root, "infra", "compose.yaml"));
        var scrape = File.ReadAllText(Path.Combine(Checkout.Root, "infra", "prometheus", "prometheus.yml"));

        Assert.Equal(MetricsPort().Match(compose).Groups[1].Value, RegistryTarget().Match(scrape).Groups[1].Value);
        Assert.NotEmpty(MetricsPort().Match(compose).Groups[1].Value);
    }

    [GeneratedRegex("METRICS_PORT: \"([0-9]+)\"")]
    private static partial Regex MetricsPort();

    [GeneratedRegex(@"names: \[registry\], type: A, port: ([0-9]+)")]
    private static partial Regex RegistryTarget();
}
