using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Media;

/// <summary>CapNs spec 3.</summary>
public sealed class MediaUrnTests
{
    private static readonly Dictionary<string, Func<MediaUrn, bool>> ByMarker = new()
    {
        ["bytes"] = urn => urn.IsBinary,
        ["textable"] = urn => urn.IsText,
        ["json"] = urn => urn.IsJson,
        ["image"] = urn => urn.IsImage,
        ["audio"] = urn => urn.IsAudio,
        ["video"] = urn => urn.IsVideo,
        ["numeric"] = urn => urn.IsNumeric,
        ["bool"] = urn => urn.IsBool,
        ["void"] = urn => urn.IsVoid,
        ["file-path"] = urn => urn.IsFilePath,
        ["file-path-array"] = urn => urn.IsFilePathArray,
        ["collection"] = urn => urn.IsCollection,
    };

    public static TheoryData<string> Markers => [.. ByMarker.Keys];

    [Theory]
    [MemberData(nameof(Markers))]
    public void Predicates_Marker_OnlyItsOwnIsTrueAndNotWhenExcluded(string marker)
    {
        Assert.Equal([marker], ByMarker.Where(one => one.Value(MediaUrn.Parse($"media:{marker}"))).Select(one => one.Key));
        Assert.False(ByMarker[marker](MediaUrn.Parse($"media:{marker}=!")));
        Assert.False(ByMarker[marker](MediaUrn.Parse($"media:{marker}=?")));
    }

    [Theory]
    [InlineData("bytes=x", true)]
    [InlineData("file-path=x", false)]
    public void Predicates_MarkerWithAValue_CountsForKindsAndNotForPaths(string tag, bool expected) =>
        Assert.Equal(expected, ByMarker[tag.Split('=')[0]](MediaUrn.Parse($"media:{tag}")));

    [Theory]
    [InlineData("media:form=map", true, false, false)]
    [InlineData("media:form=scalar", false, true, false)]
    [InlineData("media:form=list", false, false, true)]
    [InlineData("media:form", false, false, false)]
    [InlineData("media:map", false, false, false)]
    public void Form_ExactValue_DecidesStructure(string text, bool map, bool scalar, bool list)
    {
        var urn = MediaUrn.Parse(text);

        Assert.Equal((map, scalar, list, map || list), (urn.IsMap, urn.IsScalar, urn.IsList, urn.IsStructured));
    }

    [Fact]
    public void AnyFilePathAndExtension_FollowTheirTags()
    {
        Assert.True(MediaUrn.Parse("media:file-path").IsAnyFilePath && MediaUrn.Parse("media:file-path-array").IsAnyFilePath);
        Assert.False(MediaUrn.Parse("media:path").IsAnyFilePath);
        Assert.Equal("pdf", MediaUrn.Parse("media:ext=pdf").Extension);
        Assert.Null(MediaUrn.Parse("media:pdf").Extension);
    }

    [Theory]
    [InlineData("cap:in;out", null, "InvalidPrefix", "invalid media URN prefix: expected 'media', got 'cap'")]
    [InlineData("Mædia:a", null, "InvalidPrefix", "invalid media URN prefix: expected 'media', got 'mædia'")]
    [InlineData("media", 5, "MissingPrefix", "Tagged URN must have a prefix followed by ':'")]
    [InlineData("media:a;a", 6, "DuplicateKey", "Duplicate tag key: a")]
    public void Parse_Mistake_SaysWhich(string text, int? code, string name, string message)
    {
        var error = Assert.Throws<UrnException>(() => MediaUrn.Parse(text)).Error;

        Assert.Equal((UrnDomain.Media, code, name, message), (error.Domain, error.Code, error.Name, error.Message));
        Assert.Equal(error, MediaUrn.Validate(text));
    }

    [Fact]
    public void From_TaggedUrn_NeedsThePrefix()
    {
        Assert.Equal("media:a", MediaUrn.From(TaggedUrn.Parse("MEDIA:a")).ToString());
        Assert.Equal("InvalidPrefix", Assert.Throws<UrnException>(() => MediaUrn.From(TaggedUrn.Parse("t:a"))).Error.Name);
        Assert.Equal("media:", MediaUrn.Parse("media:").ToString());
    }

    [Fact]
    public void Accepts_MoreSpecialData_IsTrueOneWayOnly()
    {
        var (bytes, pdf) = (MediaUrn.Parse("media:bytes"), MediaUrn.Parse("media:pdf;bytes"));

        Assert.True(bytes.Accepts(pdf) && pdf.ConformsTo(bytes) && bytes.IsCompatibleWith(pdf));
        Assert.False(pdf.Accepts(bytes) || bytes.ConformsTo(pdf));
        Assert.Equal((4, 2), (pdf.Specificity, pdf.SpecificityTuple.MustHaveAny));
    }

    [Fact]
    public void Copies_WithAndWithoutTag_AreMediaUrns()
    {
        var pdf = MediaUrn.Parse("media:pdf");

        Assert.Equal("media:ext=pdf;pdf", pdf.WithTag("Ext", "pdf").ToString());
        Assert.Equal("media:", pdf.WithoutTag("PDF").ToString());
        Assert.Equal((UrnDomain.Media, 2), (Refused(pdf, "ext", "").Domain, Refused(pdf, "ext", "").Code));
        Assert.True(pdf.HasTag("pdf", "*") && pdf.GetTag("PDF") == "*" && pdf.TagsToString() == "pdf");
        Assert.Equal(pdf, MediaUrn.Parse(pdf.Tagged.ToString().ToUpperInvariant()));
        Assert.Equal("media:a;b", MediaUrn.Canonical("media:b;a"));
    }

    private static UrnError Refused(MediaUrn urn, string key, string value) =>
        Assert.Throws<UrnException>(() => urn.WithTag(key, value)).Error;
}
