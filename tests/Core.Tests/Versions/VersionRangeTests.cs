using Capns.Core.Versions;

namespace Capns.Core.Tests.Versions;

public sealed class VersionRangeTests
{
    [Theory] // npm's documentation of ranges: lowest, highest inside; then outside below and above.
    [InlineData("1.2.3", "1.2.3", "1.2.3+build", "1.2.2", "1.2.4")]
    [InlineData("=1.2.3-beta", "1.2.3-beta", "1.2.3-beta", "1.2.3-alpha", "1.2.3")]
    [InlineData("^1.2.3", "1.2.3", "1.99.0", "1.2.2", "2.0.0")]
    [InlineData("^0.2.3", "0.2.3", "0.2.9", "0.2.2", "0.3.0")]
    [InlineData("^0.0.3", "0.0.3", "0.0.3", "0.0.2", "0.0.4")]
    [InlineData("^1.2", "1.2.0", "1.99.0", "1.1.9", "2.0.0")]
    [InlineData("^1.2.x", "1.2.0", "1.99.0", "1.1.9", "2.0.0")]
    [InlineData("^0.0", "0.0.0", "0.0.99", "0.0.0-rc", "0.1.0")]
    [InlineData("^0.0.x", "0.0.0", "0.0.99", "0.0.0-rc", "0.1.0")]
    [InlineData("^0.x", "0.0.0", "0.99.0", "0.0.0-rc", "1.0.0")]
    [InlineData("^1", "1.0.0", "1.99.0", "0.9.9", "2.0.0")]
    [InlineData("~1.2.3", "1.2.3", "1.2.99", "1.2.2", "1.3.0")]
    [InlineData("~1.2", "1.2.0", "1.2.99", "1.1.9", "1.3.0")]
    [InlineData("~1", "1.0.0", "1.99.0", "0.9.9", "2.0.0")]
    [InlineData("~0.2.3", "0.2.3", "0.2.99", "0.2.2", "0.3.0")]
    [InlineData("1.2.x", "1.2.0", "1.2.99", "1.1.9", "1.3.0")]
    [InlineData("1.X", "1.0.0", "1.99.0", "0.9.9", "2.0.0")]
    [InlineData("1", "1.0.0", "1.99.0", "0.9.9", "2.0.0")]
    [InlineData("1.2", "1.2.0", "1.2.99", "1.1.9", "1.3.0")]
    [InlineData("1.x.3", "1.0.0", "1.99.0", "0.9.9", "2.0.0")]
    [InlineData("^1.2.3-beta.2", "1.2.3-beta.2", "1.9.0", "1.2.3-beta.1", "1.2.4-beta.2")]
    [InlineData("~1.2.3-beta.2", "1.2.3-beta.4", "1.2.9", "1.2.3-beta.1", "1.2.4-beta.2")]
    [InlineData("^1.2.3", "1.2.3", "1.3.0", "1.3.0-rc", "2.0.0-rc")]
    [InlineData("*", "0.0.0", "99.0.0", "0.0.1-rc", "1.0.0-rc")]
    public void Contains_RangeOfNpm_MeansTheSameHere(string text, string low, string high, string below, string above)
    {
        Assert.True(VersionRange.TryParse(text, out var range, out _));

        Assert.True(range.Contains(SemVersion.Parse(low)));
        Assert.True(range.Contains(SemVersion.Parse(high)));
        Assert.False(range.Contains(SemVersion.Parse(below)));
        Assert.False(range.Contains(SemVersion.Parse(above)));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("^", 1)]
    [InlineData("latest", 0)]
    [InlineData(">=1.0.0", 0)]
    [InlineData("1.0.0 || 2.0.0", 5)]
    [InlineData("1.2.3.4", 5)]
    [InlineData("^1.", 3)]
    [InlineData("1.2-beta", 3)]
    public void TryParse_NoRange_SaysWhere(string text, int position)
    {
        Assert.False(VersionRange.TryParse(text, out _, out var error));
        Assert.Equal(position, error.Position);
    }

    [Fact]
    public void Highest_OfSeveral_IsTheGreatestWanted()
    {
        Assert.True(VersionRange.TryParse("^1.2", out var range, out _));
        SemVersion[] versions = [.. new[] { "1.1.0", "1.10.0", "1.9.0", "2.0.0", "1.11.0-rc" }.Select(SemVersion.Parse)];

        Assert.Equal("1.10.0", range.Highest(versions)?.ToString());
        Assert.Null(range.Highest([versions[0]]));
    }
}
