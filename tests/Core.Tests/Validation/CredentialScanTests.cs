using System.Text.Json;
using Capns.Core.Validation;
using static Capns.Core.Tests.Validation.Text;

namespace Capns.Core.Tests.Validation;

public sealed class CredentialScanTests
{
    /// <summary>Put together at run time: no scanner of this repository shall take them for real ones.</summary>
    public static TheoryData<string, string> Credentials => new()
    {
        { "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE", "a private key" },
        { "-----BEGIN " + "PRIVATE KEY-----", "a private key" },
        { "key is AKIA" + "IOSFODNN7EXAMPLE.", "an AWS access key" },
        { "AIza" + new string('x', 35), "a Google API key" },
        { "ghp_" + new string('a', 36), "a GitHub token" },
        { "Authorization: Bearer " + new string('t', 24), "a bearer token" },
        { "bearer\t" + new string('t', 20) + "==", "a bearer token" },
        { "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxIn0.abc", "a JWT" },
    };

    [Theory]
    [MemberData(nameof(Credentials))]
    public void Find_CredentialInAnOpenField_IsRefusedWithoutRepeatingIt(string credential, string kind)
    {
        var instance = JsonSerializer.SerializeToElement(new { list = new[] { "fine", credential } });

        var error = Assert.Single(CredentialScan.Find(Schema("{}"), instance));

        Assert.Equal(("/list/1", "secret"), (error.Path, error.Keyword));
        Assert.Contains(kind, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(credential, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Credentials))]
    public void Find_CredentialInASecretField_Fits(string credential, string kind)
    {
        Assert.NotEmpty(kind);
        var schema = Schema("""{"properties": {"key": {"x-secret": true}}}""");

        Assert.Empty(CredentialScan.Find(schema, JsonSerializer.SerializeToElement(new { key = credential })));
    }

    [Fact]
    public void Find_CredentialAsAPropertyName_IsRefusedWithoutRepeatingIt()
    {
        var credential = "ghp_" + new string('a', 36);

        var error = Assert.Single(CredentialScan.Find(Schema("{}"), JsonSerializer.SerializeToElement(new Dictionary<string, int> { [credential] = 1 })));

        Assert.Equal(string.Empty, error.Path);
    }

    [Theory]
    [InlineData("the bearer of bad news came in late last night")]
    [InlineData("-----BEGIN PUBLIC KEY-----")]
    [InlineData("AKIA is a prefix")]
    [InlineData("a.b.c")]
    [InlineData("[redacted]")]
    public void Find_OrdinaryText_Fits(string text) =>
        Assert.Empty(CredentialScan.Find(Schema("{}"), JsonSerializer.SerializeToElement(text)));

    [Theory]
    [MemberData(nameof(Credentials))]
    public void Redact_CredentialInText_IsReplaced(string credential, string kind)
    {
        var redacted = CredentialPatterns.Redact($"before {credential} after");

        Assert.NotEmpty(kind);
        Assert.Contains("[redacted]", redacted, StringComparison.Ordinal);
        Assert.Null(CredentialPatterns.Find(redacted));
    }
}
