using Capns.Core.Matching.Warnings;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Urns;

/// <summary>URNs may have any length: what is done with one costs in proportion to its tags, not to their square.</summary>
public sealed class UrnCostTests
{
    [Theory]
    [InlineData("cap:in;op=x;out=media:y", "cap:in;op=x;out=\"media:y{0}\"", "=b")]
    [InlineData("cap:in=\"media:y{0}\";op=x;out", "cap:in=media:y;op=x;out", "=b")]
    [InlineData("cap:in;out{0}", "cap:in;out{0}", "=b")]
    public void Explain_ManyChanges_CostsInProportion(string cap, string request, string value) => AssertProportional(tags =>
    {
        var has = CapUrn.Parse(Fill(cap, tags, "=a"));
        var wish = CapUrn.Parse(Fill(request, tags, value));
        return () =>
        {
            var explanation = has.Explain(wish);
            Assert.False(explanation.IsAccepted);
            Assert.True(has.Accepts(explanation.NearestRequest));
            Assert.NotEmpty(explanation.ToString());
        };
    });

    [Theory]
    [InlineData("cap:in=\"media:{0}\";out{0}", 0)]
    [InlineData("cap:in=\"media:void{0}\";out", 1)]
    public void Warnings_ManyTags_CostInProportion(string urn, int each) => AssertProportional(tags =>
    {
        var cap = CapUrn.Parse(Fill(urn, tags, string.Empty));
        return () => Assert.Equal(each * tags, CapUrnWarnings.Of(cap).Count(warning => warning.Kind == CapUrnWarningKind.ContradictingTags));
    });

    [Fact]
    public void FromTags_ManyTags_CostsInProportion() => AssertProportional(tags =>
    {
        KeyValuePair<string, string>[] map = [.. Enumerable.Range(0, tags).Select(i => KeyValuePair.Create($"k{i}", "a")), new("in", "*"), new("out", "*")];
        return () => Assert.Equal(tags, CapUrn.FromTags(map).OtherTags.Length);
    });

    private static string Fill(string urn, int tags, string value) =>
        urn.Replace("{0}", string.Concat(Enumerable.Range(0, tags).Select(i => $";k{i}{value}")), StringComparison.Ordinal);

    private static void AssertProportional(Func<int, Action> prepare)
    {
        // By the square it would be 16.
        Assert.InRange((double)Allocated(prepare(4000)) / Allocated(prepare(1000)), 2, 6);

        static long Allocated(Action action)
        {
            action();
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
