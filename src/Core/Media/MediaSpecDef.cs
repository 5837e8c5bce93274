using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Core.Caps.Reading;
using Capns.Core.Json;

namespace Capns.Core.Media;

/// <summary>
/// What a media URN stands for: a MIME type, a schema, rules for values (CapNs spec 7.1, 9). Immutable, equal by members.
/// </summary>
[JsonConverter(typeof(MediaSpecDefJsonConverter))]
public sealed partial record MediaSpecDef
{
    /// <summary>The media URN, as written; that it is one is checked by validation only (MS2).</summary>
    public required string Urn { get; init; }

    /// <summary>MIME type.</summary>
    public required string MediaType { get; init; }

    /// <summary>For people, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>Address of a JSON Schema that values must satisfy; not looked at when <see cref="Schema"/> is there.</summary>
    public string? ProfileUri { get; init; }

    /// <summary>JSON Schema that values must satisfy. JSON <c>null</c> is the same as none.</summary>
    public JsonElement? Schema { get; init => field = JsonMember.Keep(value); }

    /// <summary>For people, in sentences.</summary>
    public string? Description { get; init; }

    /// <summary>Rules beside the schema.</summary>
    public MediaValidation? Validation { get; init; }

    /// <summary>Anything else. JSON <c>null</c> is the same as none.</summary>
    public JsonElement? Metadata { get; init => field = JsonMember.Keep(value); }

    /// <summary>Extensions of files of this type, without dot. Default: none.</summary>
    public IReadOnlyList<string> Extensions { get; init => field = [.. value]; } = [];

    /// <summary>Equal in every member; JSON members as JSON values.</summary>
    public bool Equals(MediaSpecDef? other) =>
        other is not null
        && Urn == other.Urn && MediaType == other.MediaType && Title == other.Title
        && ProfileUri == other.ProfileUri && Description == other.Description && Validation == other.Validation
        && JsonMember.Same(Schema, other.Schema) && JsonMember.Same(Metadata, other.Metadata)
        && Extensions.SequenceEqual(other.Extensions);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Urn, MediaType, Title, ProfileUri, Description, Validation, Extensions.Count);
}
