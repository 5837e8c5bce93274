namespace Capns.Discovery.Worker.Graph;

/// <summary>Walks REQUIRES level by level, so that many paths to one tool cost no more than one.</summary>
internal static class DependencyClosure
{
    private const int IdsPerRead = 500;

    /// <summary>Reads the closure of a tool and puts it in order.</summary>
    /// <param name="tool">Where it starts; not part of <see cref="Dependencies.Tools"/>.</param>
    /// <param name="reverse">True: what requires it.</param>
    /// <param name="read">Gives the relations that start at these tools (or end there, when reversed), ordered by ids.</param>
    public static async Task<Dependencies> WalkAsync(
        Guid tool, bool reverse, Func<IReadOnlyList<Guid>, Task<IReadOnlyList<DependencyEdge>>> read)
    {
        var depth = new Dictionary<Guid, int> { [tool] = 0 };
        var edges = new HashSet<DependencyEdge>();
        var truncated = false;
        List<Guid> level = [tool];
        for (var at = 1; level.Count > 0; at++)
        {
            var next = new List<Guid>();
            foreach (var ids in level.Chunk(IdsPerRead))
            {
                var found = await read(ids);
                truncated |= found.Count >= GraphLimits.EdgesPerLevel;
                foreach (var edge in found)
                {
                    var reached = reverse ? edge.From : edge.To;
                    if (depth.ContainsKey(reached))
                    {
                        edges.Add(edge);
                    }
                    else if (depth.Count <= GraphLimits.Closure)
                    {
                        depth[reached] = at;
                        edges.Add(edge);
                        next.Add(reached);
                    }
                    else
                    {
                        truncated = true;
                    }
                }
            }

            level = [.. next.OrderBy(Text, StringComparer.Ordinal)];
        }

        return Arrange(tool, depth, edges, truncated);
    }

    private static Dependencies Arrange(Guid root, Dictionary<Guid, int> depth, HashSet<DependencyEdge> edges, bool truncated)
    {
        var ordered = edges
            .OrderBy(edge => Text(edge.From), StringComparer.Ordinal).ThenBy(edge => Text(edge.To), StringComparer.Ordinal).ToList();
        var requires = ordered.ToLookup(edge => edge.From, edge => edge.To);
        var components = StrongComponents.Of(depth.Keys.OrderBy(Text, StringComparer.Ordinal), requires);
        var circular = components.Where(set => set.Count > 1 || requires[set[0]].Contains(set[0])).ToList();
        var inCycle = circular.SelectMany(set => set).ToHashSet();
        return new Dependencies(
            [
                .. components.SelectMany(set => set).Where(id => id != root)
                    .Select(id => new Dependency(id, depth[id], inCycle.Contains(id))),
            ],
            ordered,
            [.. circular.OrderBy(set => Text(set[0]), StringComparer.Ordinal)],
            truncated);
    }

    private static string Text(Guid id) => id.ToString();
}
