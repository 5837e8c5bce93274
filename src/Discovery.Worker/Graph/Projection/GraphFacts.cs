namespace Capns.Discovery.Worker.Graph.Projection;

/// <summary>Whole entities as the truth knows them, in the shape in which they are written to a graph: rows of properties.</summary>
internal sealed class GraphFacts
{
    /// <summary>Properties of Tool nodes (platform spec 9.3), <c>id</c> first.</summary>
    public List<GraphRow> Tools { get; } = [];

    /// <summary>Ids of asked-for tools that the catalogue does not have.</summary>
    public List<string> UnknownTools { get; } = [];

    /// <summary>PROVIDES: <c>id</c> of the tool, <c>name</c> and <c>key</c> of the capability.</summary>
    public List<GraphRow> Provides { get; } = [];

    /// <summary>Relations between tools: <c>from</c>, <c>to</c> and their properties, by type.</summary>
    public Dictionary<RelationType, List<GraphRow>> Relations { get; } =
        RelationTypes.All.ToDictionary(type => type, _ => new List<GraphRow>());

    /// <summary>Ids of all asked-for agents; those without <see cref="Uses"/> are gone.</summary>
    public List<string> Agents { get; } = [];

    /// <summary>USES: <c>agent</c> and its <c>key</c>, <c>tool</c> and its properties.</summary>
    public List<GraphRow> Uses { get; } = [];

    /// <summary>Context nodes with suggestions: <c>pattern</c>, <c>key</c>, <c>keywords</c>.</summary>
    public List<GraphRow> Contexts { get; } = [];

    /// <summary>Patterns of asked-for contexts without suggestions.</summary>
    public List<string> UnknownContexts { get; } = [];

    /// <summary>SUGGESTS: <c>pattern</c> and its <c>key</c>, <c>tool</c> and its properties.</summary>
    public List<GraphRow> Suggests { get; } = [];
}

/// <summary>Names and values: text, whole numbers, numbers, booleans, lists of text, or nothing.</summary>
internal sealed class GraphRow : Dictionary<string, object?>
{
    public GraphRow()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>The value as text.</summary>
    public string Text(string name) => (string)this[name]!;

    /// <summary>A copy without some names: what is left are properties.</summary>
    public GraphRow Without(params ReadOnlySpan<string> names)
    {
        var copy = new GraphRow();
        foreach (var (name, value) in this)
        {
            if (!names.Contains(name))
            {
                copy[name] = value;
            }
        }

        return copy;
    }
}
