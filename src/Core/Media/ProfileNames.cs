using System.Diagnostics.CodeAnalysis;

namespace Capns.Core.Media;

/// <summary>
/// Names of the profiles of the built-in media types; <see cref="SchemaBaseUrl.ProfileUrl"/> makes addresses of them (CapNs
/// spec 9.1).
/// </summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The field's own names.")]
public static class ProfileNames
{
    /// <summary>No data.</summary>
    public const string Void = "void";

    /// <summary>Text.</summary>
    public const string String = "str";

    /// <summary>A whole number.</summary>
    public const string Integer = "int";

    /// <summary>A number.</summary>
    public const string Number = "num";

    /// <summary>True or false.</summary>
    public const string Boolean = "bool";

    /// <summary>A JSON object.</summary>
    public const string Object = "obj";

    /// <summary>A list of texts.</summary>
    public const string StringArray = "str-array";

    /// <summary>A list of whole numbers.</summary>
    public const string IntegerArray = "int-array";

    /// <summary>A list of numbers.</summary>
    public const string NumberArray = "num-array";

    /// <summary>A list of true and false.</summary>
    public const string BooleanArray = "bool-array";

    /// <summary>A list of JSON objects.</summary>
    public const string ObjectArray = "obj-array";

    /// <summary>An image.</summary>
    public const string Image = "image";

    /// <summary>Sound.</summary>
    public const string Audio = "audio";

    /// <summary>Moving pictures.</summary>
    public const string Video = "video";

    /// <summary>A PDF document.</summary>
    public const string Pdf = "pdf";

    /// <summary>An EPUB book.</summary>
    public const string Epub = "epub";

    /// <summary>Markdown.</summary>
    public const string Md = "md";

    /// <summary>A plain text file.</summary>
    public const string Txt = "txt";

    /// <summary>A log file.</summary>
    public const string Log = "log";

    /// <summary>ReStructuredText.</summary>
    public const string Rst = "rst";

    /// <summary>HTML.</summary>
    public const string Html = "html";

    /// <summary>XML.</summary>
    public const string Xml = "xml";

    /// <summary>JSON.</summary>
    public const string Json = "json";

    /// <summary>YAML.</summary>
    public const string Yaml = "yaml";
}
