using System.Globalization;
using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Recommendations;

/// <summary>Orders the tools that the filters let through (platform spec 7.4). Pure: the same question and facts give the same list.</summary>
/// <remarks>
/// Where words or a topic were given, a tool that has nothing to do with them, nor with the tools that the request names as in use, is not
/// offered, however popular it is; unless it was asked for by its capabilities.
/// </remarks>
internal static class Ranking
{
    /// <summary>Best first, at most <see cref="RankingQuestion.Limit"/>.</summary>
    public static IReadOnlyList<RankedTool> Rank(FactsTable facts, RankingQuestion question)
    {
        var best = new PriorityQueue<Entry, Entry>(question.Limit, WorstFirst.Instance);
        foreach (var place in Places(facts, question))
        {
            var parts = PartsOf(facts, question, place);
            var tool = facts.Catalogue.Tools[place];
            var score = question.ByRelevanceOnly ? (double.IsNaN(parts.Rel) ? 0 : parts.Rel) : parts.Score;
            var entry = new Entry(Rounded.To4(tool.Deprecated ? score * Parts.DeprecatedShare : score), place, tool, parts);
            if (best.Count < question.Limit)
            {
                best.Enqueue(entry, entry);
            }
            else
            {
                best.EnqueueDequeue(entry, entry);
            }
        }

        var ranked = new List<RankedTool>(best.Count);
        while (best.TryDequeue(out var entry, out _))
        {
            ranked.Add(Explain(facts, question, entry));
        }

        ranked.Reverse();
        return ranked;
    }

    /// <summary>The tools that have to do with what was asked; all of them when no words were.</summary>
    private static IEnumerable<int> Places(FactsTable facts, RankingQuestion question) => question switch
    {
        { OffersAll: true, ByRelevanceOnly: false } => All(facts, question),
        { Relevance: { } fits, Associations: { } goes, SeedsAreNamed: true, ByRelevanceOnly: false } =>
            fits.Places.Union(goes.Keys.Where(question.Allowed)),
        { Relevance: { } fits } => fits.Places,
        _ => All(facts, question),
    };

    private static IEnumerable<int> All(FactsTable facts, RankingQuestion question) =>
        Enumerable.Range(0, facts.Catalogue.Tools.Count).Where(question.Allowed);

    private static ScoreParts PartsOf(FactsTable facts, RankingQuestion question, int place) => new(
        question.Relevance is { } fits ? fits.Of(place).Value : double.NaN,
        question.Associations is { } goes ? goes.GetValueOrDefault(place)?.Value ?? 0 : double.NaN,
        facts.Qual(place),
        Preference(facts, question, place),
        facts.Pop(place),
        Parts.Econ(
            facts.Cost(place), question.CostLimit ?? facts.UsualCost, facts.DurationMs(place), question.DurationLimitMs ?? facts.UsualDurationMs));

    private static double Preference(FactsTable facts, RankingQuestion question, int place)
    {
        if (question.Own is not { } own)
        {
            return double.NaN;
        }

        var (n, s) = own.GetValueOrDefault(place);
        return Parts.Pref(n, s, question.PreferredCategories.Contains(facts.Catalogue.Tools[place].Category));
    }

    private static RankedTool Explain(FactsTable facts, RankingQuestion question, Entry entry)
    {
        var relevance = question.Relevance?.Of(entry.Place) ?? default;
        var association = question.Associations?.GetValueOrDefault(entry.Place);
        var observed = facts.Of(entry.Place);
        var observations = observed.N + (association?.Observations ?? 0) + relevance.Observations;
        return new RankedTool(
            entry.Place,
            entry.Tool,
            entry.Score,
            entry.Parts,
            Parts.Confidence(observations),
            question.ByRelevanceOnly ? Words(question, entry.Place, relevance) : Reason(facts, question, entry, relevance, association),
            association);
    }

    private static string Reason(FactsTable facts, RankingQuestion question, Entry entry, Relevance relevance, Association? association)
    {
        var observed = facts.Of(entry.Place);
        return entry.Parts.Largest switch
        {
            "rel" => Words(question, entry.Place, relevance),
            "assoc" => Reasons.GoesWith(association!, facts.Catalogue.Find(association!.Seed)?.Name),
            "qual" => Reasons.WorksWell(observed),
            "pref" => Reasons.Preferred(question.Own!.GetValueOrDefault(entry.Place).N, entry.Tool.Category),
            "pop" => string.Create(CultureInfo.InvariantCulture, $"Used much: {observed.Uses} times in 30 days."),
            _ => "Cheap and fast, as far as is known.",
        };
    }

    private static string Words(RankingQuestion question, int place, Relevance relevance) =>
        relevance.Reason ?? question.ExplainWords?.Invoke(place) ?? Reasons.Fits;

    private readonly record struct Entry(double Score, int Place, CatalogueTool Tool, ScoreParts Parts);

    /// <summary>Ties: qual, then name (ordinal), then id.</summary>
    private sealed class WorstFirst : IComparer<Entry>
    {
        public static WorstFirst Instance { get; } = new();

        public int Compare(Entry one, Entry other)
        {
            var order = one.Score.CompareTo(other.Score);
            order = order != 0 ? order : one.Parts.Qual.CompareTo(other.Parts.Qual);
            order = order != 0 ? order : -string.CompareOrdinal(one.Tool.Name, other.Tool.Name);
            return order != 0 ? order : -string.CompareOrdinal(one.Tool.Id.ToString(), other.Tool.Id.ToString());
        }
    }
}
