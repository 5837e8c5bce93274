using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Caps;

/// <summary>
/// The URNs of the capabilities that everybody offers under the same name (CapNs spec 16). Languages are tags as a caller
/// writes them, e.g. <c>en</c>; extensions are without dot, and null where there is none.
/// </summary>
public static partial class StandardCaps
{
    /// <summary>A conversation with a model, without bounds.</summary>
    public static CapUrn LlmConversation(string language) =>
        From(MediaUrnText.String, MediaUrnText.GeneratedText)
            .Tag("op", "conversation").Marker("unconstrained").Tag("language", language).Build();

    /// <summary>A model chooses among answers.</summary>
    public static CapUrn LlmMultipleChoice(string language) => Llm("multiplechoice", language);

    /// <summary>A model writes code.</summary>
    public static CapUrn LlmCodeGeneration(string language) => Llm("codegeneration", language);

    /// <summary>A model writes freely.</summary>
    public static CapUrn LlmCreative(string language) => Llm("creative", language);

    /// <summary>A model sums a text up.</summary>
    public static CapUrn LlmSummarization(string language) => Llm("summarization", language);

    /// <summary>How many dimensions the embeddings of a model have.</summary>
    public static CapUrn EmbeddingsDimensions() => Of("embeddings_dimensions", MediaUrnText.ModelSpec, MediaUrnText.ModelDim);

    /// <summary>The embedding of a text.</summary>
    public static CapUrn EmbeddingsGeneration() => Of("generate_embeddings", MediaUrnText.String, MediaUrnText.EmbeddingVector);

    /// <summary>The embedding of an image.</summary>
    public static CapUrn ImageEmbeddings() =>
        From(MediaUrnText.Png, MediaUrnText.EmbeddingVector)
            .Tag("op", "generate_image_embeddings").Marker("ml-model").Marker("candle").Build();

    /// <summary>Fetches a model.</summary>
    public static CapUrn ModelDownload() => Of("download-model", MediaUrnText.ModelSpec, MediaUrnText.DownloadResult);

    /// <summary>The models of a repository.</summary>
    public static CapUrn ModelList() => Of("list-models", MediaUrnText.ModelRepo, MediaUrnText.ModelList);

    /// <summary>Whether a model is there and ready.</summary>
    public static CapUrn ModelStatus() => Of("model-status", MediaUrnText.ModelSpec, MediaUrnText.ModelStatus);

    /// <summary>The files of a model.</summary>
    public static CapUrn ModelContents() => Of("model-contents", MediaUrnText.ModelSpec, MediaUrnText.ModelContents);

    /// <summary>Whether a model can be had.</summary>
    public static CapUrn ModelAvailability() => Of("model-availability", MediaUrnText.ModelSpec, MediaUrnText.ModelAvailability);

    /// <summary>Where a model lies.</summary>
    public static CapUrn ModelPath() => Of("model-path", MediaUrnText.ModelSpec, MediaUrnText.ModelPath);

    /// <summary>A small image that stands for a file.</summary>
    public static CapUrn Thumbnail(string? extension) => OfFile("generate_thumbnail", extension, MediaUrnText.ImageThumbnail);

    /// <summary>The pages of a file, one by one.</summary>
    public static CapUrn Disbind(string? extension) => OfFile("disbind", extension, MediaUrnText.DisboundPage);

    /// <summary>What a file says of itself.</summary>
    public static CapUrn ExtractMetadata(string? extension) => OfFile("extract_metadata", extension, MediaUrnText.FileMetadata);

    /// <summary>The headings of a file.</summary>
    public static CapUrn ExtractOutline(string? extension) => OfFile("extract_outline", extension, MediaUrnText.DocumentOutline);

    /// <summary>Sums up what a book or article begins with.</summary>
    public static CapUrn FrontmatterSummary(string language) =>
        Constrained("generate_frontmatter_summary", language, MediaUrnText.FrontmatterText, MediaUrnText.String);

    /// <summary>An answer that satisfies a schema.</summary>
    public static CapUrn StructuredQuery(string language) =>
        Constrained("query_structured", language, MediaUrnText.JsonSchema, MediaUrnText.Json);

    /// <summary>A decision for or against.</summary>
    public static CapUrn BitChoice(string language) => Constrained("choose_bit", language, MediaUrnText.String, MediaUrnText.Decision);

    /// <summary>Several decisions.</summary>
    public static CapUrn BitChoices(string language) =>
        Constrained("choose_bits", language, MediaUrnText.String, MediaUrnText.DecisionArray);

    /// <summary>Puts a listing into another category.</summary>
    public static CapUrn RecategorizeListing(string language) => OfListing("recategorize_listing", language);

    /// <summary>Asks for the analysis of a listing.</summary>
    public static CapUrn ListingAnalysis(string language) => OfListing("request_listing_analysis", language);

    private static CapUrn Of(string operation, string input, string output) => From(input, output).Tag("op", operation).Build();

    private static CapUrn OfFile(string operation, string? extension, string output) =>
        Of(operation, MediaUrnText.ForExtension(extension), output);

    private static CapUrn OfListing(string operation, string language) =>
        From(MediaUrnText.Binary, MediaUrnText.Object).Tag("op", operation).Tag("language", language).Build();

    private static CapUrn Llm(string operation, string language) =>
        Constrained(operation, language, MediaUrnText.String, MediaUrnText.GeneratedText);

    private static CapUrn Constrained(string operation, string language, string input, string output) =>
        From(input, output).Tag("op", operation).Marker("constrained").Tag("language", language).Build();

    private static CapUrnBuilder From(string input, string output) => new CapUrnBuilder().In(input).Out(output);
}
