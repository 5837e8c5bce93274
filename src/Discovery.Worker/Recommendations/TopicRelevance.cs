using System.Globalization;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Graph;

namespace Capns.Discovery.Worker.Recommendations;

/// <summary>What feedback in like situations says of tools (platform spec 7.4: decayed SUGGESTS strength). Pure.</summary>
/// <remarks>
/// A context counts in full when its topic is one of the question's. One that only shares keywords counts by how many are shared, and
/// not at all below <see cref="LeastShare"/>: one common word says little.
/// </remarks>
internal static class TopicRelevance
{
    /// <summary>Shared keywords ÷ √(keywords of the context × words of the question), at least.</summary>
    public const double LeastShare = 0.5;

    /// <summary>By place in the catalogue; the best of a tool's suggestions.</summary>
    /// <param name="catalogue">Suggestions of tools that are not in it are left out.</param>
    /// <param name="suggestions">Those whose pattern or keywords may fit.</param>
    /// <param name="topics">The question's, normalised as patterns are.</param>
    /// <param name="words">The question's, normalised as keywords are.</param>
    /// <param name="now">Old feedback counts less.</param>
    public static Dictionary<int, Relevance> Of(
        CatalogueSnapshot catalogue, IEnumerable<ContextSuggestion> suggestions, IReadOnlySet<string> topics, IReadOnlySet<string> words, DateTimeOffset now)
    {
        var best = new Dictionary<int, Relevance>();
        foreach (var suggestion in suggestions)
        {
            var place = catalogue.PlaceOf(suggestion.ToolId);
            var isNamed = topics.Contains(suggestion.Pattern);
            var share = isNamed ? 1 : Share(suggestion.Keywords, words);
            if (place < 0 || share < LeastShare)
            {
                continue;
            }

            var value = share * Decay.Of(suggestion.Strength, suggestion.UpdatedAt, now);
            if (value > best.GetValueOrDefault(place).Value)
            {
                best[place] = new Relevance(value, Reason(suggestion, isNamed), suggestion.N);
            }
        }

        return best;
    }

    private static double Share(IReadOnlyList<string> keywords, IReadOnlySet<string> words) => keywords.Count == 0 || words.Count == 0
        ? 0
        : keywords.Count(words.Contains) / Math.Sqrt(keywords.Count * words.Count);

    /// <summary>A topic that others gave feedback on is named only to who names it as well.</summary>
    private static string Reason(ContextSuggestion suggestion, bool isNamed)
    {
        var (what, share) = (isNamed ? $"\"{suggestion.Pattern}\"" : "requests like this", 100 * suggestion.S / Math.Max(1, suggestion.N));
        return string.Create(CultureInfo.InvariantCulture, $"Has served well for {what}: {share:0} % of {suggestion.N} times.");
    }
}
