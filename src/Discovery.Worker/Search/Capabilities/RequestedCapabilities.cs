using Capns.Core.Urns;
using Capns.Discovery.Worker.Catalogue;
using Capns.Messaging.Inbound;

namespace Capns.Discovery.Worker.Search.Capabilities;

/// <summary>What a request's <c>capabilities</c> ask for: words and capability URNs, all of them needed (platform spec 3.20). Immutable.</summary>
internal sealed class RequestedCapabilities
{
    private RequestedCapabilities(IReadOnlyList<string> words, IReadOnlyList<CapUrn> urns) => (Words, Urns) = (words, urns);

    /// <summary>Nothing is asked for.</summary>
    public static RequestedCapabilities None { get; } = new([], []);

    /// <summary>True when anything is asked for.</summary>
    public bool Any => Words.Count > 0 || Urns.Count > 0;

    /// <summary>Must be among the tool's capabilities, in any case. Each once.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Each must be accepted by one of the tool's capabilities (CapNs spec 5). Each once.</summary>
    public IReadOnlyList<CapUrn> Urns { get; }

    /// <summary>Reads the field. A value that starts with <c>cap:</c>, in any case, is a URN, in which directions may be left out.</summary>
    /// <param name="values">As they were sent.</param>
    /// <param name="errors">Each value that is no URN although it starts like one, with its place: <c>/capabilities/2</c>.</param>
    /// <returns>Null when there are errors.</returns>
    public static RequestedCapabilities? Read(IReadOnlyList<string> values, out IReadOnlyList<PayloadError> errors)
    {
        var (words, urns, found) = (new List<string>(), new List<CapUrn>(), new List<PayloadError>());
        for (var at = 0; at < values.Count; at++)
        {
            if (!values[at].StartsWith(CapUrn.Prefix + ":", StringComparison.OrdinalIgnoreCase))
            {
                words.Add(values[at]);
            }
            else if (CapUrn.TryParseRequest(values[at], out var urn, out var error))
            {
                urns.Add(urn);
            }
            else
            {
                var place = error.Position is { } position ? $" at character {position} behind the colon" : "";
                found.Add(new PayloadError(
                    $"/capabilities/{at}", "format", $"capabilities/{at} must be a capability URN, but is '{values[at]}': {error.Message} ({error.Name}{place})."));
            }
        }

        errors = found;
        return found.Count > 0 ? null : new RequestedCapabilities([.. words.Distinct(StringComparer.OrdinalIgnoreCase)], [.. urns.Distinct()]);
    }

    /// <summary>Looks the URNs up. Words are compared tool by tool, when asked.</summary>
    public ProvidedCapabilities In(ToolIndex index) => new(this, index);
}

/// <summary>Which tools of an index provide what is asked for. Immutable.</summary>
internal sealed class ProvidedCapabilities
{
    private readonly RequestedCapabilities _requested;
    private readonly IReadOnlyList<CatalogueTool> _tools;
    private readonly IReadOnlyDictionary<int, MatchedCap>[] _providers;

    public ProvidedCapabilities(RequestedCapabilities requested, ToolIndex index) =>
        (_requested, _tools, _providers) = (requested, index.Snapshot.Tools, Narrow(requested.Urns, index));

    /// <summary>True when a URN is asked for.</summary>
    public bool HasUrns => _providers.Length > 0;

    /// <summary>True when the tool provides all of it.</summary>
    /// <param name="place">Its place in the snapshot's tools.</param>
    public bool Accepts(int place) =>
        Array.TrueForAll(_providers, providers => providers.ContainsKey(place)) && _requested.Words.All(word => Provides(_tools[place], word));

    /// <summary>The tool's capability for the first URN that is asked for, <c>matchedCap</c>; null when none is, or it has none.</summary>
    public MatchedCap? MatchOf(int place) => _providers.Length > 0 && _providers[0].TryGetValue(place, out var match) ? match : null;

    /// <summary>The tools that provide every URN asked for, with the sum of the scores; empty when none was asked for.</summary>
    public IEnumerable<(int Place, int Specificity)> ByUrn() => _providers.Length == 0
        ? []
        : from place in _providers[0].Keys
          where Array.TrueForAll(_providers, providers => providers.ContainsKey(place))
          select (place, _providers.Sum(providers => providers[place].Specificity));

    /// <summary>Each URN is looked for only among the tools that provide those before it: 200 of them cost hardly more than one.</summary>
    private static IReadOnlyDictionary<int, MatchedCap>[] Narrow(IReadOnlyList<CapUrn> urns, ToolIndex index)
    {
        var found = new List<IReadOnlyDictionary<int, MatchedCap>>();
        foreach (var urn in urns)
        {
            found.Add(found.Count == 0 ? index.FindProviders(urn) : index.FindProviders(urn, found[^1].ContainsKey));
            if (found[^1].Count == 0)
            {
                break;
            }
        }

        return [.. found];
    }

    private static bool Provides(CatalogueTool tool, string word)
    {
        foreach (var capability in tool.Capabilities)
        {
            if (capability.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
