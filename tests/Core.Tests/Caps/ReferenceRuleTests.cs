using Capns.Core.Caps;
using Capns.Core.Media;
using Capns.Core.Urns;
using static Capns.Core.Tests.Caps.Example;

namespace Capns.Core.Tests.Caps;

/// <summary>MS1 to MS3, XV1 to XV5 and their neighbours (CapNs spec 8.3).</summary>
public sealed class ReferenceRuleTests
{
    [Theory]
    [InlineData("media:in", "in tag", "/urn")]
    [InlineData("media:out", "out tag", "/urn")]
    [InlineData("media:arg", "argument 'media:arg'", "/args/0/media_urn")]
    [InlineData("media:output", "output", "/output/media_urn")]
    [InlineData("media:stdin", "stdin source of argument 'media:arg'", "/args/0/sources/1")]
    public async Task ValidateAsync_UrnStandsForNothing_SaysWhere(string missing, string location, string path)
    {
        string[] all = ["media:in", "media:out", "media:arg", "media:output", "media:stdin"];
        var source = new StubMediaSource(all.Where(urn => urn != missing));

        var report = await CapValidator.ValidateAsync(Everywhere, source);

        Assert.Equal(
            new CapDefinitionError(
                "XV3",
                path,
                $"Unresolved media URN '{missing}' referenced in {location}",
                $"Cap '{Everywhere.UrnString}' references unresolvable media URN '{missing}' in {location}"),
            report.Error);
        Assert.Equal(all[..(Array.IndexOf(all, missing) + 1)], source.Asked.Select(urn => urn.ToString()));
    }

    [Fact]
    public async Task ValidateAsync_EveryUrnStandsForSomething_GivesTheDefinition()
    {
        var source = new StubMediaSource(["media:in", "media:out", "media:arg", "media:output", "media:stdin"]);

        var report = await CapValidator.ValidateAsync(Everywhere.ToJson(), source);

        Assert.Equal(Everywhere, report.Cap);
        Assert.Empty(report.Warnings);
    }

    [Fact]
    public async Task ValidateAsync_TheSameUrnInSeveralPlaces_IsAskedForOnce()
    {
        var source = new StubMediaSource(["media:void"]);

        var report = await CapValidator.ValidateAsync(Cap() with { Output = new CapOutput { MediaUrn = "media:void", Description = "d" } }, source);

        Assert.True(report.IsValid);
        Assert.Single(source.Asked);
    }

    [Theory]
    [InlineData("media:a;b")]
    [InlineData("media:b;a")]
    public async Task ValidateAsync_UrnIsDefinedInline_ResolvesInAnySpelling(string spelling)
    {
        var cap = Cap(Arg("media:a;b", Flag("--a"))).WithMediaSpec(Spec(spelling));

        Assert.True((await CapValidator.ValidateAsync(cap, new StubMediaSource(["media:void"]))).IsValid);
    }

    [Fact]
    public async Task ValidateAsync_ArgumentIsNoMediaUrn_IsUnresolved()
    {
        var report = await CapValidator.ValidateAsync(Cap(Arg("my:thing", Flag("--a"))), new StubMediaSource(["media:void"]));

        Assert.Equal(("XV3", "/args/0/media_urn"), (report.Error!.RuleId, report.Error.Path));
    }

    [Fact]
    public async Task ValidateAsync_SourceCannotBeAskedForAReference_IsUnresolvedAndSaysWhy()
    {
        var source = new StubMediaSource([]) { IsUnreachable = _ => true };

        var report = await CapValidator.ValidateAsync(Cap(), source);

        Assert.Equal("XV3", report.Error!.RuleId);
        Assert.Equal(["XV3: Could not ask for media URN 'media:void' (offline mode)"], report.Warnings.Select(warning => warning.Message));
    }

    [Fact]
    public async Task ValidateAsync_InlineSpecIsInTheRegistry_IsRefusedInAnySpelling()
    {
        var cap = Cap().WithMediaSpec(Spec("media:mine")).WithMediaSpec(Spec("media:b;a"));

        var report = await CapValidator.ValidateAsync(cap, new StubMediaSource(["media:void", "media:a;b"]));

        Assert.Equal(
            new CapDefinitionError(
                "XV5",
                "/media_specs/1",
                "XV5: Inline media spec 'media:b;a' redefines existing registry spec",
                $"XV5: Cap '{Urn}' inline media spec 'media:b;a' redefines existing registry spec"),
            report.Error);
    }

    [Fact]
    public async Task ValidateAsync_OfflineAndInlineSpecIsNotKnown_WarnsAndGoesOn()
    {
        var source = new StubMediaSource(["media:void"]) { IsUnreachable = urn => urn.ToString() == "media:mine" };

        var report = await CapValidator.ValidateAsync(Cap().WithMediaSpec(Spec("media:mine")), source);

        Assert.True(report.IsValid);
        Assert.Equal(
            [new CapDefinitionWarning("XV5", "/media_specs/0", "XV5: Could not verify inline spec 'media:mine' against online registry (offline mode)")],
            report.Warnings);
    }

    [Fact]
    public async Task ValidateAsync_Cancelled_Throws()
    {
        var source = new CancelledSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await CapValidator.ValidateAsync(Cap(), source, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task ValidateAsync_InlineSpecs_AreCheckedBeforeReferences()
    {
        var nothing = new StubMediaSource([]);

        Assert.Equal("Invalid media URN: expected 'media:' prefix", await MessageOf(Cap().WithMediaSpec(Spec("my:thing"))));
        Assert.Equal("Media spec 'media:a' has no media_type", await MessageOf(Cap().WithMediaSpec(Spec("media:a") with { MediaType = "" })));
        Assert.Equal(
            "duplicate media URN 'media:a' in media_specs - each URN must be unique",
            await MessageOf(Cap().WithMediaSpec(Spec("media:a")).WithMediaSpec(Spec("media:a"))));
        Assert.Equal(
            "Required argument 'media:a' cannot have a default value",
            await MessageOf(Cap(Arg("media:a", At(0)) with { DefaultValue = JsonOf("0") })));
        Assert.Equal(
            $"Inline media spec 'media:a' in {Urn} has no title",
            await MessageOf(Cap().WithMediaSpec(Spec("media:a") with { Title = "" })));
        Assert.Empty(nothing.Asked);

        async Task<string?> MessageOf(Cap cap) => (await CapValidator.ValidateAsync(cap, nothing)).Error?.Message;
    }

    [Fact]
    public async Task ValidateAsync_OptionalArgumentWithDefault_IsFine()
    {
        var cap = Cap(Arg("media:void", At(0)) with { Required = false, DefaultValue = JsonOf("0") });

        Assert.True((await CapValidator.ValidateAsync(cap, new StubMediaSource(["media:void"]))).IsValid);
    }

    [Theory]
    [InlineData("MS1", """{"urn":"my:x"}""")]
    [InlineData("MS1", """{"urn":"media:x","media_type":"text/plain"}""")]
    [InlineData("MS3", """{"urn":"media:x","title":"t"}""")]
    [InlineData("STRUCT", """{"urn":"media:x","title":null,"media_type":"text/plain"}""")]
    [InlineData("STRUCT", """{"title":"t","media_type":"text/plain"}""")]
    public void TryParse_StandaloneSpec_NamesTheRule(string rule, string json)
    {
        Assert.False(MediaSpecDef.TryParse(json, out _, out var error));

        Assert.Equal(rule, error.RuleId);
    }

    [Fact]
    public void Validate_StandaloneSpec_FollowsTheOrderOfTheRules()
    {
        Assert.Null(CapValidator.Validate(Spec("media:x")));
        Assert.Equal("Media spec 'my:x' has no title", CapValidator.Validate(Spec("my:x") with { Title = "", MediaType = "" })!.Message);
        Assert.Equal("MS2", CapValidator.Validate(Spec("my:x") with { MediaType = "" })!.RuleId);
        Assert.Equal("Media spec 'media:x' has no media_type", CapValidator.Validate(Spec("media:x") with { MediaType = "" })!.Message);
    }

    [Fact]
    public void ValidateCatalog_TheSameTwice_IsRefusedInAnySpelling()
    {
        var second = Cap() with { Urn = CapUrn.Parse("CAP:out=media:void;op=demo;in=\"media:void\"") };

        var caps = CapValidator.ValidateCatalog([Cap(), second], []).Error!;
        var specs = CapValidator.ValidateCatalog([], [Spec("media:a;b"), Spec("media:b;a")]).Error!;

        Assert.Equal(("XV1", "/caps/1/urn", $"Duplicate cap URN: {Urn}"), (caps.RuleId, caps.Path, caps.Message));
        Assert.Equal(("XV2", "/media/1/urn", "Duplicate media URN: media:a;b"), (specs.RuleId, specs.Path, specs.Message));
        Assert.True(CapValidator.ValidateCatalog([Cap(), Cap() with { Urn = second.Urn.WithTag("x", "1") }], [Spec("media:a"), Spec("media:b")]).IsValid);
    }

    [Fact]
    public void ValidateCatalog_EntryIsWrong_NamesItsPlaceAndComesBeforeDuplicates()
    {
        var broken = Cap(Arg("media:a"));

        var report = CapValidator.ValidateCatalog([Cap(), Cap(), broken], [Spec("my:a")]);

        Assert.Equal(("RULE2", "/caps/2/args/0/sources"), (report.Error!.RuleId, report.Error.Path));
        Assert.Equal("/media/0/urn", CapValidator.ValidateCatalog([Cap(), Cap()], [Spec("my:a")]).Error!.Path);
    }

    private static Cap Everywhere => Cap(Arg("media:arg", At(0), Stdin("media:stdin"))) with
    {
        Urn = CapUrn.Parse("cap:in=media:in;out=media:out"),
        Output = new CapOutput { MediaUrn = "media:output", Description = "d" },
    };

    private sealed class CancelledSource : IMediaSpecSource
    {
        public ValueTask<MediaSpecDef?> FindAsync(MediaUrn urn, CancellationToken cancellationToken = default) =>
            ValueTask.FromCanceled<MediaSpecDef?>(cancellationToken);
    }
}
