using System.Buffers;
using System.Buffers.Binary;
using System.Collections;
using System.Text;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Writes values as PackStream 1, each in its smallest form. Not thread-safe.</summary>
/// <remarks>Source: Bolt documentation, PackStream.</remarks>
internal sealed class PackStreamWriter(IBufferWriter<byte> target)
{
    /// <summary>Lists and maps inside one another, at most; the same bound holds for reading.</summary>
    public const int MaxDepth = 64;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>How structures are written; known once HELLO is answered.</summary>
    public PackStreamDialect Dialect { get; set; }

    /// <summary>Writes the head of a structure; its fields follow.</summary>
    public void Structure(byte tag, int fields)
    {
        Byte((byte)(0xB0 + fields));
        Byte(tag);
    }

    /// <summary>Writes a value of any kind that the protocol has.</summary>
    /// <exception cref="ArgumentException">It has no form in this version, or nests deeper than <see cref="MaxDepth"/>.</exception>
    public void Value(object? value) => Value(value, MaxDepth);

    public void Integer(long value)
    {
        switch (value)
        {
            case >= -16 and <= 127:
                Byte(unchecked((byte)value));
                break;
            case >= sbyte.MinValue and <= sbyte.MaxValue:
                Sized(0xC8, unchecked((ulong)value), 1);
                break;
            case >= short.MinValue and <= short.MaxValue:
                Sized(0xC9, unchecked((ulong)value), 2);
                break;
            case >= int.MinValue and <= int.MaxValue:
                Sized(0xCA, unchecked((ulong)value), 4);
                break;
            default:
                Sized(0xCB, unchecked((ulong)value), 8);
                break;
        }
    }

    public void Float(double value) => Sized(0xC1, unchecked((ulong)BitConverter.DoubleToInt64Bits(value)), 8);

    public void Text(string value)
    {
        int count;
        try
        {
            count = Utf8.GetByteCount(value);
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException("A text has half of a surrogate pair; it cannot be sent as UTF-8.", nameof(value), exception);
        }

        Head(count, 0x80, 0xD0);
        target.Advance(Utf8.GetBytes(value, target.GetSpan(count)));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Head(value.Length, null, 0xCC);
        target.Write(value);
    }

    public void MapHead(int count) => Head(count, 0xA0, 0xD8);

    public void ListHead(int count) => Head(count, 0x90, 0xD4);

    private void Value(object? value, int depth)
    {
        switch (value)
        {
            case null:
                Byte(0xC0);
                break;
            case bool flag:
                Byte(flag ? (byte)0xC3 : (byte)0xC2);
                break;
            case long or int or short or sbyte or byte or ushort or uint:
                Integer(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case double or float:
                Float(Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case string text:
                Text(text);
                break;
            case byte[] bytes:
                Bytes(bytes);
                break;
            case ReadOnlyMemory<byte> bytes:
                Bytes(bytes.Span);
                break;
            default:
                Nested(value, depth);
                break;
        }
    }

    private void Nested(object value, int depth)
    {
        if (depth == 0)
        {
            throw new ArgumentException($"A value is nested deeper than {MaxDepth}.", nameof(value));
        }

        switch (value)
        {
            case IReadOnlyDictionary<string, object?> map:
                MapHead(map.Count);
                foreach (var (key, item) in map)
                {
                    Text(key);
                    Value(item, depth - 1);
                }

                break;
            case ICollection list:
                Items(list.Count, list, depth);
                break;
            case IEnumerable sequence:
                var items = sequence.Cast<object?>().ToList();
                Items(items.Count, items, depth);
                break;
            default:
                PackStreamStructures.Write(this, value);
                break;
        }
    }

    private void Items(int count, IEnumerable items, int depth)
    {
        ListHead(count);
        foreach (var item in items)
        {
            Value(item, depth - 1);
        }
    }

    private void Head(int count, byte? tiny, byte sized)
    {
        switch (count)
        {
            case < 16 when tiny is { } marker:
                Byte((byte)(marker + count));
                break;
            case <= byte.MaxValue:
                Sized(sized, (ulong)count, 1);
                break;
            case <= ushort.MaxValue:
                Sized((byte)(sized + 1), (ulong)count, 2);
                break;
            default:
                Sized((byte)(sized + 2), (ulong)count, 4);
                break;
        }
    }

    private void Byte(byte value)
    {
        target.GetSpan(1)[0] = value;
        target.Advance(1);
    }

    private void Sized(byte marker, ulong value, int bytes)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, value);
        var span = target.GetSpan(bytes + 1);
        span[0] = marker;
        number[(8 - bytes)..].CopyTo(span[1..]);
        target.Advance(bytes + 1);
    }
}
