using System.Text.Json;
using Capns.Core.Media;

namespace Capns.Core.Tests.Media;

public sealed class MediaSpecResolutionTests
{
    private static readonly MediaSpecDef Own = new()
    {
        Urn = "media:pdf;bytes",
        MediaType = "application/x-own",
        Title = "own",
        ProfileUri = "https://example.org/p",
        Schema = JsonElement.Parse("""{"type":"string"}"""),
        Description = "d",
        Validation = new MediaValidation { Min = 1 },
        Metadata = JsonElement.Parse("{}"),
        Extensions = ["pdf"],
    };

    [Fact]
    public async Task ResolveAsync_OwnSpec_WinsOverTheBuiltInOneAndCarriesEverything()
    {
        var source = new ScriptedSource(Spec("media:bytes;pdf", "other"));

        var resolved = await MediaSpecResolution.ResolveAsync("media:pdf;bytes", [Own], source);

        Assert.Equal(
            new ResolvedMediaSpec
            {
                MediaUrn = "media:pdf;bytes",
                Urn = MediaUrns.Pdf,
                MediaType = Own.MediaType,
                Title = Own.Title,
                ProfileUri = Own.ProfileUri,
                Schema = Own.Schema,
                Description = Own.Description,
                Validation = Own.Validation,
                Metadata = Own.Metadata,
                Extensions = Own.Extensions,
            },
            resolved);
        Assert.Empty(source.Asked);
    }

    [Fact]
    public async Task ResolveAsync_OwnSpecInAnotherSpelling_IsTaken() =>
        Assert.Equal("own", (await MediaSpecResolution.ResolveAsync("media:bytes;pdf", [Own], new ScriptedSource())).Title);

    [Fact]
    public async Task ResolveAsync_BothSpellingsAmongOwn_TheSameTextWins()
    {
        MediaSpecDef[] own = [Own, Spec("media:bytes;pdf", "exactly")];

        Assert.Equal("exactly", (await MediaSpecResolution.ResolveAsync("media:bytes;pdf", own, new ScriptedSource())).Title);
        Assert.Equal("own", (await MediaSpecResolution.ResolveAsync("media:pdf;bytes", own, new ScriptedSource())).Title);
    }

    [Fact]
    public async Task ResolveAsync_OwnSpecWhoseNameIsNoMediaUrn_IsFoundByItsText()
    {
        var resolved = await MediaSpecResolution.ResolveAsync("my:thing", [Spec("my:thing", "mine")], new ScriptedSource());

        Assert.Equal("mine", resolved.Title);
        Assert.Null(resolved.Urn);
    }

    [Fact]
    public async Task ResolveAsync_NotOwn_AsksTheSourceByCanonicalForm()
    {
        var source = new ScriptedSource(Spec("media:bytes;pdf", "from the source"));

        var resolved = await MediaSpecResolution.ResolveAsync("media:pdf;bytes;", [Spec("media:other", "no")], source);

        Assert.Equal("from the source", resolved.Title);
        Assert.Equal("media:pdf;bytes;", resolved.MediaUrn);
        Assert.Equal(["media:bytes;pdf"], source.Asked);
    }

    [Fact]
    public async Task ResolveAsync_NobodyKnows_IsUnresolvable()
    {
        var exception = await Assert.ThrowsAsync<UnresolvableMediaUrnException>(
            async () => await MediaSpecResolution.ResolveAsync("media:bytes;djvu", [Own], BuiltinMediaSpecs.Instance));

        Assert.Equal("cannot resolve media URN 'media:bytes;djvu' - not found in media_specs, built-in specs or registry", exception.Message);
        Assert.Equal("media:bytes;djvu", exception.MediaUrn);
        Assert.False(exception.MayResolveLater);
    }

    [Fact]
    public async Task ResolveAsync_NoMediaUrn_IsUnresolvableAndNobodyIsAsked()
    {
        var source = new ScriptedSource();

        var exception = await Assert.ThrowsAsync<UnresolvableMediaUrnException>(
            async () => await MediaSpecResolution.ResolveAsync("my:thing", [], source));

        Assert.StartsWith("cannot resolve media URN 'my:thing' - not found in media_specs", exception.Message, StringComparison.Ordinal);
        Assert.Contains("expected 'media', got 'my'", exception.Message, StringComparison.Ordinal);
        Assert.Empty(source.Asked);
    }

    [Fact]
    public async Task ResolveAsync_SourceUnreachable_SaysThatItMayResolveLater()
    {
        var exception = await Assert.ThrowsAsync<UnresolvableMediaUrnException>(
            async () => await MediaSpecResolution.ResolveAsync("media:bytes;djvu", [], ScriptedSource.Unreachable("no route")));

        Assert.True(exception.MayResolveLater);
        Assert.Contains("no route", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Composite_SeveralKnow_TheFirstAnswersAndLaterOnesAreNotAsked()
    {
        var later = new ScriptedSource(Spec("media:x", "later"));
        var composite = new CompositeMediaSpecSource(new ScriptedSource(), new ScriptedSource(Spec("media:x", "first")), later);

        Assert.Equal("first", (await composite.FindAsync(MediaUrn.Parse("media:x")))!.Title);
        Assert.Empty(later.Asked);
        Assert.Null(await composite.FindAsync(MediaUrn.Parse("media:y")));
    }

    [Fact]
    public async Task Composite_OneUnreachable_ALaterOneMayAnswerElseItThrows()
    {
        var composite = new CompositeMediaSpecSource(
            ScriptedSource.Unreachable("first"), ScriptedSource.Unreachable("second"), new ScriptedSource(Spec("media:x", "known")));

        Assert.Equal("known", (await composite.FindAsync(MediaUrn.Parse("media:x")))!.Title);
        var exception = await Assert.ThrowsAsync<MediaSourceUnreachableException>(async () => await composite.FindAsync(MediaUrn.Parse("media:y")));
        Assert.Equal("first", exception.Message);
    }

    private static MediaSpecDef Spec(string urn, string title) => new() { Urn = urn, MediaType = "text/plain", Title = title };
}
