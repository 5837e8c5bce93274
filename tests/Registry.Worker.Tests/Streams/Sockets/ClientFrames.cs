using System.Buffers.Binary;
using System.Text;
using Capns.Registry.Worker.Streams.Live.Sockets;

namespace Capns.Registry.Worker.Tests.Streams.Sockets;

/// <summary>Frames as a client writes them, also wrong ones.</summary>
internal static class ClientFrames
{
    public static byte[] Text(string text) => Of(Opcode.Text, Encoding.UTF8.GetBytes(text));

    public static byte[] Of(Opcode opcode, byte[] payload, bool last = true, bool masked = true, int reserved = 0)
    {
        var frame = new List<byte> { (byte)((last ? 0x80 : 0) | (reserved << 4) | (int)opcode) };
        var mask = masked ? 0x80 : 0;
        if (payload.Length <= 125)
        {
            frame.Add((byte)(mask | payload.Length));
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            var length = new byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)payload.Length);
            frame.AddRange([(byte)(mask | 126), .. length]);
        }
        else
        {
            frame.AddRange([(byte)(mask | 127), .. Length(payload.Length)]);
        }

        byte[] key = masked ? [0x37, 0xFA, 0x21, 0x3D] : [];
        frame.AddRange(key);
        frame.AddRange(payload.Select((value, index) => masked ? (byte)(value ^ key[index & 3]) : value));
        return [.. frame];
    }

    /// <summary>A head that promises a payload, and nothing after it.</summary>
    public static byte[] Promise(Opcode opcode, long length) => [(byte)(0x80 | (int)opcode), 0xFF, .. Length(length), 1, 2, 3, 4];

    public static byte[] Close(int code, string reason = "")
    {
        var payload = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        return Of(Opcode.Close, [.. payload, .. Encoding.UTF8.GetBytes(reason)]);
    }

    private static byte[] Length(long length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, length);
        return bytes;
    }
}
