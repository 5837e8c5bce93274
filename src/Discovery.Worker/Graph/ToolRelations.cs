namespace Capns.Discovery.Worker.Graph;

/// <summary>One order for the answers of every store. Pure.</summary>
internal static class ToolRelations
{
    /// <summary>Each relation once, by ids and type.</summary>
    public static IReadOnlyList<ToolRelation> Ordered(IEnumerable<ToolRelation> relations) =>
    [
        .. relations
            .DistinctBy(relation => (relation.From, relation.Type, relation.To))
            .OrderBy(relation => relation.From.ToString(), StringComparer.Ordinal)
            .ThenBy(relation => relation.Type.Word(), StringComparer.Ordinal)
            .ThenBy(relation => relation.To.ToString(), StringComparer.Ordinal),
    ];

    /// <summary>Each suggestion once, strongest first, then by pattern and tool; as many as one question gets.</summary>
    public static IReadOnlyList<ContextSuggestion> Ordered(IEnumerable<ContextSuggestion> suggestions) =>
    [
        .. suggestions
            .DistinctBy(suggestion => (suggestion.Pattern, suggestion.ToolId))
            .OrderByDescending(suggestion => suggestion.Strength)
            .ThenBy(suggestion => suggestion.Pattern, StringComparer.Ordinal)
            .ThenBy(suggestion => suggestion.ToolId.ToString(), StringComparer.Ordinal)
            .Take(GraphLimits.Suggestions),
    ];
}
