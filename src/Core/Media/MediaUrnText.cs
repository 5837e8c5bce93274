using System.Diagnostics.CodeAnalysis;

namespace Capns.Core.Media;

/// <summary>
/// The media URNs that have a name, as the reference writes them (CapNs spec 3.1). For places that keep the spelling, such as
/// the directions of a capability URN; <see cref="MediaUrns"/> has the same ones parsed.
/// </summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The field's own names.")]
public static partial class MediaUrnText
{
    /// <summary>No data.</summary>
    public const string Void = "media:void";

    /// <summary>Text.</summary>
    public const string String = "media:textable;form=scalar";

    /// <summary>A whole number.</summary>
    public const string Integer = "media:integer;textable;numeric;form=scalar";

    /// <summary>A number.</summary>
    public const string Number = "media:textable;numeric;form=scalar";

    /// <summary>True or false.</summary>
    public const string Boolean = "media:bool;textable;form=scalar";

    /// <summary>A JSON object.</summary>
    public const string Object = "media:form=map;textable";

    /// <summary>Bytes of any kind.</summary>
    public const string Binary = "media:bytes";

    /// <summary>A list of texts; has the tags of <see cref="ObjectArray"/>, hence is the same URN.</summary>
    public const string StringArray = "media:textable;form=list";

    /// <summary>A list of whole numbers.</summary>
    public const string IntegerArray = "media:integer;textable;numeric;form=list";

    /// <summary>A list of numbers.</summary>
    public const string NumberArray = "media:textable;numeric;form=list";

    /// <summary>A list of true and false.</summary>
    public const string BooleanArray = "media:bool;textable;form=list";

    /// <summary>A list of JSON objects; has the tags of <see cref="StringArray"/>, hence is the same URN.</summary>
    public const string ObjectArray = "media:form=list;textable";

    /// <summary>A PNG image.</summary>
    public const string Png = "media:image;png;bytes";

    /// <summary>Sound, as WAV.</summary>
    public const string Audio = "media:wav;audio;bytes;";

    /// <summary>Moving pictures.</summary>
    public const string Video = "media:video;bytes";

    /// <summary>Speech, as WAV.</summary>
    public const string AudioSpeech = "media:audio;wav;bytes;speech";

    /// <summary>A small PNG image that stands for something.</summary>
    public const string ImageThumbnail = "media:image;png;bytes;thumbnail";

    /// <summary>A collection of files, by name.</summary>
    public const string Collection = "media:collection;form=map";

    /// <summary>A collection of files, in order.</summary>
    public const string CollectionList = "media:collection;form=list";

    /// <summary>A PDF document.</summary>
    public const string Pdf = "media:pdf;bytes";

    /// <summary>An EPUB book.</summary>
    public const string Epub = "media:epub;bytes";

    /// <summary>Markdown.</summary>
    public const string Md = "media:md;textable";

    /// <summary>A plain text file.</summary>
    public const string Txt = "media:txt;textable";

    /// <summary>ReStructuredText.</summary>
    public const string Rst = "media:rst;textable";

    /// <summary>A log file.</summary>
    public const string Log = "media:log;textable";

    /// <summary>HTML.</summary>
    public const string Html = "media:html;textable";

    /// <summary>XML.</summary>
    public const string Xml = "media:xml;textable";

    /// <summary>JSON.</summary>
    public const string Json = "media:json;textable;form=map";

    /// <summary>A JSON Schema.</summary>
    public const string JsonSchema = "media:json;json-schema;textable;form=map";

    /// <summary>YAML.</summary>
    public const string Yaml = "media:yaml;textable;form=map";

    /// <summary>The path of a file.</summary>
    public const string FilePath = "media:file-path;textable;form=scalar";

    /// <summary>A list of paths of files.</summary>
    public const string FilePathArray = "media:file-path;textable;form=list";

    /// <summary>The text that a book or article begins with.</summary>
    public const string FrontmatterText = "media:frontmatter;textable;form=scalar";

    /// <summary>The name of a machine-learning model.</summary>
    public const string ModelSpec = "media:model-spec;textable;form=scalar";

    /// <summary>The path of an MLX model.</summary>
    public const string MlxModelPath = "media:mlx-model-path;textable;form=scalar";

    /// <summary>A repository of models.</summary>
    public const string ModelRepo = "media:model-repo;textable;form=map";

    /// <summary>The models of a repository.</summary>
    public const string ModelList = "media:model-list;textable;form=map";

    /// <summary>Whether a model is there and ready.</summary>
    public const string ModelStatus = "media:model-status;textable;form=map";

    /// <summary>The files of a model.</summary>
    public const string ModelContents = "media:model-contents;textable;form=map";

    /// <summary>Whether a model can be had.</summary>
    public const string ModelAvailability = "media:model-availability;textable;form=map";

    /// <summary>Where a model lies.</summary>
    public const string ModelPath = "media:model-path;textable;form=map";

    /// <summary>How a download ended.</summary>
    public const string DownloadResult = "media:download-result;textable;form=map";

    /// <summary>An embedding.</summary>
    public const string EmbeddingVector = "media:embedding-vector;textable;form=map";

    /// <summary>Text that a model wrote, and how.</summary>
    public const string GeneratedText = "media:generated-text;textable;form=map";

    /// <summary>What a file says of itself.</summary>
    public const string FileMetadata = "media:file-metadata;textable;form=map";

    /// <summary>The headings of a document.</summary>
    public const string DocumentOutline = "media:document-outline;textable;form=map";

    /// <summary>A sentence on an image.</summary>
    public const string ImageCaption = "media:image-caption;textable;form=map";

    /// <summary>Speech written down.</summary>
    public const string Transcription = "media:transcription;textable;form=map";

    /// <summary>What a model saw in an image.</summary>
    public const string VisionInferenceOutput = "media:vision-inference-output;textable;form=map";

    /// <summary>The pages of a document, one by one.</summary>
    public const string DisboundPage = "media:disbound-page;textable;form=list";

    /// <summary>How many dimensions the embeddings of a model have.</summary>
    public const string ModelDim = "media:model-dim;integer;textable;numeric;form=scalar";

    /// <summary>A decision for or against.</summary>
    public const string Decision = "media:decision;bool;textable;form=scalar";

    /// <summary>Several decisions.</summary>
    public const string DecisionArray = "media:decision;bool;textable;form=list";
}
