using System.Numerics;

namespace Capns.Core.Dispatch.Indexing;

/// <summary>
/// The capabilities that constrain the same tags: found by the values of all of these tags, of two, or of one. Immutable.
/// </summary>
/// <remarks>
/// A tag constrains when the value of the request's tag, if it has one, must be the same. Values are looked up by their hash:
/// two that share one only make more candidates, each of which is compared in full.
/// </remarks>
internal sealed class TagShape
{
    /// <summary>With more keys, two of them are not looked up together: there would be too many pairs.</summary>
    private const int MostPairedKeys = 5;

    private readonly int[] _keys;
    private readonly ulong _mask;
    private readonly Dictionary<int, CapNode> _byAll = [];
    private readonly Dictionary<int, CapNode>[] _byOne = [];
    private readonly (int First, int Second, Dictionary<int, CapNode> Nodes)[] _byTwo = [];

    /// <param name="keys">The numbers of the keys, below 64; in the order of the tags.</param>
    /// <param name="members">The rank of each capability, and the hashes of its values in the order of the keys; the best first.</param>
    /// <param name="build">Makes a node of ranks.</param>
    public TagShape(int[] keys, IReadOnlyList<(int Rank, int[] Values)> members, Func<IReadOnlyCollection<int>, CapNode> build)
    {
        _keys = keys;
        Everything = build([.. members.Select(member => member.Rank)]);
        foreach (var key in keys)
        {
            _mask |= 1UL << key;
        }

        if (keys.Length > 0)
        {
            _byAll = Group(members, member => member.Values.Aggregate(0, Combine), build);
        }

        if (keys.Length > 1)
        {
            _byOne = [.. keys.Select((_, at) => Group(members, member => member.Values[at], build))];
        }

        if (keys.Length is > 2 and <= MostPairedKeys)
        {
            _byTwo =
            [
                .. from first in Enumerable.Range(0, keys.Length)
                   from second in Enumerable.Range(first + 1, keys.Length - first - 1)
                   select (keys[first], keys[second], Group(members, each => Combine(each.Values[first], each.Values[second]), build)),
            ];
        }
    }

    /// <summary>Every capability.</summary>
    public CapNode Everything { get; }

    /// <summary>The fewest that are known to include every one whose tags accept a request; null when there is none.</summary>
    /// <param name="present">The bits of the keys that the request constrains.</param>
    /// <param name="values">The hashes of its values, by the number of the key.</param>
    public CapNode? Find(ulong present, ReadOnlySpan<int> values)
    {
        if ((present & _mask) == 0)
        {
            return Everything;
        }

        return (present & _mask) == _mask ? FindByAll(values)
            : _byTwo.Length > 0 && BitOperations.PopCount(present & _mask) > 1 ? FindByTwo(present, values)
            : FindByOne(present, values);
    }

    private static int Combine(int hash, int value) => (hash * 31) + value;

    private static Dictionary<int, CapNode> Group(
        IReadOnlyList<(int Rank, int[] Values)> members,
        Func<(int Rank, int[] Values), int> key,
        Func<IReadOnlyCollection<int>, CapNode> build)
    {
        var groups = new Dictionary<int, List<int>>();
        foreach (var member in members)
        {
            CapNode.Add(groups, key(member), member.Rank);
        }

        return groups.ToDictionary(group => group.Key, group => build(group.Value));
    }

    private CapNode? FindByAll(ReadOnlySpan<int> values)
    {
        var hash = 0;
        foreach (var key in _keys)
        {
            hash = Combine(hash, values[key]);
        }

        return _byAll.GetValueOrDefault(hash);
    }

    private CapNode? FindByOne(ulong present, ReadOnlySpan<int> values)
    {
        CapNode? fewest = null;
        for (var at = 0; at < _keys.Length; at++)
        {
            if ((present >> _keys[at] & 1) == 0)
            {
                continue;
            }

            if (!_byOne[at].TryGetValue(values[_keys[at]], out var node))
            {
                return null;
            }

            fewest = fewest is null || node.Ranks.Length < fewest.Ranks.Length ? node : fewest;
        }

        return fewest;
    }

    private CapNode? FindByTwo(ulong present, ReadOnlySpan<int> values)
    {
        CapNode? fewest = null;
        foreach (var (first, second, nodes) in _byTwo)
        {
            if ((present >> first & present >> second & 1) == 0)
            {
                continue;
            }

            if (!nodes.TryGetValue(Combine(values[first], values[second]), out var node))
            {
                return null;
            }

            fewest = fewest is null || node.Ranks.Length < fewest.Ranks.Length ? node : fewest;
        }

        return fewest;
    }
}
