using static Capns.Core.Tests.Validation.Text;

namespace Capns.Core.Tests.Validation;

public sealed class EcmaPatternTests
{
    [Theory]
    [InlineData(@"^\d$", "1", true)]
    [InlineData(@"^\d$", "\u07c0", false)]
    [InlineData(@"^\w+$", "aZ_9", true)]
    [InlineData(@"^\w$", "\u00e9", false)]
    [InlineData(@"^\W$", "\u00e9", true)]
    [InlineData(@"^\s$", "\ufeff", true)]
    [InlineData(@"^\s$", "\u0085", false)]
    [InlineData(@"^\S$", "\u0085", true)]
    [InlineData("^a$", "a\n", false)]
    [InlineData("^.$", "\u2028", false)]
    [InlineData("^.$", "\U0001f432", true)]
    [InlineData("^\U0001f432*$", "\U0001f432\U0001f432", true)]
    [InlineData("^[\U0001f431-\U0001f433a]$", "\U0001f432", true)]
    [InlineData("^[^\U0001f432]$", "\U0001f432", false)]
    [InlineData("^[^\U0001f432]$", "\U0001f433", true)]
    [InlineData("^[^a]$", "\U0001f433", true)]
    [InlineData(@"^\u{1f432}$", "\U0001f432", true)]
    [InlineData(@"^\ud83d\udc32$", "\U0001f432", true)]
    [InlineData(@"^\p{Letter}+$", "\u00e9A", true)]
    [InlineData(@"^\p{Lu}$", "a", false)]
    [InlineData(@"^\P{Nd}$", "5", false)]
    [InlineData("^[]$", "", false)]
    [InlineData("^[^]$", "\n", true)]
    [InlineData("^[a[]+$", "a[", true)]
    [InlineData(@"^[\d-]+$", "1-2", true)]
    [InlineData(@"\bfoo\b", "a foo.", true)]
    [InlineData(@"\bfoo\b", "foot", false)]
    [InlineData(@"^(?=.*\d)(?<x>a)\k<x>1$", "aa1", true)]
    [InlineData(@"^(a)\1$", "aa", true)]
    [InlineData(@"^\cJ\/\x41$", "\n/A", true)]
    public void Validate_PatternOfEcmaScript_MeansTheSameHere(string pattern, string text, bool fits)
    {
        var schema = Schema(System.Text.Json.JsonSerializer.Serialize(new { pattern }));

        Assert.Equal(fits, schema.Validate(System.Text.Json.JsonSerializer.SerializeToElement(text)).Count == 0);
    }

    [Theory]
    [InlineData(@"\a")]
    [InlineData(@"\Z")]
    [InlineData("(?i)a")]
    [InlineData("(?>a)")]
    [InlineData("(?#comment)")]
    [InlineData("a**")]
    [InlineData("[z-a]")]
    [InlineData("[a")]
    [InlineData(@"\p{Script=Greek}")]
    [InlineData(@"\u{110000}")]
    [InlineData("\\")]
    public void TryCompile_PatternThatEcmaScriptOrWeDoNotKnow_IsRefused(string pattern) =>
        Assert.Equal("pattern", Mistake(System.Text.Json.JsonSerializer.Serialize(new { pattern })).Keyword);

    [Fact]
    public void Validate_PatternThatExplodes_RefusesTheValueEvenUnderNot()
    {
        var hostile = System.Text.Json.JsonSerializer.SerializeToElement(new string('a', 5000) + "!");

        var plain = Schema("""{"pattern": "^(a+)+\\1$"}""").Validate(hostile);
        var inverted = Schema("""{"not": {"pattern": "^(a+)+\\1$"}}""").Validate(hostile);

        Assert.Contains("50 ms", Assert.Single(plain).Message, StringComparison.Ordinal);
        Assert.Contains("50 ms", Assert.Single(inverted).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_ClassicExplosionWithoutBackreference_IsAnsweredInLinearTime()
    {
        var text = System.Text.Json.JsonSerializer.SerializeToElement(new string('a', 5000) + "!");

        Assert.Equal("must match the pattern ^(a+)+$", Assert.Single(Schema("""{"pattern": "^(a+)+$"}""").Validate(text)).Message);
    }
}
