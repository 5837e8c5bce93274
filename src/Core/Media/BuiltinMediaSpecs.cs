using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace Capns.Core.Media;

/// <summary>
/// The media types that every installation knows without a network, by their URN and by their older ids (CapNs spec 9.1, D21).
/// </summary>
public sealed class BuiltinMediaSpecs : IMediaSpecSource
{
    private static readonly JsonElement AnyArray = JsonElement.Parse("""{"type":"array"}""");

    private readonly FrozenDictionary<MediaUrn, MediaSpecDef> _byUrn;
    private readonly FrozenDictionary<string, ImmutableArray<MediaUrn>> _byExtension;

    /// <summary>Builds the table for a schema base of one's own.</summary>
    /// <param name="schemaBaseUrl">What the addresses of the profiles begin with; see <see cref="SchemaBaseUrl.From"/>.</param>
    public BuiltinMediaSpecs(string schemaBaseUrl = SchemaBaseUrl.Default)
    {
        Specs = [.. Rows.SelectMany(row => Expand(row, schemaBaseUrl))];
        _byUrn = Specs.ToFrozenDictionary(spec => MediaUrn.Parse(spec.Urn));
        _byExtension = Specs
            .SelectMany(spec => spec.Extensions, (spec, extension) => (extension, Urn: MediaUrn.Parse(spec.Urn)))
            .GroupBy(pair => pair.extension, pair => pair.Urn)
            .ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray(), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The table with the usual addresses of profiles.</summary>
    public static BuiltinMediaSpecs Instance { get; } = new();

    /// <summary>All of them, older ids included; each URN once, in canonical form.</summary>
    public IReadOnlyList<MediaSpecDef> Specs { get; }

    private static IEnumerable<Row> Rows =>
    [
        new("No data", "application/x-void", ProfileNames.Void, MediaUrns.Void, []),
        new("Text", "text/plain", ProfileNames.String, MediaUrns.String, ["media:string"]),
        new("Whole number", "text/plain", ProfileNames.Integer, MediaUrns.Integer, ["media:integer"]),
        new("Number", "text/plain", ProfileNames.Number, MediaUrns.Number, ["media:number"]),
        new("True or false", "text/plain", ProfileNames.Boolean, MediaUrns.Boolean, ["media:boolean"]),
        new("Object", "application/json", ProfileNames.Object, MediaUrns.Object, ["media:object"]),

        // Lists of texts and of objects share this URN, so that no profile of either would be right.
        new("List", "application/json", null, MediaUrns.StringArray, [], AnyArray),
        new("List of texts", "application/json", ProfileNames.StringArray, null, ["media:string-array"]),
        new("List of objects", "application/json", ProfileNames.ObjectArray, null, ["media:object-array"]),
        new("List of whole numbers", "application/json", ProfileNames.IntegerArray, MediaUrns.IntegerArray, ["media:integer-array"]),
        new("List of numbers", "application/json", ProfileNames.NumberArray, MediaUrns.NumberArray, ["media:number-array"]),
        new("List of true and false", "application/json", ProfileNames.BooleanArray, MediaUrns.BooleanArray, ["media:boolean-array"]),

        new("Bytes", "application/octet-stream", null, MediaUrns.Binary, ["media:binary"]),
        new("PNG image", "image/png", ProfileNames.Image, MediaUrns.Png, [], Extensions: ["png"]),
        new("PDF document", "application/pdf", ProfileNames.Pdf, MediaUrns.Pdf, [], Extensions: ["pdf"]),
        new("EPUB book", "application/epub+zip", ProfileNames.Epub, MediaUrns.Epub, [], Extensions: ["epub"]),
        new("WAV sound", "audio/wav", ProfileNames.Audio, MediaUrns.Audio, [], Extensions: ["wav"]),
        new("Video", "video/mp4", ProfileNames.Video, MediaUrns.Video, [], Extensions: ["mp4"]),

        new("Markdown", "text/markdown", ProfileNames.Md, MediaUrns.Md, [], Extensions: ["md"]),
        new("Plain text file", "text/plain", ProfileNames.Txt, MediaUrns.Txt, [], Extensions: ["txt"]),
        new("Log file", "text/plain", ProfileNames.Log, MediaUrns.Log, [], Extensions: ["log"]),
        new("reStructuredText", "text/x-rst", ProfileNames.Rst, MediaUrns.Rst, [], Extensions: ["rst"]),
        new("HTML", "text/html", ProfileNames.Html, MediaUrns.Html, [], Extensions: ["html"]),
        new("XML", "application/xml", ProfileNames.Xml, MediaUrns.Xml, [], Extensions: ["xml"]),
        new("JSON", "application/json", ProfileNames.Json, MediaUrns.Json, [], Extensions: ["json"]),
        new("YAML", "application/yaml", ProfileNames.Yaml, MediaUrns.Yaml, [], Extensions: ["yaml"]),
    ];

    /// <summary>Looks a media URN up, at once.</summary>
    /// <returns>Null when it is not built in.</returns>
    public MediaSpecDef? Find(MediaUrn urn) => _byUrn.GetValueOrDefault(urn);

    /// <inheritdoc />
    public ValueTask<MediaSpecDef?> FindAsync(MediaUrn urn, CancellationToken cancellationToken = default) => new(Find(urn));

    /// <summary>The media types of files with an extension.</summary>
    /// <param name="extension">Without dot, in any case.</param>
    /// <returns>In the order of the table; empty when no type has it.</returns>
    public IReadOnlyList<MediaUrn> UrnsForExtension(string extension) => _byExtension.GetValueOrDefault(extension, []);

    private static IEnumerable<MediaSpecDef> Expand(Row row, string schemaBaseUrl)
    {
        IEnumerable<string> current = row.Urn is null ? [] : [row.Urn.ToString()];
        return current.Concat(row.OlderIds).Select(urn => new MediaSpecDef
        {
            Urn = urn,
            MediaType = row.MediaType,
            Title = row.Title,
            ProfileUri = row.Profile is null ? null : SchemaBaseUrl.ProfileUrl(row.Profile, schemaBaseUrl),
            Schema = row.Schema,
            Extensions = row.Extensions ?? [],
        });
    }

    private sealed record Row(
        string Title,
        string MediaType,
        string? Profile,
        MediaUrn? Urn,
        string[] OlderIds,
        JsonElement? Schema = null,
        string[]? Extensions = null);
}
