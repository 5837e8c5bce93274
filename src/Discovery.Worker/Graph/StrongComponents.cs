namespace Capns.Discovery.Worker.Graph;

/// <summary>
/// Sets of tools that reach each other (Tarjan, SIAM J. Comput. 1(2), 1972), without recursion: chains may be long. Pure.
/// </summary>
internal static class StrongComponents
{
    /// <summary>The sets, each after all sets it points to; within a set by id.</summary>
    /// <param name="nodes">All, in the order that decides ties.</param>
    /// <param name="next">Where each points to.</param>
    public static List<IReadOnlyList<Guid>> Of(IEnumerable<Guid> nodes, ILookup<Guid, Guid> next)
    {
        var walk = new Walk(next);
        foreach (var node in nodes)
        {
            walk.From(node);
        }

        return walk.Components;
    }

    private sealed class Walk(ILookup<Guid, Guid> next)
    {
        private readonly Dictionary<Guid, int> _index = [];
        private readonly Dictionary<Guid, int> _low = [];
        private readonly Stack<Guid> _open = new();
        private readonly HashSet<Guid> _isOpen = [];

        public List<IReadOnlyList<Guid>> Components { get; } = [];

        public void From(Guid start)
        {
            if (_index.ContainsKey(start))
            {
                return;
            }

            var path = new Stack<(Guid Node, IEnumerator<Guid> More)>();
            path.Push(Enter(start));
            while (path.TryPeek(out var at))
            {
                if (!at.More.MoveNext())
                {
                    path.Pop();
                    Leave(at.Node);
                    if (path.TryPeek(out var before))
                    {
                        _low[before.Node] = Math.Min(_low[before.Node], _low[at.Node]);
                    }
                }
                else if (!_index.TryGetValue(at.More.Current, out var seen))
                {
                    path.Push(Enter(at.More.Current));
                }
                else if (_isOpen.Contains(at.More.Current))
                {
                    _low[at.Node] = Math.Min(_low[at.Node], seen);
                }
            }
        }

        private (Guid Node, IEnumerator<Guid> More) Enter(Guid node)
        {
            _low[node] = _index[node] = _index.Count;
            _open.Push(node);
            _isOpen.Add(node);
            return (node, next[node].GetEnumerator());
        }

        private void Leave(Guid node)
        {
            if (_low[node] != _index[node])
            {
                return;
            }

            var members = new List<Guid>();
            Guid member;
            do
            {
                member = _open.Pop();
                _isOpen.Remove(member);
                members.Add(member);
            }
            while (member != node);
            Components.Add([.. members.OrderBy(id => id.ToString(), StringComparer.Ordinal)]);
        }
    }
}
