using System.Buffers;
using Capns.Discovery.Worker.Search.Indexing;

namespace Capns.Discovery.Worker.Search.Queries;

/// <summary>Gives every tool that answers a query a score. Pure; works in pooled memory.</summary>
/// <remarks>
/// A word gives its rarity times how much the best of what stands for it says about the tool (BM25F, <see cref="Weights"/>),
/// and a little for the others. Tools that answer more of the words gain. A tool that is called like the query comes first.
/// </remarks>
internal static class Scoring
{
    /// <summary>What the other terms for the same word add, beside the best.</summary>
    private const float Others = 0.15f;

    /// <summary>What a score keeps when hardly anything of the query is answered.</summary>
    private const float Uncovered = 0.5f;

    public static SearchHits Run(ToolIndex index, QueryPlan plan, Func<int, bool> filter)
    {
        var count = index.Snapshot.Tools.Count;
        var pool = ArrayPool<float>.Shared;
        var (scores, covered, best, sums) = (pool.Rent(count), pool.Rent(count), pool.Rent(count), pool.Rent(count));
        try
        {
            scores.AsSpan(0, count).Clear();
            covered.AsSpan(0, count).Clear();
            best.AsSpan(0, count).Clear();
            sums.AsSpan(0, count).Clear();
            var all = 0f;
            foreach (var word in plan.Words)
            {
                if (word.Alternatives.Count > 0)
                {
                    var rarity = word.Weight * RarityOf(word, index.Count);
                    all += rarity;
                    Match(index, word, best, sums);
                    Add(rarity, best.AsSpan(0, count), sums.AsSpan(0, count), scores.AsSpan(0, count), covered.AsSpan(0, count));
                }
            }

            return Collect(index, plan, scores.AsSpan(0, count), covered.AsSpan(0, count), all, filter);
        }
        finally
        {
            pool.Return(scores);
            pool.Return(covered);
            pool.Return(best);
            pool.Return(sums);
        }
    }

    /// <summary>How rare the word is, with all that stands for it: the natural logarithm as of BM25.</summary>
    private static float RarityOf(QueryWord word, int tools)
    {
        var found = 0f;
        foreach (var alternative in word.Alternatives)
        {
            found += alternative.Kind is MatchKind.Joined ? 0 : alternative.Weight * alternative.Count;
        }

        found = Math.Clamp(found, 1, tools);
        return MathF.Log(1 + ((tools - found + 0.5f) / (found + 0.5f)));
    }

    private static void Match(ToolIndex index, QueryWord word, float[] best, float[] sums)
    {
        foreach (var alternative in word.Alternatives)
        {
            for (var at = 0; at < alternative.Places.Length; at++)
            {
                if (alternative.Places[at] < 0)
                {
                    continue;
                }

                var segment = index.Segments[at];
                var postings = segment.Segment.Terms.PostingsOf(alternative.Places[at]);
                while (postings.MoveNext())
                {
                    if (segment.Places[postings.Document] is >= 0 and var place)
                    {
                        var value = alternative.Weight * Weights.Saturate(postings.Weight);
                        best[place] = Math.Max(best[place], value);
                        sums[place] += value;
                    }
                }
            }
        }
    }

    private static void Add(float rarity, Span<float> best, Span<float> sums, Span<float> scores, Span<float> covered)
    {
        for (var place = 0; place < sums.Length; place++)
        {
            if (sums[place] > 0)
            {
                scores[place] += rarity * (best[place] + (Others * (sums[place] - best[place])));
                covered[place] += rarity * Math.Min(1, 2 * best[place]);
                (best[place], sums[place]) = (0, 0);
            }
        }
    }

    private static SearchHits Collect(
        ToolIndex index, QueryPlan plan, Span<float> scores, Span<float> covered, float all, Func<int, bool> filter)
    {
        var hits = new SearchHits(index, plan, CountOf(scores));
        for (var place = 0; place < scores.Length; place++)
        {
            if (scores[place] > 0 && filter(place))
            {
                hits.Add(place, scores[place] * (Uncovered + ((1 - Uncovered) * covered[place] / all)));
            }
        }

        WordOrder.Apply(index, plan, hits);
        RaiseNames(index, plan, hits);
        return hits;
    }

    private static int CountOf(Span<float> scores)
    {
        var count = 0;
        foreach (var score in scores)
        {
            count += score > 0 ? 1 : 0;
        }

        return count;
    }

    /// <summary>Tools that are called like the query come before all that are not, in the order that their words give.</summary>
    private static void RaiseNames(ToolIndex index, QueryPlan plan, SearchHits hits)
    {
        var hash = NameKey.HashOf(plan.Text);
        if (hash == 0)
        {
            return;
        }

        var best = hits.BestScore;
        foreach (var segment in index.Segments)
        {
            for (var document = 0; document < segment.Places.Length; document++)
            {
                if (segment.Places[document] is >= 0 and var place && segment.Segment.MayBeCalled(document, hash)
                    && IsCalled(index.Snapshot.Tools[place], plan.Text))
                {
                    hits.Raise(place, best);
                }
            }
        }
    }

    private static bool IsCalled(Catalogue.CatalogueTool tool, string name) =>
        NameKey.AreAlike(tool.Name, name) || NameKey.AreAlike(tool.Slug, name) || NameKey.AreAlike(tool.DisplayName, name);
}
