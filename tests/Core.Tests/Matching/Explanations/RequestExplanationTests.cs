using Capns.Core.Matching;
using Capns.Core.Matching.Explanations;
using Capns.Core.Tests.Urns;
using Capns.Core.Urns;
using FsCheck.Fluent;

namespace Capns.Core.Tests.Matching.Explanations;

public sealed class RequestExplanationTests
{
    [Theory]
    [InlineData(SpecificityScheme.Reference, TieBreak.First, SpecialValueMode.Reference)]
    [InlineData(SpecificityScheme.TagCount, TieBreak.Last, SpecialValueMode.Documented)]
    [InlineData(SpecificityScheme.Graded, TieBreak.TupleThenFirst, SpecialValueMode.Reference)]
    public void Of_RandomCaps_WinnerIsTheOneThatIsChosen(SpecificityScheme scheme, TieBreak tieBreak, SpecialValueMode mode)
    {
        var policy = new SelectionPolicy { Scheme = scheme, TieBreak = tieBreak, SpecialValues = mode };
        RandomUrns.ForAll(Gen.Zip(RandomUrns.FewCap.ArrayOf(12), RandomUrns.FewCap), pair =>
        {
            var (caps, request) = pair;
            var explanation = RequestExplanation.Of(caps.Select((cap, at) => new CandidateCap($"{at}", cap)), request, policy);

            Assert.Same(CapMatcher.FindBestMatch(caps, request, policy), explanation.Winner?.Candidate.Urn);
            Assert.Equal(caps.Length, explanation.Accepted.Count + explanation.Rejected.Count);
            Assert.All(explanation.Accepted, one => Assert.True(one.Candidate.Urn.Accepts(request, mode)));
            Assert.All(explanation.Rejected, one => Assert.False(one.Explanation.IsAccepted));
            Assert.All(explanation.Accepted, one =>
                Assert.All(one.Scores, score => Assert.Equal(one.Candidate.Urn.GetSpecificity(score.Scheme), score.Total)));
        });
    }

    [Fact]
    public void Of_AcceptedCap_BreaksItsScoresDown()
    {
        var accepted = Explain("cap:in=*;op=x;out=*", "cap:a;in=\"media:pdf;bytes\";op=x;out=*").Winner!;

        Assert.Equal(
            [
                new ScoreBreakdown(SpecificityScheme.Reference, 2, 0, 1), new ScoreBreakdown(SpecificityScheme.TagCount, 1, 0, 1),
                new ScoreBreakdown(SpecificityScheme.Graded, 3, 2, 5),
            ],
            accepted.Scores);
    }

    [Theory]
    [InlineData(TieBreak.First, SelectionReason.RegisteredFirst, "0")]
    [InlineData(TieBreak.Last, SelectionReason.RegisteredLast, "1")]
    [InlineData(TieBreak.TupleThenFirst, SelectionReason.GreatestTuple, "1")]
    public void Of_EqualScores_NamesTheTieBreak(TieBreak tieBreak, SelectionReason reason, string winner)
    {
        var policy = new SelectionPolicy { TieBreak = tieBreak };

        var explanation = RequestExplanation.Of(
            [new CandidateCap("0", CapUrn.Parse("cap:in;op=x;out")), new CandidateCap("1", CapUrn.Parse("cap:b;in;op=x;out"))],
            CapUrn.Parse("cap:in;op=x;out"),
            policy);

        Assert.Equal((reason, winner), (explanation.Reason, explanation.Winner!.Candidate.Label));
        Assert.Contains("of the 2 that have the highest Reference score, 1", explanation.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_Choice_NamesTheWinnerTheScoresAndTheFirstReasonOfOthers() =>
        Assert.Equal(
            """
            request cap:in;op=x;out
            cap:in=media:pdf;op=x;out of 1 has the highest Reference score, 2; the next has 1.
            accepted by:
              cap:in=media:pdf;op=x;out of 1: Reference 2 (in 1, out 0, tags 1), TagCount 2 (in 1, out 0, tags 1), Graded 8 (in 3, out 2, tags 3)
              cap:in;op=x;out of 0: Reference 1 (in 0, out 0, tags 1), TagCount 1 (in 0, out 0, tags 1), Graded 7 (in 2, out 2, tags 3)
            refused by:
              cap:in;op=y;out of 2: The capability has 'op=y', but the request wants 'op=x'.
            """.ReplaceLineEndings("\n"),
            Explain("cap:in;op=x;out", "cap:in;op=x;out", "cap:in=media:pdf;op=x;out", "cap:in;op=y;out").ToString());

    [Fact]
    public void ToString_NothingAccepts_SaysWhatWouldHaveToChange()
    {
        Assert.Equal(
            """
            request cap:in;op=x;out
            None of 1 registered capabilities accepts the request.
            refused by:
              cap:in;op=y;out of 0: The capability has 'op=y', but the request wants 'op=x'.
            to be accepted, one of:
              cap:in;op=y;out of 0: change 'op=x' to 'op=y' in the request
            """.ReplaceLineEndings("\n"),
            Explain("cap:in;op=x;out", "cap:in;op=y;out").ToString());
        Assert.Equal("request cap:in;op=x;out\nNo capability is registered.", Explain("cap:in;op=x;out").ToString());
    }

    [Fact]
    public void ToString_ManyCandidates_PrintsTenAndCountsTheOthers() =>
        Assert.EndsWith("\n  and 2 more", Explain("cap:in;op=x;out", [.. Enumerable.Repeat("cap:in;op=x;out", 12)]).ToString(), StringComparison.Ordinal);

    private static RequestExplanation Explain(string request, params string[] caps) =>
        RequestExplanation.Of(caps.Select((cap, at) => new CandidateCap($"{at}", CapUrn.Parse(cap))), CapUrn.Parse(request));
}
