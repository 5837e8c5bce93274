using System.Buffers;

namespace Capns.Core.Urns;

/// <summary>Writes canonical text (CapNs spec 1.4), either into a given room and no further, or growing in pooled memory.</summary>
internal ref struct UrnWriter
{
    private readonly bool _grows;
    private Span<char> _room;
    private char[]? _rented;
    private int _length;

    /// <summary>Starts in <paramref name="room"/>; goes on in pooled memory. End with <see cref="ToStringAndReturn"/>.</summary>
    public UrnWriter(Span<char> room)
        : this(room, grows: true)
    {
    }

    private UrnWriter(Span<char> room, bool grows)
    {
        _room = room;
        _grows = grows;
    }

    /// <summary>True when the room did not suffice.</summary>
    public bool IsFull { get; private set; }

    /// <summary>How many characters were written.</summary>
    public readonly int Length => _length;

    public readonly ReadOnlySpan<char> Text => _room[.._length];

    /// <summary>Stops where <paramref name="room"/> ends.</summary>
    public static UrnWriter Bounded(Span<char> room) => new(room, grows: false);

    public void Write(char character)
    {
        if (_length < _room.Length || TryGrow(1))
        {
            _room[_length++] = character;
        }
    }

    public void Write(ReadOnlySpan<char> text)
    {
        if (text.Length <= _room.Length - _length || TryGrow(text.Length))
        {
            text.CopyTo(_room[_length..]);
            _length += text.Length;
        }
    }

    public void WriteTags(ReadOnlySpan<UrnTag> tags)
    {
        for (var i = 0; i < tags.Length; i++)
        {
            if (i > 0)
            {
                Write(';');
            }

            WriteTag(tags[i]);
        }
    }

    public void WriteTag(in UrnTag tag)
    {
        Write(tag.Key);
        if (tag.Kind == UrnTagKind.MustHaveAny)
        {
            return;
        }

        Write('=');
        if (UrnCharacters.NeedsQuotes(tag.Value))
        {
            WriteQuoted(tag.Value);
        }
        else
        {
            Write(tag.Value);
        }
    }

    public string ToStringAndReturn()
    {
        var text = Text.ToString();
        Return();
        return text;
    }

    public readonly void Return()
    {
        if (_rented is not null)
        {
            ArrayPool<char>.Shared.Return(_rented);
        }
    }

    private void WriteQuoted(ReadOnlySpan<char> value)
    {
        Write('"');
        while (value.IndexOfAny('"', '\\') is >= 0 and var at)
        {
            Write(value[..at]);
            Write('\\');
            Write(value[at]);
            value = value[(at + 1)..];
        }

        Write(value);
        Write('"');
    }

    private bool TryGrow(int more)
    {
        if (!_grows)
        {
            // What would still fit must not follow what did not.
            IsFull = true;
            _room = _room[.._length];
            return false;
        }

        var larger = ArrayPool<char>.Shared.Rent(Math.Max(_room.Length * 2, _length + more));
        Text.CopyTo(larger);
        Return();
        _room = _rented = larger;
        return true;
    }
}
