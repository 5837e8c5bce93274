using Capns.Core.Versions;

namespace Capns.Core.Tests.Versions;

public sealed class SemVersionTests
{
    [Fact]
    public void CompareTo_ExampleOfSemVer_IsInItsOrder()
    {
        // SemVer 2.0.0, clause 11, and its numbers.
        string[] ascending =
        [
            "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
            "1.0.0", "1.0.1", "1.2.0", "1.11.0", "2.0.0", "2.1.0", "2.1.1",
        ];

        Assert.Equal(ascending, ascending.Reverse().Select(SemVersion.Parse).Order().Select(version => version.ToString()));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("1", 1)]
    [InlineData("1.2", 3)]
    [InlineData("v1.2.3", 0)]
    [InlineData(" 1.2.3", 0)]
    [InlineData("1.2.3 ", 5)]
    [InlineData("01.2.3", 0)]
    [InlineData("1.2.3-", 6)]
    [InlineData("1.2.3-01", 6)]
    [InlineData("1.2.3-a..b", 8)]
    [InlineData("1.2.3+", 6)]
    [InlineData("1.2.3-ä", 6)]
    [InlineData("1.x.3", 5)]
    [InlineData("9007199254740992.0.0", 0)]
    public void TryParse_NoVersion_SaysWhere(string text, int position)
    {
        Assert.False(SemVersion.TryParse(text, out _, out var error));
        Assert.Equal(position, error.Position);
    }

    [Theory]
    [InlineData("0.0.0")]
    [InlineData("1.2.3-0a.-.b+001.x")]
    [InlineData("9007199254740991.0.0")]
    public void ToString_ParsedVersion_IsItsText(string text) => Assert.Equal(text, SemVersion.Parse(text).ToString());

    [Fact]
    public void TryParse_LengthAtAndBeyondTheBound_IsAcceptedAndRefused()
    {
        var longest = "1.2.3-" + new string('a', SemVersion.MaxLength - 6);

        Assert.True(SemVersion.TryParse(longest, out _, out _));
        Assert.False(SemVersion.TryParse(longest + "a", out _, out var error));
        Assert.Contains("at most 50", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equals_OnlyBuildDiffers_IsTrue() => Assert.Equal(SemVersion.Parse("1.0.0+a"), SemVersion.Parse("1.0.0+b"));
}
