using System.Reflection;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Media;

public sealed class MediaUrnsTests
{
    public static TheoryData<string, string> Constants { get; } = new()
    {
        { "Void", "media:void" },
        { "String", "media:textable;form=scalar" },
        { "Integer", "media:integer;textable;numeric;form=scalar" },
        { "Number", "media:textable;numeric;form=scalar" },
        { "Boolean", "media:bool;textable;form=scalar" },
        { "Object", "media:form=map;textable" },
        { "Binary", "media:bytes" },
        { "StringArray", "media:textable;form=list" },
        { "IntegerArray", "media:integer;textable;numeric;form=list" },
        { "NumberArray", "media:textable;numeric;form=list" },
        { "BooleanArray", "media:bool;textable;form=list" },
        { "ObjectArray", "media:form=list;textable" },
        { "Png", "media:image;png;bytes" },
        { "Audio", "media:wav;audio;bytes;" },
        { "Video", "media:video;bytes" },
        { "AudioSpeech", "media:audio;wav;bytes;speech" },
        { "ImageThumbnail", "media:image;png;bytes;thumbnail" },
        { "Collection", "media:collection;form=map" },
        { "CollectionList", "media:collection;form=list" },
        { "Pdf", "media:pdf;bytes" },
        { "Epub", "media:epub;bytes" },
        { "Md", "media:md;textable" },
        { "Txt", "media:txt;textable" },
        { "Rst", "media:rst;textable" },
        { "Log", "media:log;textable" },
        { "Html", "media:html;textable" },
        { "Xml", "media:xml;textable" },
        { "Json", "media:json;textable;form=map" },
        { "JsonSchema", "media:json;json-schema;textable;form=map" },
        { "Yaml", "media:yaml;textable;form=map" },
        { "FilePath", "media:file-path;textable;form=scalar" },
        { "FilePathArray", "media:file-path;textable;form=list" },
        { "FrontmatterText", "media:frontmatter;textable;form=scalar" },
        { "ModelSpec", "media:model-spec;textable;form=scalar" },
        { "MlxModelPath", "media:mlx-model-path;textable;form=scalar" },
        { "ModelRepo", "media:model-repo;textable;form=map" },
        { "ModelList", "media:model-list;textable;form=map" },
        { "ModelStatus", "media:model-status;textable;form=map" },
        { "ModelContents", "media:model-contents;textable;form=map" },
        { "ModelAvailability", "media:model-availability;textable;form=map" },
        { "ModelPath", "media:model-path;textable;form=map" },
        { "DownloadResult", "media:download-result;textable;form=map" },
        { "EmbeddingVector", "media:embedding-vector;textable;form=map" },
        { "GeneratedText", "media:generated-text;textable;form=map" },
        { "FileMetadata", "media:file-metadata;textable;form=map" },
        { "DocumentOutline", "media:document-outline;textable;form=map" },
        { "ImageCaption", "media:image-caption;textable;form=map" },
        { "Transcription", "media:transcription;textable;form=map" },
        { "VisionInferenceOutput", "media:vision-inference-output;textable;form=map" },
        { "DisboundPage", "media:disbound-page;textable;form=list" },
        { "ModelDim", "media:model-dim;integer;textable;numeric;form=scalar" },
        { "Decision", "media:decision;bool;textable;form=scalar" },
        { "DecisionArray", "media:decision;bool;textable;form=list" },
    };

    [Theory]
    [MemberData(nameof(Constants))]
    public void Constant_EveryName_IsTheTextOfTheSpecificationAndItsUrn(string name, string text)
    {
        Assert.Equal(text, typeof(MediaUrnText).GetField(name)!.GetRawConstantValue());
        Assert.Equal(MediaUrn.Parse(text), typeof(MediaUrns).GetProperty(name)!.GetValue(null));
    }

    [Fact]
    public void Constants_AllNames_AreThoseOfTheSpecification()
    {
        var expected = Constants.Select(row => (string)row[0]).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(expected, typeof(MediaUrnText).GetFields().Select(field => field.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            expected,
            typeof(MediaUrns).GetProperties(BindingFlags.Public | BindingFlags.Static).Select(property => property.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void StringArray_ObjectArray_AreOneUrn() => Assert.Equal(MediaUrns.StringArray, MediaUrns.ObjectArray);

    [Fact]
    public void HelperConstructors_AnExtension_AreTheUrnsOfTheSpecification()
    {
        Assert.Equal(MediaUrn.Parse("media:binary;ext=bin"), MediaUrns.BinaryWith("bin"));
        Assert.Equal(MediaUrn.Parse("media:ext=md;textable"), MediaUrns.TextWith("MD"));
        Assert.Equal(MediaUrn.Parse("media:image;ext=png;bytes"), MediaUrns.ImageWith("png"));
        Assert.Equal(MediaUrn.Parse("media:audio;ext=wav;bytes"), MediaUrns.AudioWith("wav"));
        Assert.Equal("wav", MediaUrns.AudioWith("wav").Extension);
    }

    [Fact]
    public void BinaryWith_AnExtension_IsNotBinaryByItsTags()
    {
        Assert.False(MediaUrns.BinaryWith("bin").IsBinary);
        Assert.True(MediaUrns.ImageWith("png").IsBinary);
    }

    [Fact]
    public void HelperConstructors_NoExtension_AreRefused() =>
        Assert.Equal(2, Assert.Throws<UrnException>(() => MediaUrns.TextWith("")).Error.Code);

    [Theory]
    [InlineData("pdf", MediaUrnText.Pdf)]
    [InlineData("PDF", MediaUrnText.Pdf)]
    [InlineData("epub", MediaUrnText.Epub)]
    [InlineData("md", MediaUrnText.Md)]
    [InlineData("txt", MediaUrnText.Txt)]
    [InlineData("rst", MediaUrnText.Rst)]
    [InlineData("log", MediaUrnText.Log)]
    [InlineData("text", MediaUrnText.String)]
    [InlineData("docx", MediaUrnText.Binary)]
    [InlineData("", MediaUrnText.Binary)]
    [InlineData(null, MediaUrnText.Binary)]
    public void ForExtension_AnExtension_IsTheConstantOfItsNameOrBinary(string? extension, string urn) =>
        Assert.Equal(MediaUrn.Parse(urn), MediaUrns.ForExtension(extension));
}
