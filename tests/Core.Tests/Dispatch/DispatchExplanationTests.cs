using Capns.Core.Dispatch;
using Capns.Core.Matching;
using Capns.Core.Matching.Explanations;
using Capns.Core.Tests.Urns;
using Capns.Core.Urns;
using FsCheck.Fluent;

namespace Capns.Core.Tests.Dispatch;

public sealed class DispatchExplanationTests
{
    private static readonly CapUrn Request = CapUrn.Parse("cap:ext=epub;in;op=thumb;out");

    private static readonly CapMatrix Providers = Example.Matrix(("thumbs", ["cap:ext=pdf;in;op=thumb;out"]), ("texts", ["cap:in;op=text;out"]));

    [Fact]
    public void FindBestCapSet_NothingAccepts_MessageNamesTheNearestAndWhatToChange()
    {
        var block = Example.Block(("providers", Providers));
        const string Expected = "No cap sets found for capability: cap:ext=epub;in;op=thumb;out. The nearest is cap:ext=pdf;in;op=thumb;out of "
            + "{0}; for it to accept, change 'ext=epub' to 'ext=pdf' in the request.";

        var exception = Assert.Throws<NoSetsFoundException>(() => block.FindBestCapSet(Request));

        Assert.Equal(Expected.Replace("{0}", "providers/thumbs", StringComparison.Ordinal), exception.Message);
        Assert.Equal(["providers/thumbs", "providers/texts"], exception.Nearest.Select(one => one.Candidate.Label));
        Assert.All<Action>([() => block.Can(Request), () => block.Can(Request.ToString())], call =>
            Assert.Equal(exception.Message, Assert.Throws<NoSetsFoundException>(call).Message));
        Assert.All<Action>([() => Providers.FindBestCapSet(Request), () => Providers.FindCapSets(Request)], call =>
            Assert.Equal(Expected.Replace("{0}", "thumbs", StringComparison.Ordinal), Assert.Throws<NoSetsFoundException>(call).Message));
    }

    [Fact]
    public void FindBestCapSet_NothingRegistered_MessageNamesTheRequestOnly()
    {
        var exception = Assert.Throws<NoSetsFoundException>(() => Example.Block().FindBestCapSet(Request));

        Assert.Equal("No cap sets found for capability: cap:ext=epub;in;op=thumb;out", exception.Message);
        Assert.Empty(exception.Nearest);
    }

    [Fact]
    public void FindBestCapSet_MessageIsReadAfterAChange_TellsOfWhatWasRegisteredThen()
    {
        var matrix = Example.Matrix(("thumbs", ["cap:ext=pdf;in;op=thumb;out"]));
        var block = Example.Block(("providers", matrix));
        var failures = new[]
        {
            Assert.Throws<NoSetsFoundException>(() => block.FindBestCapSet(Request)),
            Assert.Throws<NoSetsFoundException>(() => matrix.FindBestCapSet(Request)),
        };

        matrix.RegisterCapSet("thumbs", Example.Set("new"), [Example.Cap("cap:ext=epub;in;op=other;out")]);

        Assert.All(failures, failure => Assert.Contains("change 'ext=epub' to 'ext=pdf'", failure.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void FindBestCapSet_NobodyReadsTheMessage_DoesNotLookForTheNearest()
    {
        var caps = Enumerable.Range(0, 2_000).Select(number => $"cap:ext=e{number};in;op=op{number};out").ToArray();
        var block = Example.Block(("providers", Example.Matrix(("many", caps))));
        _ = Assert.Throws<NoSetsFoundException>(() => block.FindBestCapSet(Request)).Message;

        var before = GC.GetAllocatedBytesForCurrentThread();
        var failure = Assert.Throws<NoSetsFoundException>(() => block.FindBestCapSet(Request));
        var unread = GC.GetAllocatedBytesForCurrentThread() - before;

        // Each of the 2,000 would take some bytes.
        Assert.InRange(unread, 0, 40_000);
        Assert.Equal(3, failure.Nearest.Count);
    }

    [Fact]
    public void Explain_TieOverRegistries_SaysThatTheFirstWins()
    {
        var block = Example.Block(("providers", Providers), ("plugins", Example.Matrix(("thumbs", ["cap:ext=pdf;in;op=thumb;out"]))));

        var explanation = block.Explain("cap:ext=pdf;in;op=thumb;out");

        Assert.Equal(SelectionReason.RegisteredFirst, explanation.Reason);
        Assert.Equal(["providers/thumbs", "plugins/thumbs"], explanation.Accepted.Select(one => one.Candidate.Label));
        Assert.Equal("The capability has 'op=text', but the request wants 'op=thumb'.", Assert.Single(explanation.Rejected).FirstReason);
        Assert.Throws<InvalidUrnException>(() => block.Explain("cap:op=x"));
    }

    [Theory]
    [InlineData(SpecificityScheme.Reference, TieBreak.First)]
    [InlineData(SpecificityScheme.Graded, TieBreak.Last)]
    [InlineData(SpecificityScheme.TagCount, TieBreak.TupleThenFirst)]
    public void Explain_RandomBlock_WinnerIsWhatIsFound(SpecificityScheme scheme, TieBreak tieBreak)
    {
        var options = new CapBlockOptions { Policy = new SelectionPolicy { Scheme = scheme, TieBreak = tieBreak } };
        RandomUrns.ForAll(Gen.Zip(RandomUrns.FewCap.ArrayOf(6).ArrayOf(3), RandomUrns.FewCap), pair =>
        {
            var (matrices, request) = pair;
            var block = Example.Block(options, [.. matrices.Select((caps, at) => ($"r{at}", Example.Matrix(
                [.. caps.Chunk(2).Select((chunk, set) => ($"s{set}", chunk.Select(cap => cap.ToString()).ToArray()))])))]);

            _ = block.TryFindBestCapSet(request, out var found);
            var winner = block.Explain(request).Winner;

            Assert.Equal(
                found is null ? null : $"{found.RegistryName}/{found.SetName} {found.Cap.Urn}",
                winner is null ? null : $"{winner.Candidate.Label} {winner.Candidate.Urn}");
        }, times: 500);
    }

    [Fact]
    public void Explain_Matrix_LabelsWithTheExecutor() =>
        Assert.Equal("thumbs", Providers.Explain(CapUrn.Parse("cap:in;op=thumb;out")).Winner!.Candidate.Label);
}
