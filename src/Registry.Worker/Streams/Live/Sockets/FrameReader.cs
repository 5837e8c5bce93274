using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;

namespace Capns.Registry.Worker.Streams.Live.Sockets;

/// <summary>Reads what a client sends, as bytes come in: whole messages, pings, and everything that must not be (RFC 6455 section 5).</summary>
/// <remarks>Pure: the same bytes give the same answers, however they are cut. Not thread-safe.</remarks>
/// <param name="maxBytes">Largest frame, and largest message of several frames.</param>
internal sealed class FrameReader(int maxBytes)
{
    private const int MaxControlBytes = 125;

    private readonly ArrayBufferWriter<byte> _message = new();
    private bool _inMessage;

    /// <summary>Bytes that the largest frame needs, with its head.</summary>
    public int LargestFrame => maxBytes + 14;

    /// <summary>Reads one frame.</summary>
    /// <param name="buffered">What has come and was not read yet; its payload is unmasked in place.</param>
    /// <returns>What it means. Consumed is 0 when the frame has not come in full.</returns>
    public FrameRead Read(Span<byte> buffered)
    {
        if (buffered.Length < 2)
        {
            return FrameRead.Incomplete;
        }

        var opcode = (Opcode)(buffered[0] & 0x0F);
        var isLast = (buffered[0] & 0x80) != 0;
        if (Refusal(buffered, opcode, isLast) is { } refused)
        {
            return refused;
        }

        if (!TryReadLength(buffered, out var length, out var head))
        {
            return FrameRead.Incomplete;
        }

        if (length > (ulong)maxBytes || (opcode is Opcode.Text or Opcode.Continuation && length + (ulong)_message.WrittenCount > (ulong)maxBytes))
        {
            return FrameRead.Refused(CloseCode.TooLarge, "frame too large");
        }

        var total = head + 4 + (int)length;
        if (buffered.Length < total)
        {
            return FrameRead.Incomplete;
        }

        var payload = buffered[(head + 4)..total];
        Unmask(payload, buffered.Slice(head, 4));
        return opcode is Opcode.Text or Opcode.Continuation ? OfMessage(payload, isLast, total) : OfControl(opcode, payload, total);
    }

    private FrameRead? Refusal(ReadOnlySpan<byte> head, Opcode opcode, bool isLast)
    {
        if ((head[0] & 0x70) != 0)
        {
            return FrameRead.Refused(CloseCode.ProtocolError, "reserved bits are set");
        }

        if ((head[1] & 0x80) == 0)
        {
            return FrameRead.Refused(CloseCode.ProtocolError, "frame is not masked");
        }

        return opcode switch
        {
            Opcode.Binary => FrameRead.Refused(CloseCode.Unsupported, "binary frames are not read"),
            Opcode.Text when _inMessage => FrameRead.Refused(CloseCode.ProtocolError, "a message within a message"),
            Opcode.Continuation when !_inMessage => FrameRead.Refused(CloseCode.ProtocolError, "nothing to continue"),
            Opcode.Text or Opcode.Continuation => null,
            Opcode.Close or Opcode.Ping or Opcode.Pong => !isLast || (head[1] & 0x7F) > MaxControlBytes
                ? FrameRead.Refused(CloseCode.ProtocolError, "control frame is cut or too long")
                : null,
            _ => FrameRead.Refused(CloseCode.ProtocolError, "unknown opcode"),
        };
    }

    private static bool TryReadLength(ReadOnlySpan<byte> buffered, out ulong length, out int head)
    {
        length = (ulong)(buffered[1] & 0x7F);
        head = length switch { 126 => 4, 127 => 10, _ => 2 };
        if (buffered.Length < head)
        {
            return false;
        }

        length = head switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(buffered[2..]),
            10 => BinaryPrimitives.ReadUInt64BigEndian(buffered[2..]),
            _ => length,
        };
        return true;
    }

    private static void Unmask(Span<byte> payload, ReadOnlySpan<byte> key)
    {
        for (var index = 0; index < payload.Length; index++)
        {
            payload[index] ^= key[index & 3];
        }
    }

    private FrameRead OfMessage(ReadOnlySpan<byte> payload, bool isLast, int total)
    {
        _message.Write(payload);
        _inMessage = !isLast;
        if (!isLast)
        {
            return new FrameRead(total, FrameKind.Fragment, default, default, "");
        }

        var message = _message.WrittenSpan.ToArray();
        _message.ResetWrittenCount();
        return Utf8.IsValid(message)
            ? new FrameRead(total, FrameKind.Text, message, default, "")
            : FrameRead.Refused(CloseCode.InvalidText, "text is not UTF-8");
    }

    private static FrameRead OfControl(Opcode opcode, ReadOnlySpan<byte> payload, int total)
    {
        if (opcode != Opcode.Close)
        {
            return new FrameRead(total, opcode == Opcode.Ping ? FrameKind.Ping : FrameKind.Pong, payload.ToArray(), default, "");
        }

        if (payload.Length == 0)
        {
            return new FrameRead(total, FrameKind.Close, default, CloseCode.Normal, "");
        }

        var code = payload.Length == 1 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(payload);
        var isAllowed = code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);
        return isAllowed && Utf8.IsValid(payload[2..])
            ? new FrameRead(total, FrameKind.Close, default, (CloseCode)code, "")
            : FrameRead.Refused(CloseCode.ProtocolError, "close frame cannot be read");
    }
}

/// <summary>What a read gave.</summary>
/// <param name="Consumed">Bytes that are done with; 0: more must come.</param>
/// <param name="Kind">What it was.</param>
/// <param name="Payload">Text or ping payload.</param>
/// <param name="Code">Of a close frame, or of a refusal.</param>
/// <param name="Reason">Of a refusal.</param>
internal readonly record struct FrameRead(int Consumed, FrameKind Kind, ReadOnlyMemory<byte> Payload, CloseCode Code, string Reason)
{
    /// <summary>The frame has not come in full.</summary>
    public static FrameRead Incomplete => default;

    /// <summary>The connection has to be closed.</summary>
    public static FrameRead Refused(CloseCode code, string reason) => new(0, FrameKind.Refused, default, code, reason);
}

/// <summary>What a client's frame was.</summary>
internal enum FrameKind
{
    /// <summary>Not here yet.</summary>
    Incomplete = 0,

    /// <summary>A whole message.</summary>
    Text = 1,

    /// <summary>Part of a message.</summary>
    Fragment = 2,
    Ping = 3,
    Pong = 4,
    Close = 5,

    /// <summary>What must not be.</summary>
    Refused = 6,
}
