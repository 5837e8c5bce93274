using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Core.Caps.Reading;
using Capns.Core.Json;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Caps;

/// <summary>
/// The definition of a capability: its name, its arguments and what it gives (CapNs spec 7.1). Immutable, equal by members.
/// </summary>
[JsonConverter(typeof(CapJsonConverter))]
public sealed partial record Cap
{
    private static readonly ReadOnlyDictionary<string, string> NoMetadata = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The name; both directions are there.</summary>
    public required CapUrn Urn { get; init; }

    /// <summary>For people, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>Sub-command of a command line, or name of a method.</summary>
    public required string Command { get; init; }

    /// <summary>For people, in sentences.</summary>
    public string? Description { get; init; }

    /// <summary>Anything else, by name; names are compared with case. Default: empty.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = Copy(value); } = NoMetadata;

    /// <summary>Media types defined here only. Default: none.</summary>
    public IReadOnlyList<MediaSpecDef> MediaSpecs { get; init => field = [.. value]; } = [];

    /// <summary>What it is given. Default: nothing.</summary>
    public IReadOnlyList<CapArg> Args { get; init => field = [.. value]; } = [];

    /// <summary>What it gives.</summary>
    public CapOutput? Output { get; init; }

    /// <summary>Any JSON beside. JSON <c>null</c> is the same as none.</summary>
    public JsonElement? MetadataJson { get; init => field = JsonMember.Keep(value); }

    /// <summary>Who put it into a registry.</summary>
    public RegisteredBy? RegisteredBy { get; init; }

    /// <summary>Equal in every member; lists in order, JSON members as JSON values.</summary>
    public bool Equals(Cap? other) =>
        other is not null
        && Urn == other.Urn && Title == other.Title && Command == other.Command && Description == other.Description
        && Output == other.Output && RegisteredBy == other.RegisteredBy
        && JsonMember.Same(MetadataJson, other.MetadataJson)
        && Metadata.Count == other.Metadata.Count
        && Metadata.All(entry => other.Metadata.TryGetValue(entry.Key, out var value) && value == entry.Value)
        && Args.SequenceEqual(other.Args) && MediaSpecs.SequenceEqual(other.MediaSpecs);

    /// <inheritdoc />
    public override int GetHashCode() =>
        HashCode.Combine(Urn, Title, Command, Description, Output, Args.Count, MediaSpecs.Count, Metadata.Count);

    private static ReadOnlyDictionary<string, string> Copy(IReadOnlyDictionary<string, string> metadata) =>
        metadata.Count == 0 ? NoMetadata : new(new Dictionary<string, string>(metadata, StringComparer.Ordinal));
}
