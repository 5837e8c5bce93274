using Capns.Discovery.Worker.Learning.Rules;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Learning.Rules;

/// <summary>What holds of the rules for any history (platform spec 7.3, 11 H8).</summary>
public sealed class RulesProperties
{
    private static readonly Config ManyTimes = Config.QuickThrowOnFailure.WithMaxTest(500);
    private static readonly DateTimeOffset Start = LearningData.Start;

    private static readonly Gen<decimal> X = Gen.Choose(0, 10).Select(tenths => tenths / 10m);

    private static readonly Arbitrary<(decimal X, int Ms, int Minute)[]> Histories = (
        from count in Gen.Choose(1, 30)
        from runs in (from x in X from ms in Gen.Choose(0, 60_000) from minute in Gen.Choose(0, 500) select (x, ms, minute)).ArrayOf(count)
        select runs).ToArbitrary();

    private static readonly Arbitrary<(int Tool, int Minute)[]> Sessions = (
        from count in Gen.Choose(1, 40)
        from uses in (from tool in Gen.Choose(0, 24) from minute in Gen.Choose(0, 29) select (tool, minute)).ArrayOf(count)
        select uses).ToArbitrary();

    [Fact]
    public void Usage_OfAnyHistory_StaysWithinItsBounds() => Prop.ForAll(Histories, history =>
    {
        var usage = Fold(history);
        Assert.Equal(history.Length, usage.Frequency);
        Assert.InRange(usage.Ewma, 0, 1);
        Assert.InRange(usage.SuccessSum, 0, usage.Frequency);
        Assert.Equal(history.Sum(run => (long)run.Ms), usage.TotalMs);
    }).Check(ManyTimes);

    [Fact]
    public void Usage_InAnotherOrder_DiffersInTheEwmaAlone() => Prop.ForAll(Histories, history =>
    {
        var (one, other) = (Fold(history), Fold([.. history.Reverse()]));
        Assert.Equal(one with { Ewma = other.Ewma, Patterns = other.Patterns }, other);
    }).Check(ManyTimes);

    [Fact]
    public void Correction_BackToWhatWas_ChangesNothing() => Prop.ForAll(Histories, X.ToArbitrary(), (history, x) =>
    {
        var usage = Fold(history);
        Assert.Equal(usage, usage.Corrected(history[0].X, x).Corrected(x, history[0].X));
        Assert.Equal(usage.Frequency, usage.Corrected(history[0].X, x).Frequency);
    }).Check(ManyTimes);

    [Fact]
    public void Patterns_OfAnyNumber_AreTheLastTwentyDifferentOnes() => Prop.ForAll(Gen.Choose(0, 40).ArrayOf(60).ToArbitrary(), numbers =>
    {
        IReadOnlyList<string> patterns = [];
        foreach (var number in numbers)
        {
            patterns = Usage.Add(patterns, $"p{number}");
        }

        Assert.Equal(numbers.Reverse().Distinct().Take(20).Reverse().Select(number => $"p{number}"), patterns);
    }).Check(ManyTimes);

    [Fact]
    public void Pair_OfTwoTools_IsTheSameFromBothSidesAndInTheOrderOfTheirTexts() => Prop.ForAll(
        ArbMap.Default.ArbFor<Guid>(), ArbMap.Default.ArbFor<Guid>(), (one, other) =>
        {
            var pair = ToolPair.Of(one, other);
            Assert.Equal(pair, ToolPair.Of(other, one));
            Assert.True(string.CompareOrdinal(pair.First.ToString(), pair.Second.ToString()) <= 0);
        }).Check(ManyTimes);

    [Fact]
    public void Session_WithinOneWindow_CountsEachToolAndEachPairOnceWhateverTheOrder() => Prop.ForAll(Sessions, uses =>
    {
        // Up to 20 different tools: none falls out of the window.
        var few = uses.Where(use => use.Tool < 20).ToArray();
        var (first, pairs) = Play(few);
        var (firstBack, pairsBack) = Play([.. few.Reverse()]);
        Assert.Equal(few.Select(use => Tool(use.Tool)).Distinct().Order(), first.Order());
        Assert.Equal(first.Order(), firstBack.Order());
        Assert.Equal(pairs.Distinct().Count(), pairs.Count);
        Assert.Equal(first.Count * (first.Count - 1) / 2, pairs.Count);
        Assert.Equal(pairs.ToHashSet(), [.. pairsBack]);
    }).Check(ManyTimes);

    [Fact]
    public void Session_OfMoreThanTwentyTools_PairsWithTheNineteenUsedLast()
    {
        var (_, pairs) = Play([.. Enumerable.Range(0, 25).Select(at => (at, at))]);

        var last = pairs.Where(pair => pair.First == Tool(24) || pair.Second == Tool(24)).Select(pair => pair.First == Tool(24) ? pair.Second : pair.First);
        Assert.Equal(Enumerable.Range(5, 19).Select(Tool).Order(), last.Order());
    }

    [Fact]
    public void Association_OfAnyCounts_IsAWeight() => Prop.ForAll(
        Gen.Choose(1, 1000).ToArbitrary(), Gen.Choose(1, 1000).ToArbitrary(), Gen.Choose(1, 1000).ToArbitrary(), (frequency, one, other) =>
        {
            Assert.InRange(Numbers.Association(frequency, one, other), 0, 1);
            Assert.Equal(Numbers.Association(frequency, one, other), Numbers.Association(frequency, other, one));
        }).Check(ManyTimes);

    [Fact]
    public void Replaced_AnyNumberOfTimes_IsAWeight() => Prop.ForAll(ArbMap.Default.ArbFor<bool[]>(), outcomes =>
    {
        decimal? score = null;
        foreach (var worked in outcomes)
        {
            var next = Numbers.Replaced(score, worked);
            Assert.True(worked ? next > (score ?? 0.3m) || next == 1 : next < (score ?? 0.3m) || next == 0);
            Assert.InRange(next, 0, 1);
            score = next;
        }
    }).Check(ManyTimes);

    [Fact]
    public void Keywords_OfSeveralEvents_AreTheSameInAnyOrder() => Prop.ForAll(
        Gen.Choose(0, 30).ArrayOf(8).Select(numbers => numbers.Select(number => $"w{number:00}").ToArray()).ArrayOf(3).ToArbitrary(), lists =>
        {
            var forth = lists.Aggregate((IReadOnlyList<string>)[], (all, list) => FeedbackContext.Merge(list, all));
            var back = lists.Reverse().Aggregate((IReadOnlyList<string>)[], (all, list) => FeedbackContext.Merge(list, all));
            Assert.Equal(forth, back);
            Assert.InRange(forth.Count, 0, FeedbackContext.MostWords);
        }).Check(ManyTimes);

    [Fact]
    public void DurationClass_OfAnyTime_IsTheFirstThatHoldsIt() => Prop.ForAll(Gen.Choose(0, 100_000_000).ToArbitrary(), ms =>
    {
        var at = DurationClass.Of(ms);
        Assert.True(DurationClass.End(at) >= ms && (at == 0 || DurationClass.End((short)(at - 1)) < ms));
    }).Check(ManyTimes);

    private static Usage Fold((decimal X, int Ms, int Minute)[] history) =>
        history.Aggregate((Usage?)null, (usage, run) => Usage.Observed(usage, run.X, run.Ms, Start.AddMinutes(run.Minute)))!;

    private static Guid Tool(int at) => new(at + 1, 0, 0, new byte[8]);

    private static (List<Guid> FirstUses, List<ToolPair> Pairs) Play((int Tool, int Minute)[] uses)
    {
        var tools = new Dictionary<Guid, SessionTool>();
        var pairs = new HashSet<ToolPair>();
        var (firstUses, counted) = (new List<Guid>(), new List<ToolPair>());
        foreach (var (tool, minute) in uses)
        {
            var change = SessionRule.Completed(new SessionState([.. tools.Values], pairs), Tool(tool), Start.AddMinutes(minute));
            firstUses.AddRange(change.FirstUses);
            counted.AddRange(change.NewPairs);
            pairs.UnionWith(change.NewPairs);
            foreach (var written in change.Written)
            {
                tools[written.ToolId] = written;
            }
        }

        return (firstUses, counted);
    }
}
