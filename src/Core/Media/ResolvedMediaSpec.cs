using System.Text.Json;

namespace Capns.Core.Media;

/// <summary>What a media URN was found to stand for (CapNs spec 9.2). Immutable.</summary>
public sealed partial record ResolvedMediaSpec
{
    /// <summary>The media URN that was asked for, as written there.</summary>
    public required string MediaUrn { get; init; }

    /// <summary><see cref="MediaUrn"/> parsed; null when it is none, which only a capability's own spec can be named.</summary>
    public required MediaUrn? Urn { get; init; }

    /// <summary>MIME type.</summary>
    public required string MediaType { get; init; }

    /// <summary>For people, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>Address of a JSON Schema for values; not looked at when <see cref="Schema"/> is there.</summary>
    public string? ProfileUri { get; init; }

    /// <summary>JSON Schema for values.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>For people, in sentences.</summary>
    public string? Description { get; init; }

    /// <summary>Rules beside the schema.</summary>
    public MediaValidation? Validation { get; init; }

    /// <summary>Anything else.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>Extensions of files of this type, without dot. Default: none.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    internal static ResolvedMediaSpec From(string asked, MediaUrn? urn, MediaSpecDef found) => new()
    {
        MediaUrn = asked,
        Urn = urn,
        MediaType = found.MediaType,
        Title = found.Title,
        ProfileUri = found.ProfileUri,
        Schema = found.Schema,
        Description = found.Description,
        Validation = found.Validation,
        Metadata = found.Metadata,
        Extensions = found.Extensions,
    };
}
