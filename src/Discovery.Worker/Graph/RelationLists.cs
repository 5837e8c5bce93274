namespace Capns.Discovery.Worker.Graph;

/// <summary>The lists of platform spec 7.2, made of a tool's neighbours. Pure.</summary>
internal static class RelationLists
{
    /// <summary>Relations of the given types that are strong enough, strongest first, then by the other tool and the type.</summary>
    /// <param name="neighbours">From <see cref="IToolGraph.NeighboursAsync"/>; what does not touch the tool is left out.</param>
    /// <param name="tool">Whose list it is.</param>
    /// <param name="types">Empty: all.</param>
    /// <param name="minStrength">0 to 1, included; compared with what is left of the strength today.</param>
    /// <param name="limit">1 or more.</param>
    /// <param name="now">For the decay of USED_WITH.</param>
    public static IReadOnlyList<RelatedTool> Related(
        IEnumerable<ToolRelation> neighbours, Guid tool, IReadOnlyCollection<RelationType> types, double minStrength, int limit, DateTimeOffset now) =>
    [
        .. Of(neighbours, tool)
            .Where(relation => types.Count == 0 || types.Contains(relation.Type))
            .Select(relation => new RelatedTool(relation.Other(tool), relation, Strength(relation, now)))
            .Where(related => related.Strength >= minStrength)
            .OrderByDescending(related => related.Strength)
            .ThenBy(related => related.ToolId.ToString(), StringComparer.Ordinal)
            .ThenBy(related => related.Relation.Type.Word(), StringComparer.Ordinal)
            .Take(limit),
    ];

    /// <summary>SIMILAR_TO of at least this score, best first, then by id.</summary>
    public static IReadOnlyList<RelatedTool> Similar(
        IEnumerable<ToolRelation> neighbours, Guid tool, double minSimilarity, int limit, DateTimeOffset now) =>
        Related(neighbours, tool, [RelationType.SimilarTo], minSimilarity, limit, now);

    /// <summary>USED_WITH by what is left of <c>frequency</c>, then by <c>assoc</c>, then by id.</summary>
    public static IReadOnlyList<RelatedTool> UsedWith(IEnumerable<ToolRelation> neighbours, Guid tool, int limit, DateTimeOffset now) =>
    [
        .. Of(neighbours, tool)
            .Where(relation => relation.Type == RelationType.UsedWith)
            .OrderByDescending(relation => Decay.Of(relation.Frequency, relation.LastUsed, now))
            .ThenByDescending(relation => Strength(relation, now))
            .ThenBy(relation => relation.Other(tool).ToString(), StringComparer.Ordinal)
            .Select(relation => new RelatedTool(relation.Other(tool), relation, Strength(relation, now)))
            .Take(limit),
    ];

    /// <summary>How strong a relation is today: USED_WITH decays, what people or definitions say does not.</summary>
    public static double Strength(ToolRelation relation, DateTimeOffset now) =>
        relation.Type == RelationType.UsedWith ? Decay.Of(relation.Weight, relation.LastUsed, now) : relation.Weight;

    private static IEnumerable<ToolRelation> Of(IEnumerable<ToolRelation> neighbours, Guid tool) =>
        neighbours.Where(relation => relation.From == tool || relation.To == tool);
}

/// <summary>A line of a list.</summary>
/// <param name="ToolId">The other tool.</param>
/// <param name="Relation">Why it is there.</param>
/// <param name="Strength">0 to 1, as of now.</param>
internal sealed record RelatedTool(Guid ToolId, ToolRelation Relation, double Strength);
