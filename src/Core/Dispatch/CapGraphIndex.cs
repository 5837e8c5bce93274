using Capns.Core.Dispatch.Indexing;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>Which edges of a graph take which data; the edges are those of the moment when it was made. Immutable.</summary>
internal sealed class CapGraphIndex
{
    private readonly InputIndex _inputs;
    private readonly int[][] _edges;
    private readonly int _any = -1;

    public CapGraphIndex(IReadOnlyList<CapGraphEdge> edges)
    {
        EdgeCount = edges.Count;
        var numbers = new int[edges.Count];
        _inputs = new InputIndex(edges.Select(edge => edge.Cap.Urn.Input), numbers);
        _edges = [.. Enumerable.Range(0, edges.Count).GroupBy(at => numbers[at])
            .OrderBy(group => group.Key).Select(group => group.ToArray())];
        for (var number = 0; number < _edges.Length; number++)
        {
            _any = edges[_edges[number][0]].Cap.Urn.Input is null ? number : _any;
        }
    }

    /// <summary>How many edges there were.</summary>
    public int EdgeCount { get; }

    /// <summary>How many different inputs they have.</summary>
    public int InputCount => _edges.Length;

    /// <summary>The numbers of the edges that take some data, ascending, but for those with an input that was asked for before.</summary>
    /// <param name="spec">A media URN or <c>*</c>; nothing takes what is neither.</param>
    /// <param name="asked">The inputs that are left out; those that are found are added.</param>
    public int[] Find(string spec, bool[]? asked = null)
    {
        var inputs = new int[InputCount];
        var count = spec == CapUrn.AnyDirection ? Only(_any, inputs)
            : MediaUrn.TryParse(spec, out var data, out _) ? _inputs.Find(data, inputs)
            : 0;
        var found = new List<int>();
        foreach (var input in inputs.AsSpan(0, count))
        {
            if (asked is null || !asked[input])
            {
                found.AddRange(_edges[input]);
                _ = asked is not null && (asked[input] = true);
            }
        }

        found.Sort();
        return [.. found];
    }

    private static int Only(int input, Span<int> inputs)
    {
        if (input < 0)
        {
            return 0;
        }

        inputs[0] = input;
        return 1;
    }
}
