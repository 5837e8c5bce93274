using Capns.Core.Matching.Explanations;
using Capns.Core.Tests.Urns;
using Capns.Core.Urns;
using FsCheck.Fluent;

namespace Capns.Core.Tests.Matching.Explanations;

public sealed class NearestCapsTests
{
    private static readonly CapUrn Request = CapUrn.Parse("cap:ext=epub;in=media:epub;op=thumb;out=media:png");

    [Fact]
    public void Find_SameOperationWithAnotherTag_IsNearerThanAnotherOperation()
    {
        var nearest = NearestCaps.Find(
            [
                Candidate("a", "cap:in;op=resize;out"),
                Candidate("b", "cap:ext=pdf;in;op=thumb;out"),
                Candidate("c", "cap:ext=pdf;in;op=resize;out"),
            ],
            Request);

        Assert.Equal(["b", "a", "c"], nearest.Select(one => one.Candidate.Label));
        Assert.Equal([3, 10, 13], nearest.Select(one => one.Cost));
        Assert.Equal("cap:ext=pdf;in;op=thumb;out of b: change 'ext=epub' to 'ext=pdf' in the request", nearest[0].ToString());
    }

    [Fact]
    public void Find_EquallyNear_PrefersMoreSharedTagsThenTheEarlierAndNamesEqualUrnsOnce()
    {
        var nearest = NearestCaps.Find(
            [
                Candidate("few", "cap:in=media:pdf;out"), Candidate("later-few", "cap:in=media:txt;out"),
                Candidate("more", "cap:in=media:pdf;op=thumb;out"), Candidate("again", "cap:in=media:pdf;op=thumb;out"),
            ],
            Request,
            count: 4);

        Assert.Equal(["more", "few", "later-few"], nearest.Select(one => one.Candidate.Label));
    }

    [Fact]
    public void Find_RandomCaps_AreTheCheapestThatRefuse() =>
        RandomUrns.ForAll(Gen.Zip(RandomUrns.FewCap.ArrayOf(12), RandomUrns.FewCap), pair =>
        {
            var (caps, request) = pair;
            var refusing = caps.Where(cap => !cap.Accepts(request)).Distinct().Select(cap => CostOf(cap.Explain(request))).Order().Take(3);

            var nearest = NearestCaps.Find(caps.Select(cap => new CandidateCap("x", cap)), request);

            Assert.Equal(refusing, nearest.Select(one => one.Cost));
            Assert.All(nearest, one => Assert.Equal(one.Cost, CostOf(one.Explanation)));
        });

    [Fact]
    public void Describe_NoneOrSome_GivesNothingOrOneSentence()
    {
        Assert.Equal("", NearestCaps.Describe(NearestCaps.Find([], Request)));
        Assert.Equal(
            "The nearest is cap:in;op=resize;out of a; for it to accept, change 'op=thumb' to 'op=resize' in the request.",
            NearestCaps.Describe(NearestCaps.Find([Candidate("a", "cap:in;op=resize;out")], Request)));
    }

    [Fact]
    public void Find_AnyCount_GivesAsManyAsRefuse() =>
        Assert.Single(NearestCaps.Find([Candidate("a", "cap:in;op=resize;out")], Request, count: int.MaxValue));

    [Fact]
    public void Find_CountOfZeroOrLess_FindsNoneOrIsRefused()
    {
        Assert.Empty(NearestCaps.Find([Candidate("a", "cap:in;op=resize;out")], Request, count: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => NearestCaps.Find([], Request, count: -1));
    }

    // The weights as documented at NearestCap.Cost, from the explanation rather than from the tags.
    private static int CostOf(CapExplanation explanation) => explanation.Failures.Sum(part =>
        part.Subject == MatchSubject.Tag ? (part.Key == "op" ? 10 : 3) : part.Rule == MatchRule.EqualValues ? 3 : 2);

    private static CandidateCap Candidate(string label, string urn) => new(label, CapUrn.Parse(urn));
}
