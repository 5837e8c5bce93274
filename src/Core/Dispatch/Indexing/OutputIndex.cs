using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch.Indexing;

/// <summary>The different outputs of capabilities, numbered from 0, and which of them a wish is content with. Immutable.</summary>
/// <remarks>A wish with tags is met only by what has them: the outputs with the rarest of its tags are looked at.</remarks>
internal sealed class OutputIndex
{
    private readonly List<MediaUrn?> _outputs = [];
    private readonly Dictionary<UrnTag, int[]> _byTag;
    private readonly Dictionary<string, int[]> _byKey;
    private readonly int[] _any;

    /// <param name="outputs">One for each capability; null for <c>*</c>.</param>
    /// <param name="numbers">Gets the number of each.</param>
    public OutputIndex(IEnumerable<MediaUrn?> outputs, int[] numbers)
    {
        DirectionNumbers.Assign(outputs, _outputs, numbers);
        var (byTag, byKey) = (new Dictionary<UrnTag, List<int>>(), new Dictionary<string, List<int>>(StringComparer.Ordinal));
        for (var number = 0; number < _outputs.Count; number++)
        {
            foreach (var tag in _outputs[number] is { } output ? output.Tags : [])
            {
                CapNode.Add(byTag, tag, number);
                CapNode.Add(byKey, tag.Key, number);
            }
        }

        _byTag = byTag.ToDictionary(list => list.Key, list => list.Value.ToArray());
        _byKey = byKey.ToDictionary(list => list.Key, list => list.Value.ToArray(), StringComparer.Ordinal);
        _any = _outputs.IndexOf(null) is >= 0 and var any ? [any] : [];
    }

    /// <summary>Lists the outputs that a wish is content with.</summary>
    /// <returns>How many there are; -1 when they do not fit, or when the wish asks for no tag.</returns>
    public int Find(MediaUrn wish, Span<int> accepted)
    {
        var rarest = default(Candidates);
        foreach (var tag in wish.Tags)
        {
            if (tag.Kind is UrnTagKind.Exact or UrnTagKind.MustHaveAny
                && With(tag) is var candidates && (!rarest.IsSet || candidates.Count < rarest.Count))
            {
                rarest = candidates;
            }
        }

        var count = 0;
        return rarest.IsSet
            && Append(_any, wish, accepted, ref count)
            && Append(rarest.First, wish, accepted, ref count)
            && Append(rarest.Second, wish, accepted, ref count)
            && Append(rarest.Third, wish, accepted, ref count) ? count : -1;
    }

    /// <summary>The outputs that one tag of a wish is content with, and perhaps more.</summary>
    private Candidates With(in UrnTag wish) => wish.Kind == UrnTagKind.MustHaveAny
        ? new Candidates(_byKey.GetValueOrDefault(wish.Key) ?? [], [], [])
        : new Candidates(
            _byTag.GetValueOrDefault(wish) ?? [],
            _byTag.GetValueOrDefault(new UrnTag(wish.Key, "*")) ?? [],
            _byTag.GetValueOrDefault(new UrnTag(wish.Key, "?")) ?? []);

    private bool Append(int[] candidates, MediaUrn wish, Span<int> accepted, ref int count)
    {
        foreach (var candidate in candidates)
        {
            if (_outputs[candidate] is not { } output || wish.Accepts(output))
            {
                if (count == accepted.Length)
                {
                    return false;
                }

                accepted[count++] = candidate;
            }
        }

        return true;
    }

    private readonly record struct Candidates(int[] First, int[] Second, int[] Third)
    {
        public bool IsSet => First is not null;

        public int Count => First.Length + Second.Length + Third.Length;
    }
}
