namespace Capns.Core.Dispatch;

/// <summary>One search for paths; remembers which edges each type of data is taken by.</summary>
internal sealed class CapGraphSearch(CapGraph graph)
{
    private const int None = -1;

    private readonly Dictionary<string, IReadOnlyList<CapGraphEdge>> _outgoing = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _starts = [];

    /// <summary>Breadth first. An edge is looked at once: what it takes later costs more steps.</summary>
    public IReadOnlyList<CapGraphEdge>? Shortest(string from, string to)
    {
        if (from == to)
        {
            return [];
        }

        var gives = CapGraphEdge.Gives(to);
        var reached = new Dictionary<string, int>(StringComparer.Ordinal) { [from] = None };
        var waiting = new Queue<string>([from]);
        var index = graph.Index;
        var asked = new bool[index.InputCount];
        while (waiting.TryDequeue(out var node))
        {
            foreach (var at in index.Find(node, asked))
            {
                _starts[at] = node;
                if (gives(graph.Edges[at]))
                {
                    return Trace(at, reached);
                }

                if (reached.TryAdd(graph.Edges[at].To, at))
                {
                    waiting.Enqueue(graph.Edges[at].To);
                }
            }
        }

        return null;
    }

    /// <summary>Depth first, with a stack of its own: paths may be long.</summary>
    public IReadOnlyList<IReadOnlyList<CapGraphEdge>> All(string from, string to, int maxDepth)
    {
        if (from == to)
        {
            return [[]];
        }

        var gives = CapGraphEdge.Gives(to);
        var found = new List<IReadOnlyList<CapGraphEdge>>();
        var path = new List<CapGraphEdge>();
        var onPath = new HashSet<string>(StringComparer.Ordinal) { from };
        var levels = new Stack<(string Node, int Next)>();
        if (maxDepth > 0)
        {
            levels.Push((from, 0));
        }

        while (levels.TryPop(out var level))
        {
            var edges = Outgoing(level.Node);
            if (level.Next == edges.Count)
            {
                Leave();
                continue;
            }

            levels.Push((level.Node, level.Next + 1));
            var edge = edges[level.Next];
            if (gives(edge))
            {
                found.Add([.. path, edge]);
            }
            else if (levels.Count < maxDepth && onPath.Add(edge.To))
            {
                path.Add(edge);
                levels.Push((edge.To, 0));
            }
        }

        return [.. found.OrderBy(one => one.Count)];

        void Leave()
        {
            if (path.Count > 0)
            {
                onPath.Remove(path[^1].To);
                path.RemoveAt(path.Count - 1);
            }
        }
    }

    private IReadOnlyList<CapGraphEdge> Outgoing(string node)
    {
        if (!_outgoing.TryGetValue(node, out var edges))
        {
            _outgoing[node] = edges = graph.GetOutgoing(node);
        }

        return edges;
    }

    /// <summary>Back over the edges by which each node was reached.</summary>
    private List<CapGraphEdge> Trace(int last, Dictionary<string, int> reached)
    {
        var path = new List<CapGraphEdge>();
        for (var at = last; at != None; at = reached[_starts[at]])
        {
            path.Add(graph.Edges[at]);
        }

        path.Reverse();
        return path;
    }
}
