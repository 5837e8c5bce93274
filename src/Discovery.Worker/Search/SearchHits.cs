using System.Buffers;
using Capns.Discovery.Worker.Search.Queries;

namespace Capns.Discovery.Worker.Search;

/// <summary>What a search has found, in pooled memory: not to be used once disposed of. Not thread-safe.</summary>
internal sealed class SearchHits : IDisposable
{
    /// <summary>What a name that equals the query adds to the best score.</summary>
    private const float NameGain = 0.1f;

    private readonly ToolIndex _index;
    private SearchHit[] _hits;

    internal SearchHits(ToolIndex index, QueryPlan plan, int most)
    {
        (_index, Plan) = (index, plan);
        _hits = ArrayPool<SearchHit>.Shared.Rent(most);
    }

    /// <summary>Tools found.</summary>
    public int Count { get; private set; }

    /// <summary>The largest score; 0 when nothing was found. <c>rel</c> of platform spec 7.4 is a hit's score divided by it.</summary>
    public float BestScore { get; private set; }

    /// <summary>What was looked for.</summary>
    public QueryPlan Plan { get; }

    /// <summary>In ascending order of places.</summary>
    public ReadOnlySpan<SearchHit> All => _hits.AsSpan(0, Count);

    /// <summary>The best of them: by score, then name (ordinal), then id (platform spec 7.5).</summary>
    /// <param name="most">At least 0.</param>
    public IReadOnlyList<SearchHit> Top(int most)
    {
        var best = new PriorityQueue<SearchHit, SearchHit>(Comparer<SearchHit>.Create((left, right) => Compare(right, left)));
        foreach (var hit in All)
        {
            if (best.Count < most)
            {
                best.Enqueue(hit, hit);
            }
            else if (most > 0 && Compare(hit, best.Peek()) < 0)
            {
                best.DequeueEnqueue(hit, hit);
            }
        }

        var ordered = new SearchHit[best.Count];
        for (var at = ordered.Length - 1; at >= 0; at--)
        {
            ordered[at] = best.Dequeue();
        }

        return ordered;
    }

    /// <summary>Which words of the query the tool answers, and where.</summary>
    public IReadOnlyList<MatchedWord> Explain(int place) => Explanation.Of(Plan, _index.Snapshot.Tools[place]);

    public void Dispose()
    {
        var hits = _hits;
        (_hits, Count) = ([], 0);
        if (hits.Length > 0)
        {
            ArrayPool<SearchHit>.Shared.Return(hits);
        }
    }

    internal void Add(int place, float score)
    {
        _hits[Count++] = new SearchHit(place, score);
        BestScore = Math.Max(BestScore, score);
    }

    /// <summary>Puts a hit before all whose score is not above <paramref name="best"/>, unless the filter has left it out.</summary>
    internal void Raise(int place, float best)
    {
        if (Find(place) is >= 0 and var at)
        {
            Set(at, best + (NameGain * _hits[at].Score));
        }
    }

    /// <summary>Multiplies the score of a hit.</summary>
    internal void Scale(int place, float factor)
    {
        if (Find(place) is >= 0 and var at)
        {
            Set(at, _hits[at].Score * factor);
        }
    }

    private void Set(int at, float score)
    {
        _hits[at] = _hits[at] with { Score = score };
        BestScore = Math.Max(BestScore, score);
    }

    /// <summary>Where the hit of a place stands in <see cref="All"/>; below 0 when there is none.</summary>
    internal int Find(int place)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (_hits[middle].Place == place)
            {
                return middle;
            }

            (low, high) = _hits[middle].Place < place ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    private int Compare(SearchHit left, SearchHit right)
    {
        var byScore = right.Score.CompareTo(left.Score);
        if (byScore != 0)
        {
            return byScore;
        }

        var (first, second) = (_index.Snapshot.Tools[left.Place], _index.Snapshot.Tools[right.Place]);
        var byName = string.CompareOrdinal(first.Name, second.Name);
        return byName != 0 ? byName : string.CompareOrdinal(first.Id.ToString(), second.Id.ToString());
    }
}

/// <summary>A tool that was found.</summary>
/// <param name="Place">Where it stands in the snapshot's tools.</param>
/// <param name="Score">Above 0; comparable within one answer only.</param>
internal readonly record struct SearchHit(int Place, float Score);
