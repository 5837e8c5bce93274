using System.Buffers.Binary;
using System.Text;

namespace Capns.Registry.Worker.Streams.Live.Sockets;

/// <summary>Frames as a server writes them: whole and unmasked, so that one array of bytes serves every client (RFC 6455 section 5).</summary>
internal static class ServerFrame
{
    private const int MaxControlBytes = 125;

    /// <summary>Text, which must be UTF-8.</summary>
    public static byte[] Text(ReadOnlySpan<byte> text) => Write(Opcode.Text, text);

    public static byte[] Ping() => Write(Opcode.Ping, []);

    /// <param name="payload">The ping's own.</param>
    public static byte[] Pong(ReadOnlySpan<byte> payload) => Write(Opcode.Pong, payload);

    /// <param name="code">Sent with it.</param>
    /// <param name="reason">ASCII; cut at 123 bytes.</param>
    public static byte[] Close(CloseCode code, string reason)
    {
        var payload = new byte[Math.Min(MaxControlBytes, 2 + reason.Length)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        Encoding.ASCII.GetBytes(reason.AsSpan(0, payload.Length - 2), payload.AsSpan(2));
        return Write(Opcode.Close, payload);
    }

    private static byte[] Write(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var head = payload.Length switch { <= MaxControlBytes => 2, <= ushort.MaxValue => 4, _ => 10 };
        var frame = new byte[head + payload.Length];
        frame[0] = (byte)(0x80 | (int)opcode);
        switch (head)
        {
            case 2:
                frame[1] = (byte)payload.Length;
                break;
            case 4:
                frame[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
                break;
            default:
                frame[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)payload.Length);
                break;
        }

        payload.CopyTo(frame.AsSpan(head));
        return frame;
    }
}

/// <summary>Kinds of frames (RFC 6455 section 5.2).</summary>
internal enum Opcode
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}
