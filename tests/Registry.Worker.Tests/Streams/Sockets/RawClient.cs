using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Capns.Registry.Worker.Streams.Live.Sockets;

namespace Capns.Registry.Worker.Tests.Streams.Sockets;

/// <summary>A client that writes bytes as it likes, has logged in, and answers nothing by itself.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _tcp = new() { ReceiveBufferSize = 16 * 1024 };

    public int Errors { get; private set; }

    public int Pings { get; private set; }

    public int Pongs { get; private set; }

    public static async Task<RawClient> ConnectAsync(SocketHost host, string path = "/ws")
    {
        var client = new RawClient();
        await client._tcp.ConnectAsync(host.Address.Host, host.Address.Port);
        await client.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer user-1\r\n\r\n"));
        var head = new List<byte>();
        var one = new byte[1];
        while (!Encoding.ASCII.GetString([.. head]).EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await client._tcp.GetStream().ReadExactlyAsync(one);
            head.Add(one[0]);
        }

        return client;
    }

    public async Task WriteAsync(byte[] bytes) => await _tcp.GetStream().WriteAsync(bytes);

    /// <summary>Reads to the close frame, counting what comes before it.</summary>
    public async Task<int> CloseCodeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var (opcode, payload) = await FrameAsync(limit.Token);
            switch (opcode)
            {
                case Opcode.Close:
                    return BinaryPrimitives.ReadUInt16BigEndian(payload);
                case Opcode.Ping:
                    Pings++;
                    break;
                case Opcode.Pong:
                    Pongs++;
                    break;
                default:
                    Errors += Encoding.UTF8.GetString(payload).Contains("\"type\":\"error\"", StringComparison.Ordinal) ? 1 : 0;
                    break;
            }
        }
    }

    public void Dispose() => _tcp.Dispose();

    private async Task<(Opcode Opcode, byte[] Payload)> FrameAsync(CancellationToken cancellationToken)
    {
        var stream = _tcp.GetStream();
        var head = new byte[10];
        await stream.ReadExactlyAsync(head.AsMemory(0, 2), cancellationToken);
        long length = head[1];
        if (length == 126)
        {
            await stream.ReadExactlyAsync(head.AsMemory(2, 2), cancellationToken);
            length = BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(2));
        }
        else if (length == 127)
        {
            await stream.ReadExactlyAsync(head.AsMemory(2, 8), cancellationToken);
            length = BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(2));
        }

        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload, cancellationToken);
        return ((Opcode)(head[0] & 0x0F), payload);
    }
}
