using System.Buffers;

namespace Capns.Core.Urns;

/// <summary>The tags of one text: on the stack up to the given room, beyond it in pooled memory.</summary>
internal ref struct RawTags(Span<RawTag> room)
{
    /// <summary>Room on the stack that nearly every URN fits in.</summary>
    public const int Usual = 16;

    private Span<RawTag> _tags = room;
    private RawTag[]? _rented;

    public int Count { get; private set; }

    public readonly ReadOnlySpan<RawTag> Items => _tags[..Count];

    public void Add(RawTag tag)
    {
        if (Count == _tags.Length)
        {
            var more = ArrayPool<RawTag>.Shared.Rent(_tags.Length * 2);
            _tags.CopyTo(more);
            Return();
            _tags = _rented = more;
        }

        _tags[Count++] = tag;
    }

    /// <summary>The first tag, in the order of the text, whose key an earlier one has; -1 when there is none.</summary>
    public readonly int FindDuplicate(ReadOnlySpan<char> text) => Count <= Usual ? FindAmongFew(text) : FindAmongMany(text);

    public readonly void Return()
    {
        if (_rented is not null)
        {
            ArrayPool<RawTag>.Shared.Return(_rented);
        }
    }

    private readonly int FindAmongFew(ReadOnlySpan<char> text)
    {
        for (var later = 1; later < Count; later++)
        {
            var key = _tags[later].KeyOf(text);
            for (var earlier = 0; earlier < later; earlier++)
            {
                if (UrnCharacters.EqualLowered(key, _tags[earlier].KeyOf(text)))
                {
                    return later;
                }
            }
        }

        return -1;
    }

    /// <summary>By sorted hashes, so that a hostile text with many tags does not cost the square of their number.</summary>
    private readonly int FindAmongMany(ReadOnlySpan<char> text)
    {
        var hashes = ArrayPool<ulong>.Shared.Rent(Count);
        try
        {
            for (var i = 0; i < Count; i++)
            {
                // The index in the low half keeps equal hashes in the order of the text.
                hashes[i] = ((ulong)(uint)Hash(_tags[i].KeyOf(text)) << 32) | (uint)i;
            }

            hashes.AsSpan(0, Count).Sort();
            var first = int.MaxValue;
            for (var i = 1; i < Count; i++)
            {
                var later = (int)(uint)hashes[i];
                var key = _tags[later].KeyOf(text);
                for (var before = i - 1; before >= 0 && hashes[before] >> 32 == hashes[i] >> 32; before--)
                {
                    if (UrnCharacters.EqualLowered(key, _tags[(int)(uint)hashes[before]].KeyOf(text)))
                    {
                        first = Math.Min(first, later);
                        break;
                    }
                }
            }

            return first == int.MaxValue ? -1 : first;
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(hashes);
        }
    }

    private static int Hash(ReadOnlySpan<char> key)
    {
        // Seeded per process, so that nobody can prepare keys that collide.
        var hash = default(HashCode);
        foreach (var unit in key)
        {
            hash.Add(char.IsAsciiLetterUpper(unit) ? (char)(unit | 0x20) : unit);
        }

        return hash.ToHashCode();
    }
}
