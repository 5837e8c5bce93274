using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Search;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Quality;

/// <summary>What the words alone must achieve; with the graph and after a history it is measured by <c>bench/quality/run</c>.</summary>
public sealed class SearchQualityTests
{
    private static readonly ToolIndex Index = ToolIndex.Build(new CatalogueSnapshot(1, QualityCatalogue.Tools));

    [Theory]
    [InlineData(QualitySplit.Tune)]
    [InlineData(QualitySplit.Measured)]
    public void Search_ByPeoplesWords_FindsTheRightTool(string part)
    {
        var score = new QualityScore([.. QualityData.Queries.Select(Ask)]).Of(part);

        Assert.True(score.Hit(1) >= 0.80, $"hit@1 {score}");
        Assert.True(score.Hit(3) >= 0.95, $"hit@3 {score}");
        Assert.True(score.Mrr >= 0.88, $"MRR {score}");
    }

    private static (LabelledQuery Query, int Place, IReadOnlyList<string> Answer) Ask(LabelledQuery query)
    {
        using var hits = Index.Search(query.Query, _ => true);
        var slugs = hits.Top(10).Select(hit => Index.Snapshot.Tools[hit.Place].Slug).ToList();
        return (query, slugs.FindIndex(query.Best.Contains) + 1, slugs);
    }
}
