using System.Globalization;
using Capns.Contracts;
using Capns.Core.Versions;
using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Registration;
using Xunit;

namespace Capns.Registry.Worker.Tests.Tools;

public sealed class PureRuleTests
{
    [Theory]
    [InlineData("256", 256)]
    [InlineData("256MB", 256)]
    [InlineData("256 mb", 256)]
    [InlineData("1GB", 1024)]
    [InlineData("1.5GiB", 1536)]
    [InlineData("2g", 2048)]
    public void MemorySize_Text_IsMegabytes(string text, int expected)
    {
        Assert.True(MemorySize.TryParse(text, out var megabytes));
        Assert.Equal(expected, megabytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("-1")]
    [InlineData("1KB")]
    [InlineData("0.1")]
    [InlineData("99999999999999999999999999999999")]
    public void MemorySize_OtherText_IsRefused(string text) => Assert.False(MemorySize.TryParse(text, out _));

    [Theory]
    [InlineData("PDF to Text", "pdf-to-text")]
    [InlineData("  Grüße, Köln!  ", "gr-e-k-ln")]
    [InlineData("a--b__c", "a-b-c")]
    [InlineData("漢字", "")]
    public void Slug_Name_IsPlain(string name, string expected) => Assert.Equal(expected, Slugs.From(name));

    [Fact]
    public void Slug_LongName_IsCut() => Assert.Equal(128, Slugs.From(new string('a', 255)).Length);

    [Theory]
    [InlineData(null, "2.1.0")]
    [InlineData("latest", "2.1.0")]
    [InlineData("1.0.0", "1.0.0")]
    [InlineData("^1.0", "1.2.0")]
    [InlineData("~1.1", "1.1.5")]
    [InlineData("1.x", "1.2.0")]
    [InlineData("3.0.0-rc.1", "3.0.0-rc.1")]
    public void VersionChoice_Wanted_IsChosen(string? wanted, string expected)
    {
        var (version, code, _) = VersionChoice.Choose("t", Versions("1.0.0", "1.1.5", "1.2.0", "2.1.0", "3.0.0-rc.1"), wanted);
        Assert.Null(code);
        Assert.Equal(expected, version!.Text);
    }

    [Theory]
    [InlineData("9.9.9", "VERSION_NOT_FOUND")]
    [InlineData("^9", "VERSION_NOT_FOUND")]
    [InlineData("newest", "INVALID_PARAMETERS")]
    public void VersionChoice_NothingFits_SaysWhatThereIs(string wanted, string code)
    {
        var (_, refused, message) = VersionChoice.Choose("t", Versions("1.0.0"), wanted);
        Assert.Equal(code, refused!.Code);
        Assert.Contains(wanted, message, StringComparison.Ordinal);
    }

    [Fact]
    public void VersionChoice_OnlyPrereleases_LatestIsTheHighestOfThem() =>
        Assert.Equal("2.0.0-b", VersionChoice.LatestOf(Versions("1.0.0-z", "2.0.0-a", "2.0.0-b"))!.Text);

    [Theory]
    [InlineData(null)]
    [InlineData("^1")]
    public void VersionChoice_OnlyBuildMetadataDiffers_IsTheSameInWhateverOrderTheyWereRead(string? wanted)
    {
        string[] versions = ["1.0.0+a", "1.0.0+c", "1.0.0+b"];

        Assert.Equal("1.0.0+c", VersionChoice.Choose("t", Versions(versions), wanted).Version!.Text);
        Assert.Equal("1.0.0+c", VersionChoice.Choose("t", Versions([.. versions.Reverse()]), wanted).Version!.Text);
    }

    [Fact]
    public void VersionChoice_Disabled_IsPassedOverAndRefusedByName()
    {
        var versions = Versions("1.0.0", "2.0.0").Select(version => version with { IsEnabled = version.Text == "1.0.0" }).ToList();
        Assert.Equal("1.0.0", VersionChoice.Choose("t", versions, null).Version!.Text);
        Assert.Equal("TOOL_DISABLED", VersionChoice.Choose("t", versions, "2.0.0").Code!.Code);
    }

    [Fact]
    public void DefinitionContent_OnlyFlagsDiffer_HasTheSameHash()
    {
        var plain = Definitions.Checked(Definitions.Valid());
        var flags = Definitions.Checked(Definitions.Valid().With("isEnabled", false).With("rateLimits.maxCallsPerMinute", 5).With("owner", "me").With("trust", "quarantine"));
        var content = Definitions.Checked(Definitions.Valid().With("description", "Adds two."));

        Assert.Equal(DefinitionContent.Hash(plain), DefinitionContent.Hash(flags));
        Assert.NotEqual(DefinitionContent.Hash(plain), DefinitionContent.Hash(content));
    }

    [Fact]
    public void ToolOptions_NothingSet_HasTheDocumentedDefaults()
    {
        var options = ToolOptions.Read(new EnvironmentReader(_ => null));
        Assert.Equal(new ToolOptions(), options);
        Assert.Equal((4096, 2d, 300_000, 512, 1d, 30_000, 20), (options.MaxMemoryMb, options.MaxCpu, options.MaxTimeoutMs, options.MemoryMb, options.Cpu, options.TimeoutMs, options.RunsPerMinute));
        Assert.Equal(SecurityLevel.Moderate, options.DefaultLevel);
    }

    [Theory]
    [InlineData("MAX_MEMORY", "15MB")]
    [InlineData("MAX_CPU", "65")]
    [InlineData("MAX_EXECUTION_TIMEOUT", "0")]
    [InlineData("SANDBOX_MEMORY_LIMIT", "5GB")]
    [InlineData("SANDBOX_CPU_LIMIT", "2.5")]
    [InlineData("TOOL_EXECUTION_TIMEOUT", "300001")]
    [InlineData("DEFAULT_SECURITY_LEVEL", "none")]
    [InlineData("RATE_LIMIT_RUNS", "0")]
    public void ToolOptions_BadValue_NamesSettingAndValue(string name, string value)
    {
        var exception = Assert.Throws<SettingException>(() => ToolOptions.Read(new EnvironmentReader(asked => asked == name ? value : null)));
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        Assert.Contains(value.TrimEnd('M', 'B'), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToolOptions_CapBelowTheDefault_LowersTheDefault()
    {
        var options = ToolOptions.Read(new EnvironmentReader(name => name switch { "MAX_MEMORY" => "128MB", "MAX_CPU" => "0.5", "MAX_EXECUTION_TIMEOUT" => 5000.ToString(CultureInfo.InvariantCulture), _ => null }));
        Assert.Equal((128, 0.5, 5000), (options.MemoryMb, options.Cpu, options.TimeoutMs));
    }

    private static List<VersionEntry> Versions(params string[] texts) =>
        [.. texts.Select(text => new VersionEntry(text, SemVersion.Parse(text), IsEnabled: true, Deprecated: false))];
}
