using Capns.Core.Media;

namespace Capns.Core.Tests.Media;

public sealed class BuiltinMediaSpecsTests
{
    private const string Base = "https://capns.org/schema/";

    /// <summary>The table of CapNs spec 9.1: URN, MIME type, profile.</summary>
    public static TheoryData<string, string, string?> Table { get; } = new()
    {
        { "media:void", "application/x-void", "void" },
        { "media:form=scalar;textable", "text/plain", "str" },
        { "media:string", "text/plain", "str" },
        { "media:form=scalar;integer;numeric;textable", "text/plain", "int" },
        { "media:integer", "text/plain", "int" },
        { "media:form=scalar;numeric;textable", "text/plain", "num" },
        { "media:number", "text/plain", "num" },
        { "media:bool;form=scalar;textable", "text/plain", "bool" },
        { "media:boolean", "text/plain", "bool" },
        { "media:form=map;textable", "application/json", "obj" },
        { "media:object", "application/json", "obj" },
        { "media:form=list;textable", "application/json", null },
        { "media:string-array", "application/json", "str-array" },
        { "media:object-array", "application/json", "obj-array" },
        { "media:form=list;integer;numeric;textable", "application/json", "int-array" },
        { "media:integer-array", "application/json", "int-array" },
        { "media:form=list;numeric;textable", "application/json", "num-array" },
        { "media:number-array", "application/json", "num-array" },
        { "media:bool;form=list;textable", "application/json", "bool-array" },
        { "media:boolean-array", "application/json", "bool-array" },
        { "media:bytes", "application/octet-stream", null },
        { "media:binary", "application/octet-stream", null },
        { "media:bytes;image;png", "image/png", "image" },
        { "media:bytes;pdf", "application/pdf", "pdf" },
        { "media:bytes;epub", "application/epub+zip", "epub" },
        { "media:audio;bytes;wav", "audio/wav", "audio" },
        { "media:bytes;video", "video/mp4", "video" },
        { "media:md;textable", "text/markdown", "md" },
        { "media:textable;txt", "text/plain", "txt" },
        { "media:log;textable", "text/plain", "log" },
        { "media:rst;textable", "text/x-rst", "rst" },
        { "media:html;textable", "text/html", "html" },
        { "media:textable;xml", "application/xml", "xml" },
        { "media:form=map;json;textable", "application/json", "json" },
        { "media:form=map;textable;yaml", "application/yaml", "yaml" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Find_EveryRowOfTheSpecification_HasItsTypeAndProfile(string urn, string mediaType, string? profile)
    {
        var spec = BuiltinMediaSpecs.Instance.Find(MediaUrn.Parse(urn));

        Assert.NotNull(spec);
        Assert.Equal(urn, spec.Urn);
        Assert.Equal(mediaType, spec.MediaType);
        Assert.Equal(profile is null ? null : Base + profile, spec.ProfileUri);
        Assert.NotEmpty(spec.Title);
    }

    [Fact]
    public void Specs_AllOfThem_AreTheTableAndInCanonicalForm()
    {
        var specs = BuiltinMediaSpecs.Instance.Specs;

        Assert.Equal(Table.Select(row => (string)row[0]).Order(StringComparer.Ordinal), specs.Select(spec => spec.Urn).Order(StringComparer.Ordinal));
        Assert.All(specs, spec => Assert.Equal(MediaUrn.Canonical(spec.Urn), spec.Urn));
    }

    [Fact]
    public void Specs_OnlyThePlainList_CarriesASchema()
    {
        var withSchema = Assert.Single(BuiltinMediaSpecs.Instance.Specs, spec => spec.Schema is not null);

        Assert.Equal(MediaUrns.StringArray, MediaUrn.Parse(withSchema.Urn));
        Assert.Equal("""{"type":"array"}""", withSchema.Schema!.Value.GetRawText());
    }

    [Theory]
    [InlineData("media:pdf;bytes;")]
    [InlineData("MEDIA:Bytes;PDF")]
    public async Task FindAsync_AnotherSpelling_IsTheSame(string spelling) =>
        Assert.Equal("application/pdf", (await BuiltinMediaSpecs.Instance.FindAsync(MediaUrn.Parse(spelling)))!.MediaType);

    [Theory]
    [InlineData("media:bytes;djvu")]
    [InlineData("media:bytes;pdf=1")]
    [InlineData("media:")]
    [InlineData("media:file-metadata;textable;form=map")]
    public async Task FindAsync_NotInTheTable_IsNotGuessed(string urn) =>
        Assert.Null(await BuiltinMediaSpecs.Instance.FindAsync(MediaUrn.Parse(urn)));

    [Fact]
    public void Constructor_AnotherSchemaBase_StandsInEveryProfile()
    {
        var specs = new BuiltinMediaSpecs("http://localhost:8080/s/").Specs.Where(spec => spec.ProfileUri is not null).ToList();

        Assert.NotEmpty(specs);
        Assert.All(specs, spec => Assert.StartsWith("http://localhost:8080/s/", spec.ProfileUri, StringComparison.Ordinal));
        Assert.DoesNotContain(specs, spec => spec.ProfileUri!.Contains("s//", StringComparison.Ordinal));
    }

    [Fact]
    public void UrnsForExtension_KnownInAnyCase_IsTheType()
    {
        Assert.Equal([MediaUrns.Pdf], BuiltinMediaSpecs.Instance.UrnsForExtension("PDF"));
        Assert.Empty(BuiltinMediaSpecs.Instance.UrnsForExtension("docx"));
    }
}
