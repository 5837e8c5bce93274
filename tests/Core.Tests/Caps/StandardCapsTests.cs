using System.Reflection;
using Capns.Core.Caps;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Caps;

public sealed class StandardCapsTests
{
    /// <summary>The table of CapNs spec 16: helper, what it gives; its tags in any order, in, out.</summary>
    public static TheoryData<string, CapUrn, string, string, string> Table { get; } = new()
    {
        {
            "LlmConversation", StandardCaps.LlmConversation("en"),
            "op=conversation;unconstrained;language=en", "media:textable;form=scalar", "media:generated-text;textable;form=map"
        },
        {
            "LlmMultipleChoice", StandardCaps.LlmMultipleChoice("en"),
            "op=multiplechoice;constrained;language=en", "media:textable;form=scalar", "media:generated-text;textable;form=map"
        },
        {
            "LlmCodeGeneration", StandardCaps.LlmCodeGeneration("de"),
            "op=codegeneration;constrained;language=de", "media:textable;form=scalar", "media:generated-text;textable;form=map"
        },
        {
            "LlmCreative", StandardCaps.LlmCreative("en"),
            "op=creative;constrained;language=en", "media:textable;form=scalar", "media:generated-text;textable;form=map"
        },
        {
            "LlmSummarization", StandardCaps.LlmSummarization("en-US"),
            "op=summarization;constrained;language=\"en-US\"", "media:textable;form=scalar", "media:generated-text;textable;form=map"
        },
        {
            "EmbeddingsDimensions", StandardCaps.EmbeddingsDimensions(),
            "op=embeddings_dimensions", "media:model-spec;textable;form=scalar", "media:model-dim;integer;textable;numeric;form=scalar"
        },
        {
            "EmbeddingsGeneration", StandardCaps.EmbeddingsGeneration(),
            "op=generate_embeddings", "media:textable;form=scalar", "media:embedding-vector;textable;form=map"
        },
        {
            "ImageEmbeddings", StandardCaps.ImageEmbeddings(),
            "op=generate_image_embeddings;ml-model;candle", "media:image;png;bytes", "media:embedding-vector;textable;form=map"
        },
        {
            "ModelDownload", StandardCaps.ModelDownload(),
            "op=download-model", "media:model-spec;textable;form=scalar", "media:download-result;textable;form=map"
        },
        {
            "ModelList", StandardCaps.ModelList(),
            "op=list-models", "media:model-repo;textable;form=map", "media:model-list;textable;form=map"
        },
        {
            "ModelStatus", StandardCaps.ModelStatus(),
            "op=model-status", "media:model-spec;textable;form=scalar", "media:model-status;textable;form=map"
        },
        {
            "ModelContents", StandardCaps.ModelContents(),
            "op=model-contents", "media:model-spec;textable;form=scalar", "media:model-contents;textable;form=map"
        },
        {
            "ModelAvailability", StandardCaps.ModelAvailability(),
            "op=model-availability", "media:model-spec;textable;form=scalar", "media:model-availability;textable;form=map"
        },
        {
            "ModelPath", StandardCaps.ModelPath(),
            "op=model-path", "media:model-spec;textable;form=scalar", "media:model-path;textable;form=map"
        },
        {
            "Thumbnail", StandardCaps.Thumbnail("pdf"),
            "op=generate_thumbnail", "media:pdf;bytes", "media:image;png;bytes;thumbnail"
        },
        {
            "Disbind", StandardCaps.Disbind("epub"),
            "op=disbind", "media:epub;bytes", "media:disbound-page;textable;form=list"
        },
        {
            "ExtractMetadata", StandardCaps.ExtractMetadata("text"),
            "op=extract_metadata", "media:textable;form=scalar", "media:file-metadata;textable;form=map"
        },
        {
            "ExtractOutline", StandardCaps.ExtractOutline(null),
            "op=extract_outline", "media:bytes", "media:document-outline;textable;form=map"
        },
        {
            "FrontmatterSummary", StandardCaps.FrontmatterSummary("en"),
            "op=generate_frontmatter_summary;constrained;language=en", "media:frontmatter;textable;form=scalar", "media:textable;form=scalar"
        },
        {
            "StructuredQuery", StandardCaps.StructuredQuery("en"),
            "op=query_structured;constrained;language=en", "media:json;json-schema;textable;form=map", "media:json;textable;form=map"
        },
        {
            "BitChoice", StandardCaps.BitChoice("en"),
            "op=choose_bit;constrained;language=en", "media:textable;form=scalar", "media:decision;bool;textable;form=scalar"
        },
        {
            "BitChoices", StandardCaps.BitChoices("en"),
            "op=choose_bits;constrained;language=en", "media:textable;form=scalar", "media:decision;bool;textable;form=list"
        },
        {
            "RecategorizeListing", StandardCaps.RecategorizeListing("en"),
            "op=recategorize_listing;language=en", "media:bytes", "media:form=map;textable"
        },
        {
            "ListingAnalysis", StandardCaps.ListingAnalysis("en"),
            "op=request_listing_analysis;language=en", "media:bytes", "media:form=map;textable"
        },
        {
            "Coercion", StandardCaps.Coercion("integer-array", "string"),
            "op=coerce;target=string", "media:integer;textable;numeric;form=list", "media:textable;form=scalar"
        },
        {
            "CoercionToString", StandardCaps.CoercionToString("object"),
            "op=coerce;target=string", "media:form=map;textable", "media:textable;form=scalar"
        },
        {
            "CoercionToInteger", StandardCaps.CoercionToInteger("boolean"),
            "op=coerce;target=integer", "media:bool;textable;form=scalar", "media:integer;textable;numeric;form=scalar"
        },
        {
            "CoercionToNumber", StandardCaps.CoercionToNumber("string"),
            "op=coerce;target=number", "media:textable;form=scalar", "media:textable;numeric;form=scalar"
        },
        {
            "CoercionToObject", StandardCaps.CoercionToObject("number"),
            "op=coerce;target=object", "media:textable;numeric;form=scalar", "media:form=map;textable"
        },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Helper_EveryRow_IsTheUrnOfTheSpecificationInItsSpelling(string name, CapUrn urn, string tags, string input, string output)
    {
        Assert.Equal(CapUrn.Parse($"cap:{tags};in=\"{input}\";out=\"{output}\""), urn);
        Assert.Equal(urn, CapUrn.Parse(urn.ToString()));
        Assert.Contains(typeof(StandardCaps).GetMethods(BindingFlags.Public | BindingFlags.Static), method => method.Name == name);
    }

    [Fact]
    public void Helpers_AllOfThem_AreInTheTable()
    {
        var helpers = typeof(StandardCaps).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.ReturnType == typeof(CapUrn)).Select(method => method.Name).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(Table.Select(row => (string)row[0]).Order(StringComparer.Ordinal), helpers);
        Assert.Equal(29, helpers.Count);
    }

    [Fact]
    public void CoercionPaths_AllOfThem_AreTheNineteenOfTheSpecification()
    {
        string[] expected =
        [
            "boolean>integer", "boolean>number", "boolean>object", "boolean>string", "boolean-array>string", "integer>number",
            "integer>object", "integer>string", "integer-array>string", "number>integer", "number>object", "number>string",
            "number-array>string", "object>string", "object-array>string", "string>integer", "string>number", "string>object",
            "string-array>string",
        ];

        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            StandardCaps.CoercionPaths.Select(path => $"{path.Source}>{path.Target}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Coercion_EveryPath_HasAUrnWhoseTargetIsItsTag() => Assert.All(StandardCaps.CoercionPaths, path =>
    {
        var urn = StandardCaps.Coercion(path.Source, path.Target);

        Assert.True(urn.HasTag("op", "coerce") && urn.HasTag("target", path.Target));
        Assert.NotEqual(urn.Input, urn.Output);
    });

    [Theory]
    [InlineData("text", "string", "source")]
    [InlineData("String", "string", "source")]
    [InlineData("string", "binary", "target")]
    [InlineData("string", "", "target")]
    public void Coercion_UnknownTypeName_IsRefusedWithTheKnownOnes(string source, string target, string parameter)
    {
        var exception = Assert.Throws<ArgumentException>(() => StandardCaps.Coercion(source, target));

        Assert.Equal(parameter, exception.ParamName);
        Assert.Contains("string, integer, number, boolean, object, string-array", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Helper_EmptyLanguage_IsRefused() =>
        Assert.Equal(2, Assert.Throws<UrnException>(() => StandardCaps.LlmCreative("")).Error.Code);
}
