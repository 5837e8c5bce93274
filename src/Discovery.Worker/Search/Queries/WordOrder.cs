using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Search.Queries;

/// <summary>Tells "csv to json" from "json to csv": tools whose names have the query's words in the query's order gain.</summary>
/// <remarks>What is made from something is named behind it: "json from csv" is read as "csv json".</remarks>
internal static class WordOrder
{
    /// <summary>Tools that are looked at: order decides only among those that have the words.</summary>
    private const int MostLookedAt = 12;

    /// <summary>What a score gains when every pair of neighbours is in order.</summary>
    private const float Gain = 0.08f;

    /// <summary>Lets the best hits gain.</summary>
    public static void Apply(ToolIndex index, QueryPlan plan, SearchHits hits)
    {
        if (plan.Words.Count(word => word.Alternatives.Count > 0) < 2)
        {
            return;
        }

        foreach (var hit in hits.Top(MostLookedAt))
        {
            hits.Scale(hit.Place, 1 + (Gain * Share(plan, index.Snapshot.Tools[hit.Place])));
        }
    }

    /// <summary>From 0, no two neighbours in order, to 1: all are. The better of the name and the display name.</summary>
    private static float Share(QueryPlan plan, CatalogueTool tool) =>
        Math.Max(ShareOf(plan, tool.Name), Math.Max(ShareOf(plan, tool.Slug), ShareOf(plan, tool.DisplayName)));

    private static float ShareOf(QueryPlan plan, string name)
    {
        var (last, pairs, ordered) = (-1, 0, 0);
        QueryReader.OfThread.ReadTerms(name, term =>
        {
            var place = PlaceOf(plan, term);
            if (place >= 0 && place != last)
            {
                pairs += last >= 0 ? 1 : 0;
                ordered += last >= 0 && plan.Words[last].Order < plan.Words[place].Order ? 1 : 0;
                last = place;
            }
        });

        return pairs == 0 ? 0 : (float)ordered / pairs;
    }

    private static int PlaceOf(QueryPlan plan, string term)
    {
        var (best, weight) = (-1, 0f);
        for (var at = 0; at < plan.Words.Count; at++)
        {
            foreach (var alternative in plan.Words[at].Alternatives)
            {
                if (alternative.Weight > weight && alternative.Kind != MatchKind.Joined && alternative.Term == term)
                {
                    (best, weight) = (at, alternative.Weight);
                }
            }
        }

        return best;
    }

    /// <summary>Where each part of a query stands when what follows a "from" comes first.</summary>
    public static int[] Of(IReadOnlyList<QueryPart> parts)
    {
        var order = Enumerable.Range(0, parts.Count).ToArray();
        var from = parts.Select((part, at) => (part.Text, at)).FirstOrDefault(part => part.at > 0 && part.Text is "from").at;
        if (from > 0 && !parts.Skip(from).Any(part => part.Text is "to" or "into"))
        {
            for (var at = from; at < order.Length; at++)
            {
                order[at] -= parts.Count;
            }
        }

        return order;
    }
}
