namespace Capns.Definitions.Tests;

public sealed class RegistryConfigTests
{
    [Fact]
    public void Default_Everything_IsAsDocumented()
    {
        var config = new RegistryConfig();

        Assert.Equal(("https://capns.org", "https://capns.org/schema"), (config.RegistryUrl, config.SchemaUrl));
        Assert.Equal((TimeSpan.FromHours(24), TimeSpan.FromSeconds(10)), (config.TimeToLive, config.RequestTimeout));
        Assert.Equal((1_048_576, 8, false, false), (config.MaxAnswerBytes, config.MaxParallelRequests, config.IsOffline, config.IsReadOnly));
        Assert.Equal("capns", Path.GetFileName(config.CacheFolder));
    }

    [Theory]
    [InlineData(null, null, "https://capns.org", "https://capns.org/schema")]
    [InlineData("http://localhost:8080/", null, "http://localhost:8080", "http://localhost:8080/schema")]
    [InlineData("http://localhost:8080", "https://schemas.example/s", "http://localhost:8080", "https://schemas.example/s")]
    [InlineData("", "https://schemas.example", "https://capns.org", "https://schemas.example")]
    public void FromEnvironment_SetOrNot_MovesTheSchemasUnlessTheyAreSet(string? registry, string? schema, string expected, string expectedSchema)
    {
        var config = RegistryConfig.FromEnvironment(name => name == "CAPNS_REGISTRY_URL" ? registry : name == "CAPNS_SCHEMA_BASE_URL" ? schema : null);

        Assert.Equal((expected, expectedSchema), (config.RegistryUrl, config.SchemaUrl));
    }

    [Theory]
    [InlineData("capns.org")]
    [InlineData("ftp://capns.org")]
    [InlineData("/registry")]
    [InlineData("https://capns.org?x=1")]
    public void RegistryUrl_NoHttpAddress_IsRefusedByName(string url)
    {
        var refused = Assert.Throws<ArgumentException>(() => new RegistryConfig { RegistryUrl = url });

        Assert.Contains("RegistryUrl", refused.Message, StringComparison.Ordinal);
        Assert.Contains(url, refused.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Func<RegistryConfig, RegistryConfig>> OutOfBounds => new()
    {
        { nameof(RegistryConfig.TimeToLive), config => config with { TimeToLive = TimeSpan.FromMinutes(90) } },
        { nameof(RegistryConfig.TimeToLive), config => config with { TimeToLive = TimeSpan.Zero } },
        { nameof(RegistryConfig.TimeToLive), config => config with { TimeToLive = TimeSpan.FromHours(RegistryConfig.MaxHoursToLive + 1) } },
        { nameof(RegistryConfig.RequestTimeout), config => config with { RequestTimeout = TimeSpan.Zero } },
        { nameof(RegistryConfig.RequestTimeout), config => config with { RequestTimeout = TimeSpan.FromDays(1) + TimeSpan.FromTicks(1) } },
        { nameof(RegistryConfig.MaxAnswerBytes), config => config with { MaxAnswerBytes = 0 } },
        { nameof(RegistryConfig.MaxParallelRequests), config => config with { MaxParallelRequests = 0 } },
    };

    [Theory]
    [MemberData(nameof(OutOfBounds), DisableDiscoveryEnumeration = true)]
    public void Limits_OutOfBounds_AreRefusedByName(string name, Func<RegistryConfig, RegistryConfig> change)
    {
        var refused = Assert.Throws<ArgumentException>(() => change(new RegistryConfig()));

        Assert.StartsWith(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_AtTheirBounds_AreTaken()
    {
        var least = new RegistryConfig { TimeToLive = TimeSpan.FromHours(1), RequestTimeout = TimeSpan.FromTicks(1), MaxAnswerBytes = 1, MaxParallelRequests = 1 };
        var most = new RegistryConfig { TimeToLive = TimeSpan.FromHours(RegistryConfig.MaxHoursToLive), RequestTimeout = TimeSpan.FromDays(1) };

        Assert.Equal((1, 1_000_000), (least.TimeToLive.TotalHours, most.TimeToLive.TotalHours));
    }
}
