using Capns.Contracts;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Search;
using Xunit;
using static Capns.Discovery.Worker.Tests.Search.SearchExample;

namespace Capns.Discovery.Worker.Tests.Search;

public class ToolFilterTests
{
    private static readonly CatalogueTool Usual = Tool("usual", tags: ["Text", "pdf"]) with
    {
        Level = SecurityLevel.Moderate,
        CostEstimate = 0.5m,
        DurationEstimateMs = 2_000,
    };

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    public void Accepts_Availability_OnlyYes(int availability, bool accepts) =>
        Assert.Equal(accepts, new ToolFilter().Accepts(Usual with { Availability = (ToolAvailability)availability }));

    [Fact]
    public void Accepts_Deprecated_OnlyOnRequest()
    {
        Assert.False(new ToolFilter().Accepts(Usual with { Deprecated = true }));
        Assert.True(new ToolFilter { IncludeDeprecated = true }.Accepts(Usual with { Deprecated = true }));
    }

    [Theory]
    [InlineData(SecurityLevel.Safe, false)]
    [InlineData(SecurityLevel.Moderate, true)]
    [InlineData(SecurityLevel.Restricted, true)]
    public void Accepts_Ceiling_IsIncluded(SecurityLevel ceiling, bool accepts) => Assert.Equal(accepts, new ToolFilter { Ceiling = ceiling }.Accepts(Usual));

    [Theory]
    [InlineData("other ANALYSIS", true)]
    [InlineData("other", false)]
    [InlineData("", true)]
    public void Accepts_Categories_AnyInAnyCase(string categories, bool accepts) =>
        Assert.Equal(accepts, new ToolFilter { Categories = categories.Split(' ', StringSplitOptions.RemoveEmptyEntries) }.Accepts(Usual));

    [Theory]
    [InlineData("image PDF", true)]
    [InlineData("text", true)]
    [InlineData("image", false)]
    public void Accepts_Tags_AnyInAnyCase(string tags, bool accepts) => Assert.Equal(accepts, new ToolFilter { Tags = tags.Split(' ') }.Accepts(Usual));

    [Fact]
    public void Accepts_Excluded_BySlugOrIdInAnySpelling()
    {
        Assert.False(new ToolFilter { Excluded = ["usual"] }.Accepts(Usual));
        Assert.False(new ToolFilter { Excluded = [Usual.Id.ToString("B").ToUpperInvariant()] }.Accepts(Usual));
        Assert.True(new ToolFilter { Excluded = ["unusual"] }.Accepts(Usual));
    }

    [Theory]
    [InlineData(2_000, null, true)]
    [InlineData(1_999, null, false)]
    [InlineData(1_999, 150.0, true)]
    [InlineData(100, 150.0, false)]
    public void Accepts_MaxExecutionTime_IsComparedWithWhatWasObserved(int longest, double? observed, bool accepts)
    {
        var filter = new ToolFilter { MaxExecutionTimeMs = longest };
        Assert.Equal(accepts, (observed is { } ms ? filter with { ExecutionTimeMs = _ => ms } : filter).Accepts(Usual));
    }

    [Theory]
    [InlineData("0.5", true)]
    [InlineData("0.49", false)]
    public void Accepts_CostLimit_IsIncluded(string limit, bool accepts) =>
        Assert.Equal(accepts, new ToolFilter { CostLimit = decimal.Parse(limit, System.Globalization.CultureInfo.InvariantCulture) }.Accepts(Usual));

    [Fact]
    public void Search_ToolThatTheCallerMayNotRun_DoesNotCountForTheBestScore()
    {
        var index = ToolIndex.Build(Snapshot(Tool("pdf", "pdf", ["pdf"]), Tool("reader", "Reads a pdf and much else besides, too.")));
        using var all = index.Search("pdf", new ToolFilter().Over(index.Snapshot));
        using var mine = index.Search("pdf", new ToolFilter { MayRun = tool => tool.Slug != "pdf" }.Over(index.Snapshot));

        Assert.Equal(2, all.Count);
        Assert.Equal("reader", index.Snapshot.Tools[Assert.Single(mine.All.ToArray()).Place].Slug);
        Assert.True(mine.BestScore < all.BestScore);
    }
}
