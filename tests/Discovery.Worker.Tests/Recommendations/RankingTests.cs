using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Recommendations;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Recommendations;

public sealed class RankingTests
{
    private static readonly CatalogueTool Alpha = Example.Tool("alpha") with { CostEstimate = 1, DurationEstimateMs = 1000 };
    private static readonly CatalogueTool Beta = Example.Tool("beta") with { CostEstimate = 2, DurationEstimateMs = 2000, Category = "data" };
    private static readonly CatalogueTool Gamma = Example.Tool("gamma") with { CostEstimate = 4, DurationEstimateMs = 500 };

    [Fact]
    public void Score_OfTheSpecificationsExample_IsItsNumber()
    {
        // Platform spec 3.21: 0.35·1 + 0.20·0.72 + 0.20·0.91 + 0.10·0.6 + 0.10·0.8 + 0.05·0.85
        // = 0.35 + 0.144 + 0.182 + 0.06 + 0.08 + 0.0425 = 0.8585
        Assert.Equal(0.8585, Rounded.To4(new ScoreParts(1, 0.72, 0.91, 0.6, 0.8, 0.85).Score));
        // 144 observations: 144 ÷ 154 = 0.93506…
        Assert.Equal(0.9351, Parts.Confidence(144));
    }

    [Fact]
    public void Rank_SmallCase_IsWhatTheFormulaSays()
    {
        var facts = Facts((Alpha, new ToolFacts(10, 8, 7, null, null)), (Beta, new ToolFacts(2, 2, 1, 3, 900)));
        var ranked = Ranking.Rank(facts, Question(facts) with
        {
            Relevance = new KnownRelevances(Map(facts, (Alpha, new Relevance(1, "words", 0)), (Beta, new Relevance(0.5, "words", 4)))),
            Associations = Map(facts, (Beta, new Association(0.9, "USED_WITH", Gamma.Id, 0.95, 6))),
            Own = Map(facts, (Alpha, (N: 3L, S: 1.0))),
            PreferredCategories = new HashSet<string> { "data" },
            CostLimit = 4,
            DurationLimitMs = 1000,
        });

        // alpha: rel 1, assoc 0, qual (8+2)/(10+4) = 0.714286, pref (1+1)/(3+2) = 0.4, pop ln 8 ÷ ln 8 = 1,
        //   econ 1 − ½·(1/4) − ½·min(1, 1000/1000) = 0.375
        //   0.35 + 0 + 0.142857 + 0.04 + 0.1 + 0.01875 = 0.651607
        // beta: rel 0.5, assoc 0.9, qual (2+2)/(2+4) = 0.666667, pref 0.5 + 0.1 = 0.6, pop ln 2 ÷ ln 8 = 0.333333,
        //   econ 1 − ½·(3/4) − ½·(900/1000) = 0.175
        //   0.175 + 0.18 + 0.133333 + 0.06 + 0.033333 + 0.00875 = 0.590417
        Assert.Equal(["alpha", "beta"], ranked.Select(tool => tool.Tool.Slug));
        Assert.Equal([0.6516, 0.5904], ranked.Select(tool => tool.Score));
        // e: 10, and 2 + 4 + 6 = 12
        Assert.Equal([0.5, 0.5455], ranked.Select(tool => tool.Confidence));
        Assert.Equal(0.7143, ranked[0].Parts.ToComponents()["qual"]);
        // Shares of beta: 0.175 of its words, 0.18 of the tool in use.
        Assert.Equal("Often used together with gamma: in 6 sessions.", ranked[1].Reason);
        Assert.Equal("words", ranked[0].Reason);
    }

    [Fact]
    public void Rank_PartsThatCannotBeComputed_AreLeftOutAndTheWeightsScaled()
    {
        var facts = Facts();
        var ranked = Ranking.Rank(facts, Question(facts));

        // Only qual 0.5 and econ are there: (0.2·0.5 + 0.05·econ) ÷ 0.25. Limits are p90 of the catalogue: cost 4, duration 2000.
        // gamma: econ 1 − ½·1 − ½·0.25 = 0.375; beta: 1 − ½·0.5 − ½·1 = 0.25; alpha: 1 − ½·0.25 − ½·0.5 = 0.625
        Assert.Equal([("alpha", 0.525), ("gamma", 0.475), ("beta", 0.45)], ranked.Select(tool => (tool.Tool.Slug, tool.Score)));
        Assert.Equal(["econ", "qual"], ranked[0].Parts.ToComponents().Keys.Order(StringComparer.Ordinal));
        Assert.All(ranked, tool => Assert.Equal(0, tool.Confidence));
    }

    [Fact]
    public void Rank_WordsGiven_NothingThatHasToDoWithNeitherIsOffered()
    {
        var facts = Facts((Gamma, new ToolFacts(1000, 1000, 1000, null, null)));
        var words = new KnownRelevances(Map(facts, (Alpha, new Relevance(0.1, "words", 0))));
        var goes = Map(facts, (Beta, new Association(0.1, "SIMILAR_TO", Alpha.Id, 0.2, 0)));

        Assert.Equal(["alpha"], Slugs(Question(facts) with { Relevance = words, Associations = goes }));
        Assert.Equal(["alpha", "beta"], Slugs(Question(facts) with { Relevance = words, Associations = goes, SeedsAreNamed = true }));
        Assert.Equal(["alpha"], Slugs(Question(facts) with { Relevance = words, Associations = goes, SeedsAreNamed = true, ByRelevanceOnly = true }));
        Assert.Empty(Slugs(Question(facts) with { Relevance = new KnownRelevances(Map<Relevance>(facts)) }));

        IEnumerable<string> Slugs(RankingQuestion question) => Ranking.Rank(facts, question).Select(tool => tool.Tool.Slug);
    }

    [Fact]
    public void Rank_Deprecated_ScoresHalf()
    {
        var old = Alpha with { Deprecated = true };
        var facts = FactsTable.Empty.With(new CatalogueSnapshot(1, [old]), new KnownFacts([]));
        var ranked = Ranking.Rank(facts, Question(facts) with { Relevance = new KnownRelevances(Map(facts, (old, new Relevance(1, "words", 0)))), ByRelevanceOnly = true });
        Assert.Equal(0.5, Assert.Single(ranked).Score);
    }

    [Fact]
    public void Rank_Ties_AreBrokenByQualThenNameThenId()
    {
        var twin = Alpha with { Id = Guid.CreateVersion7(), Slug = "alpha-2" };
        var facts = FactsTable.Empty.With(
            new CatalogueSnapshot(1, [twin, Beta, Alpha, Gamma]), new KnownFacts(new() { [Gamma.Id] = new ToolFacts(2, 2, 0, null, null) }));
        var all = new KnownRelevances(Map(facts, facts.Catalogue.Tools.Select(tool => (tool, new Relevance(1, "words", 0))).ToArray()));

        var ranked = Ranking.Rank(facts, Question(facts) with { Relevance = all, ByRelevanceOnly = true });
        Assert.Equal([Gamma, Alpha, twin, Beta], ranked.Select(tool => tool.Tool));
    }

    [Fact]
    public void Rank_AnyQuestion_IsSortedBoundedAndKeepsTheFilter() => Prop.ForAll(
        ArbMap.Default.ArbFor<(byte Seed, byte Limit, byte Mask)>(),
        input =>
        {
            var random = new Random(input.Seed);
            var tools = Enumerable.Range(0, 40).Select(at => Example.Tool($"t{at:00}") with { Deprecated = random.Next(5) == 0 }).ToList();
            var facts = FactsTable.Empty.With(
                new CatalogueSnapshot(1, tools),
                new KnownFacts(tools.ToDictionary(tool => tool.Id, _ => Random(random))));
            var limit = 1 + (input.Limit % 50);
            var question = Question(facts) with
            {
                Allowed = place => (place & input.Mask) == 0,
                Limit = limit,
                Relevance = random.Next(2) == 0
                    ? null
                    : new KnownRelevances(Enumerable.Range(0, 20).Where(place => (place & input.Mask) == 0)
                        .ToDictionary(place => place, _ => new Relevance(random.NextDouble(), "", random.Next(9)))),
            };

            var ranked = Ranking.Rank(facts, question);
            Assert.True(ranked.Count <= limit);
            Assert.All(ranked, tool => Assert.True(question.Allowed(tool.Place)));
            Assert.All(ranked, tool => Assert.InRange(tool.Score, 0, 1));
            Assert.All(ranked, tool => Assert.InRange(tool.Confidence, 0, 1));
            Assert.Equal(ranked.OrderByDescending(tool => tool.Score).Select(tool => tool.Score), ranked.Select(tool => tool.Score));
            Assert.Equal(ranked, Ranking.Rank(facts, question));
            // A shorter list is the beginning of a longer one.
            Assert.Equal(ranked.Take(3), Ranking.Rank(facts, question with { Limit = Math.Min(3, limit) }));
        }).QuickCheckThrowOnFailure();

    private static ToolFacts Random(Random random)
    {
        var n = random.Next(20);
        return new ToolFacts(n, n * random.NextDouble(), random.Next(50), random.Next(2) == 0 ? null : random.NextDouble(), random.Next(1, 5000));
    }

    private static FactsTable Facts(params (CatalogueTool Tool, ToolFacts Facts)[] known) => FactsTable.Empty.With(
        new CatalogueSnapshot(1, [Alpha, Beta, Gamma]), new KnownFacts(known.ToDictionary(one => one.Tool.Id, one => one.Facts)));

    private static RankingQuestion Question(FactsTable facts) => new() { Allowed = place => place < facts.Catalogue.Tools.Count, Limit = 10 };

    private static Dictionary<int, T> Map<T>(FactsTable facts, params (CatalogueTool Tool, T Value)[] entries) =>
        entries.ToDictionary(entry => facts.Catalogue.PlaceOf(entry.Tool.Id), entry => entry.Value);

    private sealed class KnownFacts(Dictionary<Guid, ToolFacts> facts) : IToolFacts
    {
        public long Epoch => 1;

        public ToolFacts Of(Guid tool) => facts.GetValueOrDefault(tool);
    }
}
