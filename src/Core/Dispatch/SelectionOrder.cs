using Capns.Core.Matching;

namespace Capns.Core.Dispatch;

/// <summary>The order in which a policy prefers the capabilities of one matrix, the one to choose first (CapNs spec 6.2). Total.</summary>
internal sealed class SelectionOrder(SelectionPolicy policy) : IComparer<CapEntry>
{
    public int Compare(CapEntry? x, CapEntry? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var byScore = y.Urn.GetSpecificity(policy.Scheme).CompareTo(x.Urn.GetSpecificity(policy.Scheme));
        if (byScore != 0)
        {
            return byScore;
        }

        var byTuple = policy.TieBreak == TieBreak.TupleThenFirst ? y.Urn.SpecificityTuple.CompareTo(x.Urn.SpecificityTuple) : 0;
        return byTuple != 0 ? byTuple : policy.TieBreak == TieBreak.Last ? y.CompareOrder(x) : x.CompareOrder(y);
    }
}
