using Capns.Core.Urns;
using Capns.Registry.Worker.Capabilities;
using Xunit;

namespace Capns.Registry.Worker.Tests.Capabilities;

public sealed class CapabilitySnapshotTests
{
    private const string Generic = "cap:in=media:bytes;op=thumb;out=media:png";
    private const string Specific = "cap:ext=pdf;in=media:bytes;op=thumb;out=media:png";

    [Fact]
    public void TryFindBest_SpecificAndGeneric_TheSpecificOneWinsWhateverTheOrder()
    {
        var (generic, specific) = (Offers.Tool("generic", Generic), Offers.Tool("specific", Specific));
        foreach (var known in new[] { Offers.Snapshot(generic, specific), Offers.Snapshot(specific, generic) })
        {
            Assert.Equal("specific", Best(known, "cap:ext=pdf;op=thumb"));
            Assert.Equal("generic", Best(known, "cap:ext=wav;op=thumb"));
        }
    }

    [Fact]
    public void TryFindBest_Tie_TheToolRegisteredFirstAndItsCapabilityListedFirst()
    {
        var known = Offers.Snapshot(
            Offers.Tool("words", "thumb"), Offers.Tool("first", "cap:in;op=thumb;out;z=1", "cap:a=1;in;op=thumb;out"), Offers.Tool("second", "cap:in;op=thumb;out;y=1"));

        Assert.True(known.TryFindBest(CapUrn.ParseRequest("cap:op=thumb"), out var best));
        Assert.Equal(("first", "cap:in;op=thumb;out;z=1", 2), (best.Tool.Slug, best.Cap.Urn.ToString(), best.Specificity));
        Assert.Equal(["first", "second"], known.FindAll(CapUrn.ParseRequest("cap:op=thumb")).Select(found => found.Tool.Slug));
    }

    [Fact]
    public void Block_Registries_AreProvidersBeforePlugins() => Assert.Equal(["providers", "plugins"], Offers.Snapshot().Block.RegistryNames);

    [Fact]
    public void TryFindBest_UnavailableTool_IsNoCandidateButKnown()
    {
        var known = Offers.Snapshot(Offers.Tool("off", Generic) with { Unavailable = "is disabled" });

        Assert.False(known.TryFindBest(CapUrn.ParseRequest("cap:op=thumb"), out _));
        Assert.Equal("off", Assert.Single(known.FindUnavailable(CapUrn.ParseRequest("cap:op=thumb"))).Tool.Slug);
    }

    [Fact]
    public void Missing_NobodyFits_NamesTheNearestAndWhatWouldHaveToChange()
    {
        var known = Offers.Snapshot(Offers.Tool("texts", "cap:in=media:textable;op=count;out=media:json"), Offers.Tool("thumbs", Specific));

        var missing = MissingCapability.Of(CapUrn.ParseRequest("cap:ext=wav;in=media:bytes;op=thumb"), known);

        Assert.Contains("provides cap:ext=wav;in=media:bytes;op=thumb;out.", missing.Message, StringComparison.Ordinal);
        Assert.Contains($"The nearest is {Specific} of tool thumbs; for it to accept, ", missing.Message, StringComparison.Ordinal);
        Assert.Matches("for it to accept, .*ext.*pdf", missing.Message);
        var nearest = missing.Details.GetProperty("nearest")[0];
        Assert.Equal("thumbs", nearest.GetProperty("provider").GetString());
        Assert.Equal("ext", nearest.GetProperty("changes")[0].GetProperty("tag").GetString());
        Assert.Equal(1, nearest.GetProperty("changes").GetArrayLength());
    }

    [Fact]
    public void Missing_ProviderIsSwitchedOff_SaysWhichAndWhy()
    {
        var known = Offers.Snapshot(Offers.Tool("thumbs", Specific) with { Unavailable = "is in maintenance" });

        var missing = MissingCapability.Of(CapUrn.ParseRequest("cap:ext=pdf;op=thumb"), known);

        Assert.Contains($"Tool thumbs provides {Specific}, but it is in maintenance.", missing.Message, StringComparison.Ordinal);
        Assert.Equal("is in maintenance", missing.Details.GetProperty("unavailable")[0].GetProperty("reason").GetString());
        Assert.Contains("No tool that may run now has a capability URN.", missing.Message, StringComparison.Ordinal);
    }

    private static string? Best(CapabilitySnapshot known, string request) =>
        known.TryFindBest(CapUrn.ParseRequest(request), out var best) ? best.Tool.Slug : null;
}
