using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Caps;

/// <summary>
/// An argument of a capability; it has no name, its media URN is its identity (CapNs spec 7.1). Immutable, equal by members.
/// </summary>
public sealed record CapArg
{
    /// <summary>What it is: a media URN, compared as it is written.</summary>
    public required string MediaUrn { get; init; }

    /// <summary>Whether a call has to give it.</summary>
    public required bool Required { get; init; }

    /// <summary>Where its value may come from; the first that has one counts.</summary>
    public required IReadOnlyList<ArgSource> Sources { get; init => field = [.. value]; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>What is taken when it is not given. JSON <c>null</c> is the same as none.</summary>
    public JsonElement? DefaultValue { get; init => field = JsonMember.Keep(value); }

    /// <summary>Anything else. JSON <c>null</c> is the same as none.</summary>
    public JsonElement? Metadata { get; init => field = JsonMember.Keep(value); }

    /// <summary>The first source that is standard input; null when there is none.</summary>
    public ArgSource.Stdin? Stdin => Sources.OfType<ArgSource.Stdin>().FirstOrDefault();

    /// <summary>The first source that is a position; null when there is none.</summary>
    public ArgSource.Position? Position => Sources.OfType<ArgSource.Position>().FirstOrDefault();

    /// <summary>The first source that is an option; null when there is none.</summary>
    public ArgSource.CliFlag? CliFlag => Sources.OfType<ArgSource.CliFlag>().FirstOrDefault();

    /// <summary>Equal in every member; sources in order, JSON members as JSON values.</summary>
    public bool Equals(CapArg? other) =>
        other is not null
        && MediaUrn == other.MediaUrn && Required == other.Required && Description == other.Description
        && Sources.SequenceEqual(other.Sources)
        && JsonMember.Same(DefaultValue, other.DefaultValue) && JsonMember.Same(Metadata, other.Metadata);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(MediaUrn, Required, Description, Sources.Count);
}
