using System.Diagnostics.CodeAnalysis;

namespace Capns.Core.Media;

/// <summary>
/// The media URNs that have a name, parsed once (CapNs spec 3.1). <see cref="MediaUrnText"/> has them as they are written.
/// </summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The field's own names.")]
public static partial class MediaUrns
{
    /// <summary>No data.</summary>
    public static MediaUrn Void { get; } = MediaUrn.Parse(MediaUrnText.Void);

    /// <summary>Text.</summary>
    public static MediaUrn String { get; } = MediaUrn.Parse(MediaUrnText.String);

    /// <summary>A whole number.</summary>
    public static MediaUrn Integer { get; } = MediaUrn.Parse(MediaUrnText.Integer);

    /// <summary>A number.</summary>
    public static MediaUrn Number { get; } = MediaUrn.Parse(MediaUrnText.Number);

    /// <summary>True or false.</summary>
    public static MediaUrn Boolean { get; } = MediaUrn.Parse(MediaUrnText.Boolean);

    /// <summary>A JSON object.</summary>
    public static MediaUrn Object { get; } = MediaUrn.Parse(MediaUrnText.Object);

    /// <summary>Bytes of any kind.</summary>
    public static MediaUrn Binary { get; } = MediaUrn.Parse(MediaUrnText.Binary);

    /// <summary>A list of texts; has the tags of <see cref="ObjectArray"/>, hence is the same URN.</summary>
    public static MediaUrn StringArray { get; } = MediaUrn.Parse(MediaUrnText.StringArray);

    /// <summary>A list of whole numbers.</summary>
    public static MediaUrn IntegerArray { get; } = MediaUrn.Parse(MediaUrnText.IntegerArray);

    /// <summary>A list of numbers.</summary>
    public static MediaUrn NumberArray { get; } = MediaUrn.Parse(MediaUrnText.NumberArray);

    /// <summary>A list of true and false.</summary>
    public static MediaUrn BooleanArray { get; } = MediaUrn.Parse(MediaUrnText.BooleanArray);

    /// <summary>A list of JSON objects; has the tags of <see cref="StringArray"/>, hence is the same URN.</summary>
    public static MediaUrn ObjectArray { get; } = MediaUrn.Parse(MediaUrnText.ObjectArray);

    /// <summary>A PNG image.</summary>
    public static MediaUrn Png { get; } = MediaUrn.Parse(MediaUrnText.Png);

    /// <summary>Sound, as WAV.</summary>
    public static MediaUrn Audio { get; } = MediaUrn.Parse(MediaUrnText.Audio);

    /// <summary>Moving pictures.</summary>
    public static MediaUrn Video { get; } = MediaUrn.Parse(MediaUrnText.Video);

    /// <summary>Speech, as WAV.</summary>
    public static MediaUrn AudioSpeech { get; } = MediaUrn.Parse(MediaUrnText.AudioSpeech);

    /// <summary>A small PNG image that stands for something.</summary>
    public static MediaUrn ImageThumbnail { get; } = MediaUrn.Parse(MediaUrnText.ImageThumbnail);

    /// <summary>A collection of files, by name.</summary>
    public static MediaUrn Collection { get; } = MediaUrn.Parse(MediaUrnText.Collection);

    /// <summary>A collection of files, in order.</summary>
    public static MediaUrn CollectionList { get; } = MediaUrn.Parse(MediaUrnText.CollectionList);

    /// <summary>A PDF document.</summary>
    public static MediaUrn Pdf { get; } = MediaUrn.Parse(MediaUrnText.Pdf);

    /// <summary>An EPUB book.</summary>
    public static MediaUrn Epub { get; } = MediaUrn.Parse(MediaUrnText.Epub);

    /// <summary>Markdown.</summary>
    public static MediaUrn Md { get; } = MediaUrn.Parse(MediaUrnText.Md);

    /// <summary>A plain text file.</summary>
    public static MediaUrn Txt { get; } = MediaUrn.Parse(MediaUrnText.Txt);

    /// <summary>ReStructuredText.</summary>
    public static MediaUrn Rst { get; } = MediaUrn.Parse(MediaUrnText.Rst);

    /// <summary>A log file.</summary>
    public static MediaUrn Log { get; } = MediaUrn.Parse(MediaUrnText.Log);

    /// <summary>HTML.</summary>
    public static MediaUrn Html { get; } = MediaUrn.Parse(MediaUrnText.Html);

    /// <summary>XML.</summary>
    public static MediaUrn Xml { get; } = MediaUrn.Parse(MediaUrnText.Xml);

    /// <summary>JSON.</summary>
    public static MediaUrn Json { get; } = MediaUrn.Parse(MediaUrnText.Json);

    /// <summary>A JSON Schema.</summary>
    public static MediaUrn JsonSchema { get; } = MediaUrn.Parse(MediaUrnText.JsonSchema);

    /// <summary>YAML.</summary>
    public static MediaUrn Yaml { get; } = MediaUrn.Parse(MediaUrnText.Yaml);

    /// <summary>The path of a file.</summary>
    public static MediaUrn FilePath { get; } = MediaUrn.Parse(MediaUrnText.FilePath);

    /// <summary>A list of paths of files.</summary>
    public static MediaUrn FilePathArray { get; } = MediaUrn.Parse(MediaUrnText.FilePathArray);

    /// <summary>The text that a book or article begins with.</summary>
    public static MediaUrn FrontmatterText { get; } = MediaUrn.Parse(MediaUrnText.FrontmatterText);

    /// <summary>The name of a machine-learning model.</summary>
    public static MediaUrn ModelSpec { get; } = MediaUrn.Parse(MediaUrnText.ModelSpec);

    /// <summary>The path of an MLX model.</summary>
    public static MediaUrn MlxModelPath { get; } = MediaUrn.Parse(MediaUrnText.MlxModelPath);

    /// <summary>A repository of models.</summary>
    public static MediaUrn ModelRepo { get; } = MediaUrn.Parse(MediaUrnText.ModelRepo);

    /// <summary>The models of a repository.</summary>
    public static MediaUrn ModelList { get; } = MediaUrn.Parse(MediaUrnText.ModelList);

    /// <summary>Whether a model is there and ready.</summary>
    public static MediaUrn ModelStatus { get; } = MediaUrn.Parse(MediaUrnText.ModelStatus);

    /// <summary>The files of a model.</summary>
    public static MediaUrn ModelContents { get; } = MediaUrn.Parse(MediaUrnText.ModelContents);

    /// <summary>Whether a model can be had.</summary>
    public static MediaUrn ModelAvailability { get; } = MediaUrn.Parse(MediaUrnText.ModelAvailability);

    /// <summary>Where a model lies.</summary>
    public static MediaUrn ModelPath { get; } = MediaUrn.Parse(MediaUrnText.ModelPath);

    /// <summary>How a download ended.</summary>
    public static MediaUrn DownloadResult { get; } = MediaUrn.Parse(MediaUrnText.DownloadResult);

    /// <summary>An embedding.</summary>
    public static MediaUrn EmbeddingVector { get; } = MediaUrn.Parse(MediaUrnText.EmbeddingVector);

    /// <summary>Text that a model wrote, and how.</summary>
    public static MediaUrn GeneratedText { get; } = MediaUrn.Parse(MediaUrnText.GeneratedText);

    /// <summary>What a file says of itself.</summary>
    public static MediaUrn FileMetadata { get; } = MediaUrn.Parse(MediaUrnText.FileMetadata);

    /// <summary>The headings of a document.</summary>
    public static MediaUrn DocumentOutline { get; } = MediaUrn.Parse(MediaUrnText.DocumentOutline);

    /// <summary>A sentence on an image.</summary>
    public static MediaUrn ImageCaption { get; } = MediaUrn.Parse(MediaUrnText.ImageCaption);

    /// <summary>Speech written down.</summary>
    public static MediaUrn Transcription { get; } = MediaUrn.Parse(MediaUrnText.Transcription);

    /// <summary>What a model saw in an image.</summary>
    public static MediaUrn VisionInferenceOutput { get; } = MediaUrn.Parse(MediaUrnText.VisionInferenceOutput);

    /// <summary>The pages of a document, one by one.</summary>
    public static MediaUrn DisboundPage { get; } = MediaUrn.Parse(MediaUrnText.DisboundPage);

    /// <summary>How many dimensions the embeddings of a model have.</summary>
    public static MediaUrn ModelDim { get; } = MediaUrn.Parse(MediaUrnText.ModelDim);

    /// <summary>A decision for or against.</summary>
    public static MediaUrn Decision { get; } = MediaUrn.Parse(MediaUrnText.Decision);

    /// <summary>Several decisions.</summary>
    public static MediaUrn DecisionArray { get; } = MediaUrn.Parse(MediaUrnText.DecisionArray);
}
