using System.Text.Json;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Caps;

/// <summary>The definition of a capability: its name, its arguments and what it gives (CapNs spec 7.1). Immutable.</summary>
public sealed record Cap
{
    /// <summary>The name; both directions are there.</summary>
    public required CapUrn Urn { get; init; }

    /// <summary>For people, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>Sub-command of a command line, or name of a method.</summary>
    public required string Command { get; init; }

    /// <summary>For people, in sentences.</summary>
    public string? Description { get; init; }

    /// <summary>Anything else, by name. Default: empty.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Media types defined here only. Default: none.</summary>
    public IReadOnlyList<MediaSpecDef> MediaSpecs { get; init; } = [];

    /// <summary>What it is given. Default: nothing.</summary>
    public IReadOnlyList<CapArg> Args { get; init; } = [];

    /// <summary>What it gives.</summary>
    public CapOutput? Output { get; init; }

    /// <summary>Any JSON beside.</summary>
    public JsonElement? MetadataJson { get; init; }

    /// <summary>Who put it into a registry.</summary>
    public RegisteredBy? RegisteredBy { get; init; }
}
