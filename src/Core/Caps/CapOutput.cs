using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Caps;

/// <summary>What a capability gives (CapNs spec 7.1). Immutable, equal by members.</summary>
public sealed record CapOutput
{
    /// <summary>What it is.</summary>
    public required string MediaUrn { get; init; }

    /// <summary>For people; <c>output_description</c> in JSON.</summary>
    public required string Description { get; init; }

    /// <summary>Anything else. JSON <c>null</c> is the same as none.</summary>
    public JsonElement? Metadata { get; init => field = JsonMember.Keep(value); }

    /// <summary>Equal in every member; JSON as a JSON value.</summary>
    public bool Equals(CapOutput? other) =>
        other is not null && MediaUrn == other.MediaUrn && Description == other.Description && JsonMember.Same(Metadata, other.Metadata);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(MediaUrn, Description);
}
