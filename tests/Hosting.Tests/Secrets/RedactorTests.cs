using System.Diagnostics;
using System.Text.Json;
using Capns.Core.Validation;
using Capns.Hosting.Secrets;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Capns.Hosting.Tests.Secrets;

public sealed class RedactorTests
{
    private const string Mark = SecretFields.Redacted;

    // Few letters, and those of the mark among them: secrets overlap, repeat and lie across its edges.
    private static readonly Gen<string> Letters = Gen.Elements('a', 'b', 'r', 'e', 'd', '[', ']', '"', '\n').NonEmptyListOf().Select(letters => string.Concat(letters));

    private static readonly Gen<(List<string> Secrets, string Text)> AnyCase =
        from secrets in Letters.Resize(6).NonEmptyListOf().Resize(5)
        from pieces in Gen.OneOf(Letters.Resize(8), Gen.Elements(secrets.ToArray()), Gen.Constant(Mark)).ListOf(12)
        select (secrets.ToList(), string.Concat(pieces));

    [Fact]
    public void Redact_AnyText_NoSecretSurvives() => Prop.ForAll(Arb.From(AnyCase), run =>
    {
        var redacted = Redactor.For(run.Secrets.Select(Element)).Redact(run.Text);

        foreach (var secret in run.Secrets)
        {
            if (Mark.Contains(secret, StringComparison.Ordinal))
            {
                Assert.All(redacted.Split(Mark), piece => Assert.DoesNotContain(secret, piece, StringComparison.Ordinal));
            }
            else
            {
                Assert.DoesNotContain(secret, redacted, StringComparison.Ordinal);
            }
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Redact_AnyText_LeavesWhatHoldsNoSecretAsItIs() => Prop.ForAll(Arb.From(AnyCase), run =>
    {
        var text = run.Text;
        if (!run.Secrets.SelectMany(secret => SecretForms.Of(secret)).Any(form => text.Contains(form, StringComparison.Ordinal)))
        {
            Assert.Equal(text, Redactor.For(run.Secrets.Select(Element)).Redact(text));
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Redact_TextThatWasCut_EndsWithNoBeginningOfASecret() => Prop.ForAll(Arb.From(AnyCase), run =>
    {
        var secret = run.Secrets[0];
        var redactor = Redactor.For([Element(secret)]);
        for (var length = 1; length < secret.Length; length++)
        {
            var cut = redactor.Redact("text: " + secret[..length], cut: true);
            Assert.StartsWith("text: ", cut.Length > 6 ? cut : "text: ", StringComparison.Ordinal);
            Assert.True(!cut.EndsWith(secret[..length], StringComparison.Ordinal) || Mark.EndsWith(secret[..length], StringComparison.Ordinal));
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("hunter2 \"x\"", "said hunter2 \"x\" once")]
    [InlineData("hunter2 \"x\"", "{\"p\":\"hunter2 \\\"x\\\"\"}")]
    [InlineData("hunter2 \"x\"", "{\"p\":\"hunter2 \\u0022x\\u0022\"}")]
    [InlineData("hunter2 \"x\"", "https://h/?p=hunter2%20%22x%22&q")]
    [InlineData("hunter2 \"x\"", "aHVudGVyMiAieCI= in base64")]
    [InlineData("first line\nsecond line", "got second line only")]
    public void Redact_KnownValue_IsFoundInItsForms(string secret, string text)
    {
        var redacted = Redactor.For([Element(secret)]).Redact(text);
        Assert.Contains(Mark, redacted, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", redacted, StringComparison.Ordinal);
        Assert.DoesNotContain("second line", redacted, StringComparison.Ordinal);
    }

    [Fact]
    public void Redact_Json_TextsNumbersAndNamesButNoStructure()
    {
        var redactor = Redactor.For([JsonElement.Parse("""{"pin":4711,"words":["geheim"],"on":true}""")]);
        Assert.Equal(
            """{"a":"[redacted]!","[redacted]":["[redacted]",1,true,null],"[redacted] 2":{"x":"ok"}}""",
            redactor.Redact(JsonElement.Parse("""{"a":"geheim!","geheim":[4711,1,true,null],"4711":{"x":"ok"}}""")).GetRawText());
    }

    [Theory]
    [InlineData("key AKIAIOSFODNN7EXAMPLE.")]
    [InlineData("Authorization: BEARER abcdefghijklmnopqrstuvwxyz")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl")]
    [InlineData("ghp_abcdefghijklmnopqrstuvwxyz0123456789")]
    [InlineData("AccountKey=" + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWX==")]
    [InlineData("sk_live_abcdefghijklmnop")]
    [InlineData("xoxb-1234567890-abc")]
    [InlineData("AIzaabcdefghijklmnopqrstuvwxyz012345678")]
    public void Redact_Credential_IsFoundByItsLooks(string text)
    {
        Assert.NotNull(CredentialPatterns.Find(text));
        Assert.Contains(Mark, Redactor.Patterns.Redact(text), StringComparison.Ordinal);
        Assert.Null(CredentialPatterns.Find(Redactor.Patterns.Redact(text)));
    }

    [Fact]
    public void Next_PrivateKeyLineByLine_LeavesNothingOfIt()
    {
        var lines = new LineRedactor(Redactor.Patterns);
        string[] given =
        [
            "loading", "-----BEGIN RSA PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED", "", "MIIEowIBAAKCAQEAx" + new string('A', 47), "c2hvcnQ=",
            "-----END RSA PRIVATE KEY-----", "loaded", "-----BEGIN PRIVATE KEY-----", "no key follows, this is prose", "plain",
        ];

        Assert.Equal(
            ["loading", Mark, Mark, Mark, Mark, Mark, Mark, "loaded", Mark, "no key follows, this is prose", "plain"], given.Select(line => lines.Next(line)));
    }

    // What is quadratic takes minutes for these; what is linear, far less than a second.
    [Theory]
    [InlineData("a")]
    [InlineData("eyJ")]
    [InlineData("bearer ")]
    [InlineData("-----BEGIN ")]
    [InlineData("AKIA")]
    public void Redact_LineOfAMebibyte_IsLinear(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, (1024 * 1024 / unit.Length) + 1));
        var redactor = Redactor.For([Element(new string('a', 5000) + "b"), Element(string.Concat(Enumerable.Repeat(unit, 300)) + "!"), Element("a" + new string('b', 3000))]);
        _ = redactor.Redact(text[..1000]);
        var clock = Stopwatch.StartNew();

        _ = redactor.Redact(text, cut: true);

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed} for {text.Length} characters");
    }

    private static JsonElement Element(string text) => JsonElement.Parse(JsonSerializer.SerializeToUtf8Bytes(text));
}
