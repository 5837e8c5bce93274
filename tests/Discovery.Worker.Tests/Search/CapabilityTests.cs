using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Core.Urns;
using Capns.Discovery.Worker.Search;
using Capns.Discovery.Worker.Search.Capabilities;
using Xunit;
using static Capns.Discovery.Worker.Tests.Search.SearchExample;

namespace Capns.Discovery.Worker.Tests.Search;

public class CapabilityTests
{
    private const string Exact = "cap:in=media:pdf;op=summarise;out=media:text";
    private const string Any = "cap:in=*;op=summarise;out=*";
    private const string Other = "cap:in=media:pdf;op=translate;out=media:text";

    private static readonly ToolIndex Index = ToolIndex.Build(Snapshot(
        Tool("any", capabilities: ["Reading", Any]),
        Tool("both", capabilities: [Any, Other, Exact]),
        Tool("exact", capabilities: ["reading", "writing", Exact]),
        Tool("other", capabilities: [Other, "cap:nonsense"])));

    [Fact]
    public void FindProviders_Request_GivesOfEachToolTheMostSpecific()
    {
        var found = Index.FindProviders(CapUrn.Parse(Exact));
        Assert.Equal(
            [("any", CapUrn.Canonical(Any)), ("both", Exact), ("exact", Exact)],
            found.Select(tool => (Index.Snapshot.Tools[tool.Key].Slug, tool.Value.Urn.ToString())).Order());
        Assert.All(found.Values, match => Assert.Equal(match.Urn.Specificity, match.Specificity));
    }

    [Theory]
    [InlineData(Exact)]
    [InlineData(Other)]
    [InlineData(Any)]
    [InlineData("cap:in=media:docx;op=summarise;out=*")]
    public void FindProviders_Request_AgreesWithTheBlockOfCore(string text)
    {
        var (request, block, matrix) = (CapUrn.Parse(text), new CapBlock(), new CapMatrix());
        foreach (var tool in Index.Snapshot.Tools)
        {
            var urns = tool.Capabilities.Where(value => CapUrn.TryParse(value, out _, out _));
            matrix.RegisterCapSet(tool.Slug, new DelegateCapSet((_, _, _) => throw new NotSupportedException()),
                [.. urns.Select(urn => new Cap { Urn = CapUrn.Parse(urn), Title = tool.Slug, Command = tool.Slug })]);
        }

        block.AddRegistry("tools", matrix);
        var found = Index.FindProviders(request);
        var best = found.OrderByDescending(tool => tool.Value.Specificity).ThenBy(tool => tool.Key).First();
        var chosen = block.FindBestCapSet(request);
        Assert.Equal((chosen.SetName, chosen.Specificity), (Index.Snapshot.Tools[best.Key].Slug, best.Value.Specificity));
        Assert.Equal(chosen.Cap.Urn, best.Value.Urn);
        Assert.Equal(matrix.FindCapSets(request).Count, found.Count);
    }

    [Theory]
    [InlineData("any both exact", Exact)]
    [InlineData("any exact", "READING")]
    [InlineData("exact", "reading", "Writing")]
    [InlineData("any exact", "reading", Exact)]
    [InlineData("both", Exact, Other)]
    [InlineData("", "nothing")]
    [InlineData("any both exact other")]
    public void In_Index_AcceptsToolsThatProvideAll(string slugs, params string[] requested)
    {
        var provided = RequestedCapabilities.Read(requested, out _)!.In(Index);
        var accepted = Enumerable.Range(0, 4).Where(provided.Accepts).Select(place => Index.Snapshot.Tools[place].Slug).Order(StringComparer.Ordinal);
        Assert.Equal(slugs, string.Join(' ', accepted));
    }

    [Fact]
    public void FindProviders_AmongSome_ComparesOnlyWhatTheseProvide()
    {
        var wanted = new[] { "exact", "other" }.Select(slug => Index.Snapshot.PlaceOf(IdOf(slug))).ToHashSet();
        foreach (var text in new[] { Exact, Other, Any, "cap:op=summarise" })
        {
            Assert.True(CapUrn.TryParseRequest(text, out var request, out _));
            Assert.Equal(
                Index.FindProviders(request).Where(tool => wanted.Contains(tool.Key)).OrderBy(tool => tool.Key),
                Index.FindProviders(request, wanted.Contains).OrderBy(tool => tool.Key));
        }
    }

    [Fact]
    public void In_CapabilitiesThatAreNamedAgain_AreLookedForOnce()
    {
        var requested = RequestedCapabilities.Read([Exact, "reading", "READING", Exact, "cap:out=media:text;op=summarise;in=media:pdf"], out _)!;
        Assert.Equal((1, 1, true), (requested.Urns.Count, requested.Words.Count, requested.Any));
        Assert.False(RequestedCapabilities.None.Any);
    }

    [Fact]
    public void In_UrnThatNobodyProvides_AcceptsNothing()
    {
        var provided = RequestedCapabilities.Read(["cap:op=nobody;in=media:x;out=media:y", Exact], out _)!.In(Index);
        Assert.True(provided.HasUrns);
        Assert.Empty(provided.ByUrn());
        Assert.DoesNotContain(Enumerable.Range(0, 4), provided.Accepts);
    }

    [Fact]
    public void MatchOf_Tool_IsItsCapabilityForTheFirstUrn()
    {
        var provided = RequestedCapabilities.Read(["reading", Any, Exact], out _)!.In(Index);
        var place = Index.Snapshot.PlaceOf(IdOf("exact"));
        Assert.Equal(Exact, provided.MatchOf(place)?.Urn.ToString());
        Assert.Null(RequestedCapabilities.None.In(Index).MatchOf(place));
    }

    [Fact]
    public void Read_InvalidUrn_IsRefusedWithFieldAndValue()
    {
        Assert.Null(RequestedCapabilities.Read(["reading", Exact, "cap:op=;x", "CAP:"], out var errors));
        Assert.Equal("/capabilities/2", errors[0].Path);
        Assert.Contains("capabilities/2 must be a capability URN, but is 'cap:op=;x'", errors[0].Message, StringComparison.Ordinal);
    }
}
