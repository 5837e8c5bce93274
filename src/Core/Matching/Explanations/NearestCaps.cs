using Capns.Core.Urns;

namespace Capns.Core.Matching.Explanations;

/// <summary>Finds, for a request that nothing accepts, the capabilities that come nearest to it.</summary>
public static class NearestCaps
{
    /// <summary>How many are named unless told otherwise.</summary>
    public const int Usual = 3;

    /// <summary>The capabilities that refuse the request and have the cheapest and fewest parts to change, the nearest first.</summary>
    /// <param name="candidates">
    /// In the order of registration. Of those equally near, one that shares more tags with the request comes first, then the earlier.
    /// </param>
    /// <param name="request">What is wished for.</param>
    /// <param name="mode">How <c>?</c> and <c>!</c> on tags other than the directions are read.</param>
    /// <param name="count">The most to find, 0 and up.</param>
    /// <returns>Fewer than <paramref name="count"/> when fewer refuse; of equal URNs only the first.</returns>
    public static IReadOnlyList<NearestCap> Find(
        IEnumerable<CandidateCap> candidates, CapUrn request, SpecialValueMode mode = SpecialValueMode.Reference, int count = Usual)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var nearest = new List<(int Cost, int Shared, CandidateCap Candidate)>();
        foreach (var candidate in candidates)
        {
            var cost = MatchCost.Of(candidate.Urn, request, mode);
            if (cost == 0 || count == 0 || (nearest.Count == count && nearest[^1].Cost < cost))
            {
                continue;
            }

            var shared = MatchCost.CountShared(candidate.Urn, request);
            // Behind those that are as near: they were registered earlier.
            var at = nearest.FindLastIndex(other => other.Cost < cost || (other.Cost == cost && other.Shared >= shared)) + 1;
            if (at < count && !nearest.Exists(other => other.Candidate.Urn == candidate.Urn))
            {
                nearest.Insert(at, (cost, shared, candidate));
                nearest.RemoveRange(Math.Min(count, nearest.Count), nearest.Count - Math.Min(count, nearest.Count));
            }
        }

        return [.. nearest.Select(found => new NearestCap(found.Candidate, found.Cost, found.Candidate.Urn.Explain(request, mode)))];
    }

    /// <summary>A sentence that names the nearest capability and what to change in the request; empty when there is none.</summary>
    public static string Describe(IReadOnlyList<NearestCap> nearest) => nearest.Count == 0 ? ""
        : $"The nearest is {nearest[0].Candidate}; for it to accept, {string.Join("; ", nearest[0].Explanation.Changes)}.";
}
