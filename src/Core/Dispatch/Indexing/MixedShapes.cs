using Capns.Core.Urns;

namespace Capns.Core.Dispatch.Indexing;

/// <summary>
/// Capabilities whose shapes are too many to be looked at one by one: found by the most selective tag of a request. Immutable.
/// </summary>
internal sealed class MixedShapes
{
    private readonly Dictionary<UrnTag, CapNode> _byTag;
    private readonly Dictionary<string, CapNode?> _free;

    /// <param name="members">The rank and the constraining tags of each capability; the best first, at least one.</param>
    /// <param name="build">Makes a node of ranks.</param>
    public MixedShapes(IReadOnlyList<(int Rank, UrnTag[] Tags)> members, Func<IReadOnlyCollection<int>, CapNode> build)
    {
        Everything = build([.. members.Select(member => member.Rank)]);
        var (byTag, byKey) = (new Dictionary<UrnTag, List<int>>(), new Dictionary<string, List<int>>(StringComparer.Ordinal));
        foreach (var (rank, tags) in members)
        {
            foreach (var tag in tags)
            {
                CapNode.Add(byTag, tag, rank);
                CapNode.Add(byKey, tag.Key, rank);
            }
        }

        // A key that most are free of selects nothing; listing those for every key could take the square of the room.
        var common = byKey.Where(list => list.Value.Count * 2 >= members.Count).ToArray();
        _free = common.ToDictionary(list => list.Key, list => FreeOf(list.Value, members, build), StringComparer.Ordinal);
        _byTag = byTag.Where(list => _free.ContainsKey(list.Key.Key)).ToDictionary(list => list.Key, list => build(list.Value));
    }

    /// <summary>Every capability.</summary>
    public CapNode Everything { get; }

    /// <summary>
    /// Few that include every one whose tags accept a request: those with a tag and those free of it; either may be null.
    /// </summary>
    public (CapNode? With, CapNode? Without) Find(ReadOnlySpan<UrnTag> constraining)
    {
        var (best, size) = (((CapNode?)Everything, (CapNode?)null), Everything.Ranks.Length);
        foreach (ref readonly var tag in constraining)
        {
            if (_free.TryGetValue(tag.Key, out var free))
            {
                var with = _byTag.GetValueOrDefault(tag);
                var both = (with?.Ranks.Length ?? 0) + (free?.Ranks.Length ?? 0);
                (best, size) = both < size ? ((with, free), both) : (best, size);
            }
        }

        return best;
    }

    private static CapNode? FreeOf(
        List<int> with, IReadOnlyList<(int Rank, UrnTag[] Tags)> members, Func<IReadOnlyCollection<int>, CapNode> build)
    {
        var excluded = with.ToHashSet();
        var free = members.Select(member => member.Rank).Where(rank => !excluded.Contains(rank)).ToArray();
        return free.Length > 0 ? build(free) : null;
    }
}
