namespace Capns.Core.Dispatch.Indexing;

/// <summary>Capabilities that a request may want, the best first; many of them are split by their directions. Immutable.</summary>
/// <remarks>
/// Split by inputs where there are several, and by outputs where there are several: what has one input is split by outputs again.
/// </remarks>
internal sealed class CapNode
{
    /// <summary>As few are looked at one by one.</summary>
    private const int LeafSize = 16;

    private CapNode(int[] ranks) => Ranks = ranks;

    /// <summary>Places in the order of the policy, ascending; never empty.</summary>
    public int[] Ranks { get; }

    /// <summary>The best one.</summary>
    public int First => Ranks[0];

    /// <summary>By the number of the input; null when there is one only, or few capabilities.</summary>
    public Dictionary<int, CapNode>? ByInput { get; private init; }

    /// <summary>By the number of the output, each part in one piece; null when there is one only, or few capabilities.</summary>
    public Dictionary<int, CapNode>? ByOutput { get; private init; }

    /// <summary>The parts of <see cref="ByInput"/>, the one with the best first.</summary>
    public CapNode[] Parts { get; private init; } = [];

    /// <summary>True when all have the same input, and this is known.</summary>
    public bool HasOneInput { get; private init; }

    /// <param name="ranks">Ascending, not empty.</param>
    /// <param name="inputs">The number of the input at each rank.</param>
    /// <param name="outputs">The number of the output at each rank.</param>
    public static CapNode Build(IReadOnlyCollection<int> ranks, int[] inputs, int[] outputs)
    {
        if (ranks.Count <= LeafSize)
        {
            return new CapNode([.. ranks]);
        }

        var (byInput, byOutput) = (Group(ranks, inputs), Group(ranks, outputs));
        var parts = byInput.Count == 1 ? null : byInput.ToDictionary(group => group.Key, group => Build(group.Value, inputs, outputs));
        return new CapNode([.. ranks])
        {
            ByInput = parts,
            ByOutput = byOutput.Count == 1 ? null : byOutput.ToDictionary(group => group.Key, group => new CapNode([.. group.Value])),
            Parts = parts is null ? [] : [.. parts.Values.OrderBy(part => part.First)],
            HasOneInput = parts is null,
        };
    }

    /// <summary>Puts a value into the group of a key.</summary>
    public static void Add<TKey>(Dictionary<TKey, List<int>> groups, TKey key, int value)
        where TKey : notnull
    {
        if (!groups.TryGetValue(key, out var group))
        {
            groups[key] = group = [];
        }

        group.Add(value);
    }

    private static Dictionary<int, List<int>> Group(IReadOnlyCollection<int> ranks, int[] numbers)
    {
        var groups = new Dictionary<int, List<int>>();
        foreach (var rank in ranks)
        {
            Add(groups, numbers[rank], rank);
        }

        return groups;
    }
}
