using Capns.Core.Media;

namespace Capns.Core.Tests.Media;

public sealed class ResolvedMediaSpecTests
{
    [Theory]
    [InlineData("media:binary", "application/octet-stream", true)]
    [InlineData("media:binary;ext=x", "application/pdf", true)]
    [InlineData("media:x", "image/svg+xml", true)]
    [InlineData("media:x", "AUDIO/wav", true)]
    [InlineData("media:x", "video/mp4", true)]
    [InlineData("media:x", "application/x-tar", true)]
    [InlineData("media:x", "application/epub+zip; version=3", true)]
    [InlineData("media:x", "application/y+gzip", true)]
    [InlineData("media:x", "application/json", false)]
    [InlineData("media:x", "text/plain", false)]
    [InlineData("media:x", "application/zipped", false)]
    [InlineData("media:bytes", "text/plain", true)]
    [InlineData("media:textable", "image/png", false)]
    [InlineData("media:bytes=!", "image/png", false)]
    [InlineData("media:void", "application/x-void", false)]
    [InlineData("my:x", "image/png", true)]
    public void IsBinary_TagsElseMimeType_Decide(string urn, string mediaType, bool expected) =>
        Assert.Equal(expected, Spec(urn, mediaType).IsBinary);

    [Theory]
    [InlineData("media:x", "application/json", true)]
    [InlineData("media:x", "application/ld+json; charset=utf-8", true)]
    [InlineData("media:x", "application/jsonl", false)]
    [InlineData("media:form=map;textable", "text/plain", true)]
    [InlineData("media:form=list;textable", "text/plain", true)]
    [InlineData("media:form=scalar;textable", "application/json", false)]
    [InlineData("media:bytes", "application/json", false)]
    [InlineData("media:form=map", "image/png", true)]
    public void IsStructured_TagsElseMimeType_Decide(string urn, string mediaType, bool expected) =>
        Assert.Equal(expected, Spec(urn, mediaType).IsStructured);

    [Fact]
    public void Kinds_EachTag_SaysOneKind()
    {
        Assert.True(Spec("media:json;textable", "text/plain") is { IsJson: true, IsText: true, IsImage: false, IsMap: false });
        Assert.True(Spec("media:image;bytes", "x/y") is { IsImage: true, IsAudio: false, IsVideo: false, IsText: false });
        Assert.True(Spec("media:audio;bytes", "x/y") is { IsAudio: true, IsImage: false });
        Assert.True(Spec("media:video;bytes", "x/y") is { IsVideo: true, IsImage: false });
        Assert.True(Spec("media:form=map;textable", "x/y") is { IsMap: true, IsScalar: false, IsList: false });
        Assert.True(Spec("media:form=list;textable", "x/y") is { IsMap: false, IsScalar: false, IsList: true });
        Assert.True(Spec("media:form=scalar;numeric;textable", "x/y") is { IsScalar: true, IsNumeric: true, IsBool: false, IsList: false });
        Assert.True(Spec("media:bool;textable", "x/y") is { IsBool: true, IsNumeric: false, IsVoid: false });
        Assert.True(Spec("media:void", "x/y") is { IsVoid: true, IsText: false });
    }

    [Fact]
    public void Kinds_OlderIds_FollowTheMimeType()
    {
        Assert.True(Spec("media:string", "text/plain") is { IsText: true, IsBinary: false, IsStructured: false });
        Assert.True(Spec("media:object", "application/json") is { IsJson: true, IsStructured: true, IsMap: false });
        Assert.True(Spec("media:x", "image/png") is { IsImage: true, IsAudio: false });
        Assert.True(Spec("media:x", "audio/wav") is { IsAudio: true, IsVideo: false });
        Assert.True(Spec("media:x", "video/mp4") is { IsVideo: true, IsImage: false });
    }

    private static ResolvedMediaSpec Spec(string text, string mediaType) => new()
    {
        MediaUrn = text,
        Urn = MediaUrn.TryParse(text, out var urn, out _) ? urn : null,
        MediaType = mediaType,
        Title = "t",
    };
}
