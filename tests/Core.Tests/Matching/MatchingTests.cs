using Capns.Core.Matching;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Matching;

/// <summary>The tables of CapNs spec 2 and 5.2, cell by cell.</summary>
public sealed class MatchingTests
{
    private static readonly string[] Instances = ["", "k=?", "k=!", "k", "k=v", "k=w"];

    [Theory]
    [InlineData("", "yes yes yes yes yes yes")]
    [InlineData("k=?", "yes yes yes yes yes yes")]
    [InlineData("k=!", "yes yes yes no no no")]
    [InlineData("k", "no yes no yes yes yes")]
    [InlineData("k=v", "no yes no yes yes no")]
    public void Accepts_TaggedUrns_FollowsEveryCell(string pattern, string expected) =>
        Assert.Equal(
            expected.Split(' '),
            Instances.Select(instance => Say(TaggedUrn.Parse($"t:{pattern}").Accepts(TaggedUrn.Parse($"t:{instance}")))));

    [Theory]
    [InlineData("", "yes yes yes yes yes yes")]
    [InlineData("k=?", "yes yes yes yes yes yes")]
    [InlineData("k=!", "yes yes yes no no no")]
    [InlineData("k", "yes yes no yes yes yes")]
    [InlineData("k=v", "yes yes no yes yes no")]
    public void IsCompatibleWith_TaggedUrns_FollowsEveryCell(string left, string expected) =>
        Assert.Equal(
            expected.Split(' '),
            Instances.Select(right => Say(TaggedUrn.Parse($"t:{left}").IsCompatibleWith(TaggedUrn.Parse($"t:{right}")))));

    [Theory]
    [InlineData("", "yes yes yes yes yes yes", "yes yes yes yes yes yes")]
    [InlineData("k", "yes yes yes yes yes yes", "yes yes no yes yes yes")]
    [InlineData("k=v", "yes no no yes yes no", "yes yes no yes yes no")]
    [InlineData("k=?", "yes yes no yes no no", "yes yes yes yes yes yes")]
    [InlineData("k=!", "yes no yes yes no no", "yes yes yes no no no")]
    public void Accepts_CapUrns_FollowsEveryCellOfBothModes(string cap, string reference, string documented)
    {
        Assert.Equal(reference.Split(' '), Instances.Select(request => Say(Cap(cap).Accepts(Cap(request)))));
        Assert.Equal(documented.Split(' '), Instances.Select(request => Say(Cap(cap).Accepts(Cap(request), SpecialValueMode.Documented))));
    }

    [Fact]
    public void TaggedUrnMatcher_BestAndAll_AreBySumAndThenByOrder()
    {
        var urns = new[] { "t:a=1", "t:a=1;b=2", "t:a=1;c=2", "t:a=2;b;c" }.Select(TaggedUrn.Parse).ToArray();

        Assert.Same(urns[1], TaggedUrnMatcher.FindBestMatch(urns, TaggedUrn.Parse("t:a=1")));
        Assert.Equal([urns[1], urns[2], urns[0]], TaggedUrnMatcher.FindAllMatches(urns, TaggedUrn.Parse("t:a=1")));
        Assert.Null(TaggedUrnMatcher.FindBestMatch(urns, TaggedUrn.Parse("t:z")));
        Assert.True(TaggedUrnMatcher.AreCompatible(urns, [TaggedUrn.Parse("t:a=2")]));
        Assert.False(TaggedUrnMatcher.AreCompatible(urns, [TaggedUrn.Parse("t:a=3"), TaggedUrn.Parse("t:a=4")]));
        Assert.Throws<UrnException>(() => TaggedUrnMatcher.FindBestMatch(urns, TaggedUrn.Parse("u:")));
    }

    [Fact]
    public void CapMatcher_BestAndAll_AreBySchemeAndThenByOrder()
    {
        var caps = new[] { "", "op=x", "op=x;z", "op=y", "op=x" }.Select(Cap).ToArray();

        Assert.Same(caps[1], CapMatcher.FindBestMatch(caps, Cap("op=x")));
        Assert.Equal([caps[1], caps[2], caps[4], caps[0]], CapMatcher.FindAllMatches(caps, Cap("op=x")));
        Assert.Same(caps[2], CapMatcher.FindBestMatch(caps, Cap("op=x"), new SelectionPolicy { Scheme = SpecificityScheme.Graded }));
        Assert.Same(caps[4], CapMatcher.FindBestMatch(caps, Cap("op=x"), new SelectionPolicy { TieBreak = TieBreak.Last }));
        Assert.Same(caps[2], CapMatcher.FindBestMatch(caps, Cap("op=x"), new SelectionPolicy { TieBreak = TieBreak.TupleThenFirst }));
        Assert.Null(CapMatcher.FindBestMatch([Cap("op=y")], Cap("op=x")));
        Assert.True(CapMatcher.AreCompatible(caps, [Cap("op=z")]));
        Assert.False(CapMatcher.AreCompatible(caps[1..], [Cap("op=z")]));
    }

    [Fact]
    public void SpecificityTuple_Order_IsExactThenAnyThenNot()
    {
        SpecificityTuple[] ascending = [new(0, 0, 1), new(0, 1, 0), new(0, 1, 1), new(1, 0, 0)];

        Assert.Equal(ascending, ascending.Reverse().Order());
        Assert.True(ascending[0] < ascending[1] && ascending[3] > ascending[2] && ascending[0] <= ascending[0] && ascending[0] >= ascending[0]);
        Assert.Equal([1, 2, 3, 3], ascending.Select(tuple => tuple.Sum));
    }

    private static CapUrn Cap(string tags) => CapUrn.Parse($"cap:in;out;{tags}");

    private static string Say(bool answer) => answer ? "yes" : "no";
}
