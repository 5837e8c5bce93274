using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Discovery;
using Xunit;

namespace Capns.Registry.Worker.Tests.Discovery;

public sealed class DiscoveryOptionsTests
{
    [Fact]
    public void Read_NothingIsSet_IsTwoSeconds() => Assert.Equal(TimeSpan.FromSeconds(2), Read("").Timeout);

    [Theory]
    [InlineData("50", "49")]
    [InlineData("30000", "30001")]
    [InlineData("2000", "soon")]
    public void Read_AValueAtItsBoundAndBeyond_IsTakenAndRefused(string good, string bad)
    {
        Assert.Equal(TimeSpan.FromMilliseconds(int.Parse(good, System.Globalization.CultureInfo.InvariantCulture)), Read(good).Timeout);

        var refused = Assert.Throws<SettingException>(() => Read(bad));
        Assert.Contains($"DISCOVERY_TIMEOUT_MS={bad}", refused.Message, StringComparison.Ordinal);
    }

    private static DiscoveryOptions Read(string value) => DiscoveryOptions.Read(new EnvironmentReader(name => name == "DISCOVERY_TIMEOUT_MS" ? value : null));
}
