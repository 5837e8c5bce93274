using Capns.Core.Caps;
using Capns.Core.Urns;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>A tool of the catalogue as the answer to wishes for a capability: its <c>latest</c> version (platform spec 3.14). Immutable.</summary>
internal sealed record ToolProvider
{
    public required Guid ToolId { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; init; }

    /// <summary>When it was registered: of tools that can do the same alike, the first is chosen.</summary>
    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>SemVer of the latest version; while every version is disabled, the one the tool shows.</summary>
    public required string Version { get; init; }

    /// <summary>What that version can do, in the order of its definition.</summary>
    public required OfferedCapabilities Offered { get; init; }

    /// <summary>Why it may not run now, to complete "the tool …", e.g. <c>is disabled</c>. Absent: it may.</summary>
    public string? Unavailable { get; init; }
}

/// <summary>The capabilities of one version of a tool; a published version never changes. Immutable.</summary>
/// <param name="Words">Plain words.</param>
/// <param name="Caps">Capability URNs, each with what it takes and gives.</param>
internal sealed record OfferedCapabilities(IReadOnlyList<string> Words, IReadOnlyList<Cap> Caps)
{
    /// <summary>Nothing.</summary>
    public static OfferedCapabilities None { get; } = new([], []);

    /// <summary>The URNs, in the order of the definition.</summary>
    public IEnumerable<CapUrn> Urns => Caps.Select(cap => cap.Urn);

    /// <summary>Sorts a definition's list. A URN that cannot be parsed (an earlier release let it pass) is neither.</summary>
    public static OfferedCapabilities Of(IEnumerable<string> capabilities, ToolShape tool)
    {
        var (words, caps, definitions) = (new List<string>(), new List<Cap>(), new ToolCaps(tool));
        foreach (var capability in capabilities)
        {
            if (!IsUrn(capability))
            {
                words.Add(capability);
            }
            else if (CapUrn.TryParse(capability, out var urn, out _))
            {
                caps.Add(definitions.Define(urn));
            }
        }

        return new OfferedCapabilities(words, caps);
    }

    /// <summary>True for what must be a capability URN, because it says so.</summary>
    public static bool IsUrn(string capability) => capability.StartsWith(CapUrn.Prefix + ":", StringComparison.OrdinalIgnoreCase);
}
