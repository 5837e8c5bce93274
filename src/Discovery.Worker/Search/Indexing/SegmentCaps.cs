using Capns.Core.Urns;
using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Search.Indexing;

/// <summary>The capability URNs of a segment and who provides each. Immutable.</summary>
/// <remarks>Each different URN is kept and compared once, however many tools provide it.</remarks>
internal sealed class SegmentCaps
{
    private readonly CapUrn[] _urns;
    private readonly int[] _starts;
    private readonly (int Document, byte Position)[] _providers;

    private SegmentCaps(CapUrn[] urns, int[] starts, (int, byte)[] providers) => (_urns, _starts, _providers) = (urns, starts, providers);

    /// <summary>Takes in what is a capability URN; what is none is a word.</summary>
    public static SegmentCaps Build(IReadOnlyList<CatalogueTool> tools)
    {
        var found = new Dictionary<CapUrn, List<(int, byte)>>();
        for (var document = 0; document < tools.Count; document++)
        {
            byte position = 0;
            foreach (var capability in tools[document].Capabilities)
            {
                if (CapUrn.TryParse(capability, out var urn, out _))
                {
                    if (!found.TryGetValue(urn, out var providers))
                    {
                        found[urn] = providers = [];
                    }

                    providers.Add((document, position));
                    position = position == byte.MaxValue ? position : (byte)(position + 1);
                }
            }
        }

        var (urns, starts) = (found.Keys.ToArray(), new int[found.Count + 1]);
        for (var at = 0; at < urns.Length; at++)
        {
            starts[at + 1] = starts[at] + found[urns[at]].Count;
        }

        return new SegmentCaps(urns, starts, [.. found.Values.SelectMany(providers => providers)]);
    }

    /// <summary>Every tool of interest that provides a capability which accepts the request, with it; a tool once for each such.</summary>
    /// <remarks>To compare costs much more than to ask whether anybody would want to know.</remarks>
    public void Find(CapUrn request, Func<int, bool> isWanted, Action<int, int, CapUrn> found)
    {
        for (var at = 0; at < _urns.Length; at++)
        {
            var provider = _starts[at];
            while (provider < _starts[at + 1] && !isWanted(_providers[provider].Document))
            {
                provider++;
            }

            if (provider == _starts[at + 1] || !_urns[at].Accepts(request))
            {
                continue;
            }

            for (; provider < _starts[at + 1]; provider++)
            {
                if (isWanted(_providers[provider].Document))
                {
                    found(_providers[provider].Document, _providers[provider].Position, _urns[at]);
                }
            }
        }
    }
}
