using Capns.Core.Media;
using Capns.Testing;
using Microsoft.AspNetCore.Http;

namespace Capns.Definitions.Tests;

public sealed class MediaSpecRegistryTests : RegistryScene
{
    private const string Listing = "media:listing;textable";

    [Fact]
    public async Task Get_BuiltIn_NeedsNoRegistry()
    {
        await Server.StopAsync();
        var registry = await OpenAsync();

        var spec = await registry.GetMediaSpecAsync("media:pdf;bytes");

        Assert.Equal("application/pdf", spec.MediaType);
        Assert.Equal(registry.GetStandardSpecs().Count, registry.GetCachedSpecs().Count);
        Assert.Equal(spec, await registry.FindAsync(MediaUrns.Pdf));
    }

    [Fact]
    public async Task Get_AnySpelling_IsAskedForOnceByCanonicalFormAndKeptInAFolderOfItsOwn()
    {
        Server.Give(Spec());
        var registry = await OpenAsync();

        await registry.GetMediaSpecAsync("media:textable;listing");
        await registry.GetMediaSpecAsync("MEDIA:Listing;textable");
        var again = await OpenAsync();

        Assert.Equal(["/media:listing%3Btextable"], Server.Asked);
        Assert.Equal("text/x-listing", again.GetCachedSpec("media:textable;listing")!.MediaType);
        Assert.Single(Directory.GetFiles(Path.Combine(Folder, "media")));
    }

    [Fact]
    public async Task Find_NotThere_IsNullAndUnreachableIsAnException()
    {
        var registry = await OpenAsync();
        Assert.Null(await registry.FindAsync(MediaUrn.Parse(Listing)));

        await Server.StopAsync();

        await Assert.ThrowsAsync<MediaSourceUnreachableException>(async () => await registry.FindAsync(MediaUrn.Parse(Listing)));
        Assert.False(await registry.MediaSpecExistsAsync(Listing));
    }

    [Fact]
    public async Task GetMediaSpecs_Several_ComeInTheOrderAskedFor()
    {
        Server.Give(Spec());
        var registry = await OpenAsync();

        var specs = await registry.GetMediaSpecsAsync(["media:void", Listing, "media:bytes"]);

        Assert.Equal(["media:void", Listing, "media:bytes"], specs.Select(spec => spec.Urn));
        Assert.Equal(Server.Url, registry.Config.RegistryUrl);
        await Assert.ThrowsAsync<DefinitionException>(() => registry.GetMediaSpecsAsync(["media:void", "media:other"]));
    }

    [Fact]
    public async Task MediaUrnsForExtension_BuiltInAndKept_AreFoundInAnyCase()
    {
        Server.Give(Spec());
        var registry = await OpenAsync();
        await registry.GetMediaSpecAsync(Listing);

        Assert.Equal([MediaUrn.Parse(Listing)], registry.MediaUrnsForExtension("LST"));
        Assert.Contains(MediaUrns.Pdf, registry.MediaUrnsForExtension("pdf"));
        var failure = Assert.Throws<DefinitionException>(() => registry.MediaUrnsForExtension(".pdf"));
        Assert.Equal(DefinitionFailure.ExtensionNotFound, failure.Failure);
        Assert.Contains("lst", registry.ExtensionMappings().Keys);
    }

    [Fact]
    public async Task MediaUrnsForExtension_KeptFileNamesNoMediaUrn_IsPassedOver()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "media")).FullName;
        var file = $$"""{"spec":{{Spec("listing")}},"cached_at":{{new ManualTime().GetUtcNow().ToUnixTimeSeconds()}},"ttl_hours":24}""";
        await File.WriteAllTextAsync(Path.Combine(folder, "0.json"), file);
        var registry = await OpenAsync();

        Assert.Contains("listing", registry.GetCachedSpecs().Select(spec => spec.Urn));
        Assert.Contains(MediaUrns.Pdf, registry.MediaUrnsForExtension("pdf"));
        Assert.Throws<DefinitionException>(() => registry.MediaUrnsForExtension("lst"));
    }

    [Fact]
    public async Task ClearCache_BuiltInOnes_Stay()
    {
        Server.Give(Spec());
        var registry = await OpenAsync();
        await registry.GetMediaSpecAsync(Listing);

        registry.ClearCache();

        Assert.Null(registry.GetCachedSpec(Listing));
        Assert.NotNull(registry.GetCachedSpec("media:void"));
    }

    [Fact]
    public async Task Get_AnswerIsAnotherType_IsAParseError()
    {
        Server.Answer = context => context.Response.WriteAsync(Spec("media:other"));

        var failure = await Assert.ThrowsAsync<DefinitionException>(async () => await (await OpenAsync()).GetMediaSpecAsync(Listing));

        Assert.Equal(DefinitionFailure.ParseError, failure.Failure);
    }

    private static string Spec(string urn = Listing) =>
        $$"""{"urn": "{{urn}}", "media_type": "text/x-listing", "title": "Listing", "extensions": ["lst"]}""";

    private Task<MediaSpecRegistry> OpenAsync() =>
        MediaSpecRegistry.OpenAsync(new RegistryConfig { RegistryUrl = Server.Url, CacheFolder = Folder }, time: new ManualTime());
}
