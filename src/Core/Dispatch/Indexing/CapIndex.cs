using Capns.Core.Matching;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch.Indexing;

/// <summary>Finds the best of some capabilities for a request under one policy, without looking at all (notes B2). Immutable.</summary>
/// <remarks>
/// Capabilities are ranked once, in the order in which the policy prefers them. Those that constrain the same tags make a
/// shape; within a shape, the request's values lead to few candidates (<see cref="TagShape"/>), which the request's directions
/// make fewer (<see cref="CapNode"/>). The candidates include every capability that accepts the request; each that could be
/// better than the best so far is compared in full, so that the answer is that of looking at all. Built in O(n log n).
/// </remarks>
internal sealed class CapIndex
{
    /// <summary>Up to here, looking at all is as fast.</summary>
    private const int SmallSize = 24;

    /// <summary>Shapes that are looked at one by one; the less populated ones beyond share one index.</summary>
    private const int MostShapes = 48;

    /// <summary>Keys that have a bit.</summary>
    private const int MostKeys = 64;

    private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);
    private readonly TagShape[] _shapes = [];
    private readonly MixedShapes? _mixed;

    public CapIndex(IEnumerable<CapEntry> entries, SelectionPolicy policy)
    {
        Policy = policy;
        Order = new SelectionOrder(policy);
        Ranked = [.. entries.Order(Order)];
        if (Ranked.Length <= SmallSize)
        {
            return;
        }

        var (inputs, outputs) = (new int[Ranked.Length], new int[Ranked.Length]);
        Inputs = new InputIndex(Ranked.Select(entry => entry.Urn.Input), inputs);
        Outputs = new OutputIndex(Ranked.Select(entry => entry.Urn.Output), outputs);
        var tags = Array.ConvertAll(Ranked, entry => Constraining(entry.Urn));
        var shapes = Enumerable.Range(0, Ranked.Length)
            .GroupBy(rank => string.Join(';', tags[rank].Select(tag => tag.Key)), StringComparer.Ordinal);
        var (kept, mixed) = (new List<TagShape>(), new List<int>());
        foreach (var members in shapes.Select(shape => shape.ToArray()).OrderByDescending(shape => shape.Length))
        {
            if (kept.Count < MostShapes && TryNumber(tags[members[0]], out var keys))
            {
                kept.Add(new TagShape(keys, [.. members.Select(rank => (rank, Array.ConvertAll(tags[rank], Hash)))], Build));
            }
            else
            {
                mixed.AddRange(members);
            }
        }

        mixed.Sort();
        _shapes = [.. kept.OrderBy(shape => shape.Everything.First)];
        _mixed = mixed.Count > 0 ? new MixedShapes([.. mixed.Select(rank => (rank, tags[rank]))], Build) : null;

        CapNode Build(IReadOnlyCollection<int> ranks) => CapNode.Build(ranks, inputs, outputs);
    }

    public SelectionPolicy Policy { get; }

    public SelectionOrder Order { get; }

    /// <summary>The best first.</summary>
    public CapEntry[] Ranked { get; }

    /// <summary>Null when there are too few to be split.</summary>
    public InputIndex? Inputs { get; }

    /// <summary>Null when there are too few to be split.</summary>
    public OutputIndex? Outputs { get; }

    /// <summary>The best that accepts the request; null when none does.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="living">When not null, only what this still holds counts.</param>
    public CapEntry? Find(CapUrn request, MatrixSnapshot? living)
    {
        var query = new CapQuery(this, request, living, stackalloc int[CapQuery.MostDirections], stackalloc int[CapQuery.MostDirections]);
        if (Inputs is null)
        {
            query.VisitAll();
            return query.Best;
        }

        Span<int> values = stackalloc int[MostKeys];
        var present = 0UL;
        foreach (ref readonly var tag in request.OtherTags)
        {
            if (Constrains(tag) && _keys.TryGetValue(tag.Key, out var key))
            {
                present |= 1UL << key;
                values[key] = Hash(tag);
            }
        }

        foreach (var shape in _shapes)
        {
            if (shape.Everything.First >= query.BestRank)
            {
                break;
            }

            query.Visit(shape.Find(present, values));
        }

        if (_mixed is not null)
        {
            VisitMixed(_mixed, request, ref query);
        }

        return query.Best;
    }

    private void VisitMixed(MixedShapes mixed, CapUrn request, ref CapQuery query)
    {
        if (mixed.Everything.First < query.BestRank)
        {
            var (with, without) = mixed.Find(Constraining(request));
            query.Visit(with);
            query.Visit(without);
        }
    }

    private static int Hash(UrnTag tag) => tag.Value.GetHashCode(StringComparison.Ordinal);

    private UrnTag[] Constraining(CapUrn urn) => [.. urn.OtherTags.ToArray().Where(tag => Constrains(tag))];

    /// <summary>Whether such tags of both sides go together only when their values are the same (CapNs spec 5.2).</summary>
    private bool Constrains(in UrnTag tag) => Policy.SpecialValues == SpecialValueMode.Reference
        ? tag.Kind != UrnTagKind.MustHaveAny
        : tag.Kind is UrnTagKind.Exact or UrnTagKind.MustNotHave;

    private bool TryNumber(UrnTag[] tags, out int[] keys)
    {
        keys = new int[tags.Length];
        for (var at = 0; at < tags.Length; at++)
        {
            if (!_keys.TryGetValue(tags[at].Key, out keys[at]))
            {
                if (_keys.Count == MostKeys)
                {
                    return false;
                }

                _keys[tags[at].Key] = keys[at] = _keys.Count;
            }
        }

        return true;
    }
}
