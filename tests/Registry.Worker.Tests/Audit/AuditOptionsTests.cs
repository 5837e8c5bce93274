using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Audit;
using Xunit;

namespace Capns.Registry.Worker.Tests.Audit;

public sealed class AuditOptionsTests
{
    private static readonly string Long = new('k', AuditOptions.LeastKeyBytes);

    [Fact]
    public void Read_NothingSetInDevelopment_SignsWithItsOwnKey()
    {
        var options = AuditOptions.Read(new EnvironmentReader(_ => null), development: true);

        Assert.Equal([AuditOptions.DevelopmentKey], options.SigningKeys);
        Assert.False(options.PrivateWebhooks);
        Assert.Equal(TimeSpan.FromMilliseconds(500), options.SealInterval);
    }

    [Fact]
    public void Read_TwoKeys_KeepsTheirOrder() =>
        Assert.Equal([Long + "2", Long], AuditOptions.Read(Environment($"{Long}2, {Long}"), development: false).SigningKeys);

    [Theory]
    [InlineData(null)]
    [InlineData("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk")]
    [InlineData("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk,short")]
    [InlineData(AuditOptions.DevelopmentKey)]
    public void Read_KeyThatIsMissingShortOrKnown_IsRefusedOutsideDevelopment(string? value)
    {
        var refused = Assert.Throws<SettingException>(() => AuditOptions.Read(Environment(value), development: false));

        Assert.Contains("AUDIT_SIGNING_KEY", refused.Message, StringComparison.Ordinal);
        Assert.Contains("32 bytes", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("kkk", refused.Message, StringComparison.Ordinal);
    }

    private static EnvironmentReader Environment(string? key) => new(name => name == "AUDIT_SIGNING_KEY" ? key : null);
}
