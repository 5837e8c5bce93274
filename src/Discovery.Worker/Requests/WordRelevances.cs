using Capns.Discovery.Worker.Recommendations;
using Capns.Discovery.Worker.Search;

namespace Capns.Discovery.Worker.Requests;

/// <summary>The larger of what the words say and what feedback in like situations says (platform spec 7.4, <c>rel</c>).</summary>
/// <remarks>Reads the hits where they lie: a common word is in thousands of tools, and every question would copy them.</remarks>
/// <param name="hits">Not disposed of as long as this is used.</param>
/// <param name="topics">By place; only tools that the filters let through.</param>
internal sealed class WordRelevances(SearchHits hits, IReadOnlyDictionary<int, Relevance> topics) : IRelevances
{
    public IEnumerable<int> Places
    {
        get
        {
            for (var at = 0; at < hits.Count; at++)
            {
                yield return hits.All[at].Place;
            }

            foreach (var place in topics.Keys)
            {
                if (hits.Find(place) < 0)
                {
                    yield return place;
                }
            }
        }
    }

    public Relevance Of(int place)
    {
        var topic = topics.Count == 0 ? default : topics.GetValueOrDefault(place);
        if (hits.Find(place) is not (>= 0 and var at))
        {
            return topic;
        }

        var rank = Rank(hits.All[at].Score / hits.BestScore);
        return rank >= topic.Value ? new Relevance(rank, Reason: null, Observations: 0) : topic;
    }

    /// <summary>
    /// The full-text rank is the score to the fourth power: scores of near neighbours lie close together, and what is used most must not pass
    /// what fits best. Chosen on the part of the quality benchmark that is for tuning.
    /// </summary>
    /// <param name="share">Of the best score, 0 to 1.</param>
    private static double Rank(double share) => share * share * (share * share);
}
