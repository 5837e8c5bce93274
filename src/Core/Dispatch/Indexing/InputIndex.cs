using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch.Indexing;

/// <summary>The different inputs of capabilities, numbered from 0, and which of them take data of a type. Immutable.</summary>
/// <remarks>
/// An input that asks for tags is filed under the rarest of them. Data that it takes has that tag, so that one look-up for each
/// tag of the data finds every input that comes into question, each once.
/// </remarks>
internal sealed class InputIndex
{
    private readonly List<MediaUrn?> _inputs = [];
    private readonly Dictionary<UrnTag, int[]> _byTag;
    private readonly Dictionary<string, int[]> _byKey;
    private readonly int[] _unfiled;

    /// <param name="inputs">One for each capability; null for <c>*</c>.</param>
    /// <param name="numbers">Gets the number of each.</param>
    public InputIndex(IEnumerable<MediaUrn?> inputs, int[] numbers)
    {
        DirectionNumbers.Assign(inputs, _inputs, numbers);
        var frequencies = new Dictionary<UrnTag, int>();
        foreach (var input in _inputs)
        {
            foreach (var tag in Required(input))
            {
                frequencies[tag] = frequencies.GetValueOrDefault(tag) + 1;
            }
        }

        var (byTag, byKey) = (new Dictionary<UrnTag, List<int>>(), new Dictionary<string, List<int>>(StringComparer.Ordinal));
        var unfiled = new List<int>();
        for (var number = 0; number < _inputs.Count; number++)
        {
            var required = Required(_inputs[number]);
            if (required.Count == 0)
            {
                unfiled.Add(number);
                continue;
            }

            var rarest = required.MinBy(tag => frequencies[tag]);
            CapNode.Add(byTag, rarest, number);
            CapNode.Add(byKey, rarest.Key, number);
        }

        _byTag = byTag.ToDictionary(list => list.Key, list => list.Value.ToArray());
        _byKey = byKey.ToDictionary(list => list.Key, list => list.Value.ToArray(), StringComparer.Ordinal);
        _unfiled = [.. unfiled];
    }

    /// <summary>Lists the inputs that take data of a type.</summary>
    /// <returns>How many there are; -1 when they do not fit.</returns>
    public int Find(MediaUrn data, Span<int> accepted)
    {
        var count = 0;
        var fits = Append(_unfiled, data, accepted, ref count);
        foreach (var tag in data.Tags)
        {
            fits = fits && tag.Kind switch
            {
                UrnTagKind.MustNotHave => true,
                UrnTagKind.Exact => Append(_byTag.GetValueOrDefault(tag), data, accepted, ref count)
                    && Append(_byTag.GetValueOrDefault(new UrnTag(tag.Key, "*")), data, accepted, ref count),

                // Whatever value the input asks for.
                _ => Append(_byKey.GetValueOrDefault(tag.Key), data, accepted, ref count),
            };
        }

        return fits ? count : -1;
    }

    /// <summary>The tags without which data is not taken.</summary>
    private static List<UrnTag> Required(MediaUrn? input)
    {
        var required = new List<UrnTag>();
        foreach (var tag in input is null ? [] : input.Tags)
        {
            if (tag.Kind is UrnTagKind.Exact or UrnTagKind.MustHaveAny)
            {
                required.Add(tag);
            }
        }

        return required;
    }

    private bool Append(int[]? candidates, MediaUrn data, Span<int> accepted, ref int count)
    {
        foreach (var candidate in candidates ?? [])
        {
            if (_inputs[candidate] is not { } input || input.Accepts(data))
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
}
