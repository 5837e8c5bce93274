using System.Buffers.Binary;
using System.Collections.ObjectModel;
using System.Text;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Reads PackStream 1 from the bytes of one whole message.</summary>
/// <remarks>
/// Whatever the bytes are, it answers with values or with <see cref="BoltProtocolException"/>. A length is compared with the bytes that are
/// left before anything is allocated for it; nesting is bounded by <see cref="PackStreamWriter.MaxDepth"/> and the number of values in a
/// message by <see cref="MaxValues"/>, so that a small message cannot become a large object.
/// </remarks>
internal ref struct PackStreamReader(ReadOnlySpan<byte> bytes, PackStreamDialect dialect)
{
    /// <summary>Values in one message, at most, those inside lists, maps and structures counted.</summary>
    public const int MaxValues = 1_000_000;

    private const int FirstCapacity = 16;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;
    private int _values = MaxValues;

    public PackStreamDialect Dialect { get; } = dialect;

    /// <summary>Whether every byte was read.</summary>
    public readonly bool AtEnd => _at == _bytes.Length;

    /// <summary>Reads one value: long, double, string, bool, null, byte[], a list, a dictionary or one of the Bolt structures.</summary>
    public object? Value(int depth = PackStreamWriter.MaxDepth)
    {
        if (_values-- == 0)
        {
            throw new BoltProtocolException($"A message holds more than {MaxValues} values.");
        }

        var marker = Byte();
        return (marker >> 4) switch
        {
            <= 0x7 => (long)marker,
            0x8 => Text(marker & 0xF),
            0x9 => List(marker & 0xF, depth),
            0xA => Map(marker & 0xF, depth),
            0xB => PackStreamStructures.Read(ref this, Byte(), marker & 0xF, Deeper(depth)),
            0xF => (long)unchecked((sbyte)marker),
            _ => Marked(marker, depth),
        };
    }

    /// <summary>Reads the head of a structure.</summary>
    public (byte Tag, int Fields) StructureHead()
    {
        var marker = Byte();
        return marker >> 4 == 0xB
            ? (Byte(), marker & 0xF)
            : throw new BoltProtocolException($"A message starts with byte {marker:X2}, not with a structure.");
    }

    /// <summary>Reads a value that must be of one kind.</summary>
    /// <param name="depth">How deep it may nest.</param>
    /// <param name="what">Names it in the error.</param>
    public T Value<T>(int depth, string what) =>
        Value(depth) is T value ? value : throw new BoltProtocolException($"{what} is not of type {typeof(T).Name}.");

    private object? Marked(byte marker, int depth) => marker switch
    {
        0xC0 => null,
        0xC1 => BinaryPrimitives.ReadDoubleBigEndian(Take(8)),
        0xC2 => false,
        0xC3 => true,
        0xC8 => (long)unchecked((sbyte)Byte()),
        0xC9 => (long)BinaryPrimitives.ReadInt16BigEndian(Take(2)),
        0xCA => (long)BinaryPrimitives.ReadInt32BigEndian(Take(4)),
        0xCB => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
        0xCC or 0xCD or 0xCE => Take(Size(marker - 0xCC)).ToArray(),
        0xD0 or 0xD1 or 0xD2 => Text(Size(marker - 0xD0)),
        0xD4 or 0xD5 or 0xD6 => List(Size(marker - 0xD4), depth),
        0xD8 or 0xD9 or 0xDA => Map(Size(marker - 0xD8), depth),
        _ => throw new BoltProtocolException($"Byte {marker:X2} starts no value."),
    };

    private string Text(int count)
    {
        try
        {
            return Utf8.GetString(Take(count));
        }
        catch (DecoderFallbackException exception)
        {
            throw new BoltProtocolException("A text is not UTF-8.", exception);
        }
    }

    private object List(int count, int depth)
    {
        Enough(count);
        var inner = Deeper(depth);
        if (count == 0)
        {
            return Array.Empty<object?>();
        }

        var list = new List<object?>(Math.Min(count, FirstCapacity));
        for (var i = 0; i < count; i++)
        {
            list.Add(Value(inner));
        }

        return list;
    }

    private object Map(int count, int depth)
    {
        Enough(2L * count);
        var inner = Deeper(depth);
        if (count == 0)
        {
            return ReadOnlyDictionary<string, object?>.Empty;
        }

        var map = new Dictionary<string, object?>(Math.Min(count, FirstCapacity), StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            // The format allows a key twice; the last one counts.
            map[Value<string>(inner, "A key")] = Value(inner);
        }

        return map;
    }

    private static int Deeper(int depth) =>
        depth > 0 ? depth - 1 : throw new BoltProtocolException($"A message nests deeper than {PackStreamWriter.MaxDepth}.");

    // Each value is one byte at least, so a count above the bytes that are left is a lie.
    private readonly void Enough(long values)
    {
        if (values > _bytes.Length - _at || values > _values)
        {
            throw new BoltProtocolException($"A length of {values} goes beyond the message.");
        }
    }

    private int Size(int scale)
    {
        var size = scale switch
        {
            0 => Byte(),
            1 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            _ => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
        };
        return size <= int.MaxValue ? (int)size : throw new BoltProtocolException($"A length of {size} goes beyond the message.");
    }

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at)
        {
            throw new BoltProtocolException($"A length of {count} goes beyond the message.");
        }

        var taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }
}
