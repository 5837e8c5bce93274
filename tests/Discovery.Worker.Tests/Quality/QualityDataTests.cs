using Xunit;

namespace Capns.Discovery.Worker.Tests.Quality;

/// <summary>Holds the queries of <c>bench/quality</c> to what its README says of them.</summary>
public sealed class QualityDataTests
{
    [Fact]
    public void Queries_Labels_NameOneToThreeToolsOfTheCatalogue()
    {
        var faults = from query in QualityData.Queries
                     where query.Best.Count is < 1 or > 3
                        || QualityReport.Repeated(query.Best).Any()
                        || !query.Best.All(QualityData.DomainOf.ContainsKey)
                     select query.Query;

        Assert.Empty(faults);
        Assert.Empty(QualityData.Tools.Select(tool => tool.Slug).Except(QualityData.Queries.SelectMany(query => query.Best)));
    }

    [Fact]
    public void Queries_Texts_AreTrimmedWithinBoundsAndNeverRepeated()
    {
        var faults = from query in QualityData.Queries
                     where query.Query.Trim() != query.Query || query.Query.Length is < 3 or > 500
                     select query.Query;

        Assert.Empty(faults);
        Assert.Empty(QualityReport.Repeated(QualityData.Queries.Select(query => QualityReport.Joined(query.Query))));
    }

    [Fact]
    public void Queries_Texts_HoldNoSlugAndStandInNoDefinition()
    {
        var definitions = QualityData.Tools.ToDictionary(tool => tool.Slug, tool => QualityReport.Joined(QualityReport.Text(tool)));

        // One or two words may well stand somewhere: they are what a tool is about.
        var faults = from query in QualityData.Queries
                     let words = QualityReport.Joined(query.Query)
                     from tool in QualityData.Tools
                     where query.Query.Contains(tool.Slug, StringComparison.OrdinalIgnoreCase)
                        || (words.Count(sign => sign == ' ') > 1 && definitions[tool.Slug].Contains(words, StringComparison.Ordinal))
                     select $"{query.Query}: {tool.Slug}";

        Assert.Empty(faults);
    }

    [Fact]
    public void Queries_Parts_FollowTheRuleOfSplitting()
    {
        var parts = QualitySplit.Parts(QualityData.Queries, slug => QualityData.DomainOf[slug]);

        Assert.Empty(QualityData.Queries.Where(query => query.Part != parts[query.Query]).Select(query => query.Query));
    }

    [Fact]
    public void Queries_Parts_AreLargeAndHoldEveryKindAndDomain()
    {
        var tune = QualityData.Queries.Where(query => query.Part == QualitySplit.Tune).ToList();
        var measured = QualityData.Queries.Where(query => query.Part == QualitySplit.Measured).ToList();

        Assert.True(tune.Count >= 90, $"{tune.Count} to tune on");
        Assert.True(measured.Count >= 130, $"{measured.Count} measured");
        Assert.Equal(Kinds(tune), Kinds(measured));
        Assert.Equal(Domains(tune), Domains(measured));
        Assert.Equal(QualityData.Tools.Select(tool => tool.Domain).Distinct(), Domains(tune));
    }

    [Fact]
    public void Readme_Counts_AreThoseOfTheData()
    {
        var readme = File.ReadAllLines(Path.Combine(QualityData.Folder, "README.md"));

        Assert.Empty(QualityReport.Counts().Split('\n').Except(readme));
    }

    private static IEnumerable<string> Kinds(IEnumerable<LabelledQuery> queries) =>
        queries.Select(query => query.Kind).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<string> Domains(IEnumerable<LabelledQuery> queries) =>
        queries.Select(QualityReport.DomainOf).Distinct().Order(StringComparer.Ordinal);
}
