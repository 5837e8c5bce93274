using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Graph;

namespace Capns.Discovery.Worker.Recommendations;

/// <summary>How tools go with those in use: the best over all of these (platform spec 7.4, <c>assoc</c>). Pure.</summary>
internal static class Associations
{
    /// <summary>By place in the catalogue; a tool in use is associated with the others, not with itself.</summary>
    /// <param name="catalogue">Relations to tools that are not in it are left out.</param>
    /// <param name="seeds">The tools in use.</param>
    /// <param name="relations">Relations of the seeds, in both directions.</param>
    /// <param name="now">What was not used for long counts less.</param>
    public static IReadOnlyDictionary<int, Association> Of(
        CatalogueSnapshot catalogue, IReadOnlySet<Guid> seeds, IEnumerable<ToolRelation> relations, DateTimeOffset now)
    {
        var best = new Dictionary<int, Association>();
        foreach (var relation in relations)
        {
            Take(relation.From, relation.To, relation);
            if (relation.Type.IsPair() || relation.Type == RelationType.Enhances)
            {
                Take(relation.To, relation.From, relation);
            }
        }

        return best;

        void Take(Guid seed, Guid other, ToolRelation relation)
        {
            var place = seeds.Contains(seed) && other != seed ? catalogue.PlaceOf(other) : -1;
            if (place < 0 || From(relation, seed, now) is not { } found)
            {
                return;
            }

            if (!best.TryGetValue(place, out var known) || IsBetter(found, known))
            {
                best[place] = found;
            }
        }
    }

    private static Association? From(ToolRelation relation, Guid seed, DateTimeOffset now) => relation.Type switch
    {
        RelationType.UsedWith when relation.Assoc is { } assoc =>
            new(Decay.Of(Math.Min(1, assoc), relation.LastUsed, now), "USED_WITH", seed, Math.Min(1, assoc), relation.Frequency),
        RelationType.SimilarTo => new(Parts.SimilarWeight * relation.Strength, "SIMILAR_TO", seed, relation.Strength, 0),
        RelationType.Enhances => new(Parts.EnhancesWeight * relation.Strength, "ENHANCES", seed, relation.Strength, 0),
        _ => null,
    };

    /// <summary>Of those alike the one of the first seed, so that the order of relations changes nothing.</summary>
    private static bool IsBetter(Association found, Association known)
    {
        if (found.Value != known.Value)
        {
            return found.Value > known.Value;
        }

        var byType = string.CompareOrdinal(found.Type, known.Type);
        return byType < 0 || (byType == 0 && found.Seed.CompareTo(known.Seed) < 0);
    }
}
