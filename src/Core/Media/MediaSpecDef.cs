using System.Text.Json;

namespace Capns.Core.Media;

/// <summary>What a media URN stands for: a MIME type, a schema, rules for values (CapNs spec 7.1, 9). Immutable.</summary>
public sealed record MediaSpecDef
{
    /// <summary>The media URN, as written.</summary>
    public required string Urn { get; init; }

    /// <summary>MIME type.</summary>
    public required string MediaType { get; init; }

    /// <summary>For people, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>Address of a JSON Schema that values must satisfy; not looked at when <see cref="Schema"/> is there.</summary>
    public string? ProfileUri { get; init; }

    /// <summary>JSON Schema that values must satisfy.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>For people, in sentences.</summary>
    public string? Description { get; init; }

    /// <summary>Rules beside the schema.</summary>
    public MediaValidation? Validation { get; init; }

    /// <summary>Anything else.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>Extensions of files of this type, without dot. Default: none.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];
}

/// <summary>Rules for values; one that is null is not applied (CapNs spec 10.1).</summary>
public sealed record MediaValidation
{
    /// <summary>Smallest number, included.</summary>
    public double? Min { get; init; }

    /// <summary>Greatest number, included.</summary>
    public double? Max { get; init; }

    /// <summary>Least length: UTF-8 bytes of a string, elements of an array; included.</summary>
    public int? MinLength { get; init; }

    /// <summary>Greatest length: UTF-8 bytes of a string, elements of an array; included.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Regular expression that a string must contain a match of.</summary>
    public string? Pattern { get; init; }

    /// <summary>Strings that are allowed.</summary>
    public IReadOnlyList<string>? AllowedValues { get; init; }
}
