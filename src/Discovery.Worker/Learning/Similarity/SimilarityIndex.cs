namespace Capns.Discovery.Worker.Learning.Similarity;

/// <summary>
/// Finds each tool's most similar ones, exactly, without comparing all with all (platform spec 7.3, rule 4). Pure; not thread-safe.
/// </summary>
/// <remarks>
/// Score: 0.35·J(tags) + 0.25·J(capabilities) + 0.15·[same category] + 0.25·cos of tf·ln(1 + N ÷ df). Two tools that share neither a tag
/// nor a capability reach 0.30 only in one category and with a cosine of at least 0.6. So it is enough to look at the lists of a tool's
/// tags and capabilities, and within its category at those of its heaviest words: what has none of these cannot come to 0.6.
/// </remarks>
internal sealed partial class SimilarityIndex
{
    /// <summary>Scores below are not kept.</summary>
    public const double Least = 0.30;

    /// <summary>Kept of each tool.</summary>
    public const int Most = 20;

    private const double OfTags = 0.35;
    private const double OfCapabilities = 0.25;
    private const double OfCategory = 0.15;
    private const double OfText = 0.25;

    // Away from the bounds by more than sums of doubles can be wrong.
    private const double Margin = 1e-9;

    private readonly int[] _tagHits;
    private readonly int[] _capabilityHits;
    private readonly bool[] _seen;
    private readonly List<int> _candidates = [];

    /// <summary>Best first; equal ones in the order of their ids.</summary>
    /// <param name="tool">Uuid of a tool that is not archived.</param>
    /// <returns>At most 20, each at least 0.30; empty for a tool that is not here.</returns>
    public IReadOnlyList<(Guid Other, double Score)> Best(Guid tool)
    {
        if (!_places.TryGetValue(tool, out var at))
        {
            return [];
        }

        Gather(at);
        (int Place, double Base)[] sorted =
            [.. _candidates.Select(other => (other, Base(at, other))).Where(one => one.Item2 + OfText >= Least - Margin)];
        Array.Sort(sorted, (one, other) => other.Base.CompareTo(one.Base));
        var best = new List<(Guid Other, double Score)>(Most + 1);
        foreach (var (place, known) in sorted)
        {
            if (best.Count == Most && known + OfText < best[^1].Score - Margin)
            {
                break;
            }

            Take(best, _ids[place], Rounded(known + (OfText * Cosine(at, place))));
        }

        Forget();
        return best;
    }

    /// <summary>Of two tools; 0 when one of them is not here.</summary>
    public double Score(Guid one, Guid other) => _places.TryGetValue(one, out var a) && _places.TryGetValue(other, out var b)
        ? Rounded((OfTags * Jaccard(_tags[a], _tags[b])) + (OfCapabilities * Jaccard(_capabilities[a], _capabilities[b]))
            + (_categories[a] == _categories[b] ? OfCategory : 0) + (OfText * Cosine(a, b)))
        : 0;

    private static void Take(List<(Guid Other, double Score)> best, Guid other, double score)
    {
        if (score < Least)
        {
            return;
        }

        var at = best.FindIndex(one => one.Score < score || (one.Score == score && one.Other.CompareTo(other) > 0));
        if (at >= 0 || best.Count < Most)
        {
            best.Insert(at >= 0 ? at : best.Count, (other, score));
        }

        if (best.Count > Most)
        {
            best.RemoveAt(Most);
        }
    }

    // Nothing that a bound is compared with hangs on the last bit of a sum.
    private static double Rounded(double score) => Math.Round(score, 9, MidpointRounding.AwayFromZero);

    private void Gather(int at)
    {
        foreach (var tag in _tags[at])
        {
            Hit(_byTag[tag], at, _tagHits);
        }

        foreach (var capability in _capabilities[at])
        {
            Hit(_byCapability[capability], at, _capabilityHits);
        }

        foreach (var word in HeaviestWords(at))
        {
            Hit(_byWord[(_categories[at], word)], at, null);
        }
    }

    private void Hit(List<int> places, int self, int[]? hits)
    {
        foreach (var place in places)
        {
            if (place == self)
            {
                continue;
            }

            if (hits is not null)
            {
                hits[place]++;
            }

            if (!_seen[place])
            {
                _seen[place] = true;
                _candidates.Add(place);
            }
        }
    }

    private void Forget()
    {
        foreach (var place in _candidates)
        {
            (_seen[place], _tagHits[place], _capabilityHits[place]) = (false, 0, 0);
        }

        _candidates.Clear();
    }

    // The lightest words that together cannot come to the cosine that is needed are left out.
    private IEnumerable<int> HeaviestWords(int at)
    {
        const double Needed = (Least - OfCategory) / OfText;
        var left = 1.0;
        foreach (var (word, weight) in _vectors[at].OrderByDescending(one => one.Weight).ThenBy(one => one.Word))
        {
            if (left < (Needed * Needed) - Margin)
            {
                yield break;
            }

            left -= weight * weight;
            yield return word;
        }
    }

    private double Base(int at, int other) =>
        (OfTags * Share(_tagHits[other], _tags[at].Length, _tags[other].Length))
        + (OfCapabilities * Share(_capabilityHits[other], _capabilities[at].Length, _capabilities[other].Length))
        + (_categories[at] == _categories[other] ? OfCategory : 0);

    private double Cosine(int one, int other)
    {
        var (a, b, sum) = (_vectors[one], _vectors[other], 0.0);
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            switch (a[i].Word.CompareTo(b[j].Word))
            {
                case 0:
                    sum += a[i++].Weight * b[j++].Weight;
                    break;
                case < 0:
                    i++;
                    break;
                default:
                    j++;
                    break;
            }
        }

        return sum;
    }

    private static double Jaccard(int[] one, int[] other) => Share(one.Intersect(other).Count(), one.Length, other.Length);

    private static double Share(int both, int one, int other) => both == 0 ? 0 : (double)both / (one + other - both);
}
