using Capns.Core.Urns;

namespace Capns.Core.Matching;

/// <summary>Chooses among capability URNs by looking at each (CapNs spec 6.2); what an index has to agree with.</summary>
public static class CapMatcher
{
    /// <summary>The capability to choose for a request; null when none accepts it.</summary>
    /// <param name="caps">In the order of registration.</param>
    /// <param name="request">What is wished for.</param>
    /// <param name="policy">Default: <see cref="SelectionPolicy.Default"/>.</param>
    public static CapUrn? FindBestMatch(IEnumerable<CapUrn> caps, CapUrn request, SelectionPolicy? policy = null)
    {
        policy ??= SelectionPolicy.Default;
        CapUrn? best = null;
        foreach (var cap in caps)
        {
            if (cap.Accepts(request, policy.SpecialValues) && (best is null || Beats(cap, best, policy)))
            {
                best = cap;
            }
        }

        return best;
    }

    /// <summary>All that accept the request, the most specific first; those alike in the given order.</summary>
    /// <param name="caps">In the order of registration.</param>
    /// <param name="request">What is wished for.</param>
    /// <param name="policy">Default: <see cref="SelectionPolicy.Default"/>; its tie-break does not matter here.</param>
    public static IReadOnlyList<CapUrn> FindAllMatches(IEnumerable<CapUrn> caps, CapUrn request, SelectionPolicy? policy = null)
    {
        policy ??= SelectionPolicy.Default;
        return [.. caps.Where(cap => cap.Accepts(request, policy.SpecialValues)).OrderByDescending(cap => cap.GetSpecificity(policy.Scheme))];
    }

    /// <summary>True when one of the first and one of the second are compatible.</summary>
    public static bool AreCompatible(IEnumerable<CapUrn> first, IReadOnlyCollection<CapUrn> second) =>
        first.Any(left => second.Any(left.IsCompatibleWith));

    /// <summary>Whether a capability registered later is chosen instead of one registered earlier; both accept the request.</summary>
    internal static bool Beats(CapUrn later, CapUrn earlier, SelectionPolicy policy)
    {
        var difference = later.GetSpecificity(policy.Scheme) - earlier.GetSpecificity(policy.Scheme);
        return difference != 0 ? difference > 0 : policy.TieBreak switch
        {
            TieBreak.Last => true,
            TieBreak.TupleThenFirst => later.SpecificityTuple > earlier.SpecificityTuple,
            _ => false,
        };
    }
}
