using Capns.Core.Caps;

namespace Capns.Core.Dispatch;

/// <summary>What leads from which type of data to which: types are nodes, capabilities edges (CapNs spec 11.6).</summary>
/// <remarks>
/// Nodes are directions as they are written. An edge from <c>*</c> takes every type, and one to <c>*</c> may give any; but for
/// that, types are compared as in matching. Fill it first; then it may be read by many at once.
/// </remarks>
public sealed class CapGraph
{
    private readonly List<CapGraphEdge> _edges = [];
    private readonly List<string> _nodes = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private CapGraphIndex? _index;

    /// <summary>Every direction that is the input or the output of an edge, once, in the order of the edges.</summary>
    public IReadOnlyList<string> Nodes => _nodes;

    /// <summary>The edges, in the order in which they were added.</summary>
    public IReadOnlyList<CapGraphEdge> Edges => _edges;

    /// <summary>The inputs of the edges, each once.</summary>
    public IReadOnlyList<string> InputSpecs => [.. _edges.Select(edge => edge.From).Distinct(StringComparer.Ordinal)];

    /// <summary>The outputs of the edges, each once.</summary>
    public IReadOnlyList<string> OutputSpecs => [.. _edges.Select(edge => edge.To).Distinct(StringComparer.Ordinal)];

    /// <summary>How much there is.</summary>
    public CapGraphStats Stats => new(_nodes.Count, _edges.Count, InputSpecs.Count, OutputSpecs.Count);

    /// <summary>Made when first asked for; two who do so at once may both make it.</summary>
    internal CapGraphIndex Index => Volatile.Read(ref _index) is { } index && index.EdgeCount == _edges.Count
        ? index
        : _index = new CapGraphIndex(_edges);

    /// <summary>Adds the edge of a capability.</summary>
    /// <param name="cap">The capability.</param>
    /// <param name="registryName">Where it is registered.</param>
    public void AddCap(Cap cap, string registryName)
    {
        _edges.Add(new CapGraphEdge(cap, registryName));
        foreach (var node in (ReadOnlySpan<string>)[cap.Urn.InSpec, cap.Urn.OutSpec])
        {
            if (_known.Add(node))
            {
                _nodes.Add(node);
            }
        }
    }

    /// <summary>A graph of everything that some matrices hold now.</summary>
    /// <param name="registries">Names and matrices, in the order of their priority.</param>
    public static CapGraph BuildFromRegistries(IEnumerable<KeyValuePair<string, CapMatrix>> registries) =>
        Build(new BlockSnapshot([.. registries.Select(registry => (registry.Key, registry.Value))]));

    /// <summary>The edges that take data of a type; none for a text that is neither a media URN nor <c>*</c>.</summary>
    /// <param name="spec">A media URN; <c>*</c>, data of which nothing is known, is taken by edges from <c>*</c> only.</param>
    public IReadOnlyList<CapGraphEdge> GetOutgoing(string spec) => [.. Index.Find(spec).Select(at => _edges[at])];

    /// <summary>The edges that give data of a type; none for a text that is neither a media URN nor <c>*</c>.</summary>
    /// <param name="spec">A media URN; <c>*</c> wishes for nothing in particular, so that every edge gives it.</param>
    public IReadOnlyList<CapGraphEdge> GetIncoming(string spec) => [.. _edges.Where(CapGraphEdge.Gives(spec))];

    /// <summary>The edges that take the one type and give the other, the most specific first; those alike in the order of adding.</summary>
    public IReadOnlyList<CapGraphEdge> GetDirectEdges(string from, string to)
    {
        var gives = CapGraphEdge.Gives(to);
        return [.. GetOutgoing(from).Where(gives).OrderByDescending(edge => edge.Specificity)];
    }

    /// <summary>True when one edge takes the one type and gives the other.</summary>
    public bool HasDirectEdge(string from, string to) => GetOutgoing(from).Any(CapGraphEdge.Gives(to));

    /// <summary>True when both are the same text, or some path leads from the one to the other.</summary>
    public bool CanConvert(string from, string to) => FindPath(from, to) is not null;

    /// <summary>A path with the fewest edges; empty when both are the same text, null when there is none.</summary>
    public IReadOnlyList<CapGraphEdge>? FindPath(string from, string to) => new CapGraphSearch(this).Shortest(from, to);

    /// <summary>
    /// Every path of at most so many edges that comes by no node twice and ends where it first gives the type; shortest first.
    /// </summary>
    /// <param name="from">A media URN.</param>
    /// <param name="to">A media URN; when it is the same text, there is one path, which is empty.</param>
    /// <param name="maxDepth">Most edges of a path; 0 and less: none. There can be exponentially many paths.</param>
    public IReadOnlyList<IReadOnlyList<CapGraphEdge>> FindAllPaths(string from, string to, int maxDepth) =>
        new CapGraphSearch(this).All(from, to, maxDepth);

    /// <summary>
    /// Of all paths of at most so many edges the one whose specificities have the greatest sum, the shortest of several; null: there is
    /// none. Looks at every such path: there can be exponentially many.
    /// </summary>
    /// <param name="from">A media URN.</param>
    /// <param name="to">A media URN; when it is the same text, the path is empty.</param>
    /// <param name="maxDepth">Most edges of the path.</param>
    public IReadOnlyList<CapGraphEdge>? FindBestPath(string from, string to, int maxDepth) =>
        FindAllPaths(from, to, maxDepth).MaxBy(path => path.Sum(edge => edge.Specificity));

    internal static CapGraph Build(BlockSnapshot block)
    {
        var graph = new CapGraph();
        foreach (var (registry, entry) in block.Entries())
        {
            graph.AddCap(entry.Cap, registry);
        }

        return graph;
    }
}

/// <summary>How much there is in a graph.</summary>
/// <param name="NodeCount">Directions.</param>
/// <param name="EdgeCount">Capabilities.</param>
/// <param name="InputSpecCount">Directions that are an input.</param>
/// <param name="OutputSpecCount">Directions that are an output.</param>
public readonly record struct CapGraphStats(int NodeCount, int EdgeCount, int InputSpecCount, int OutputSpecCount);
