using System.Net.WebSockets;
using System.Text;
using Capns.Registry.Worker.Streams.Live.Sockets;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams.Sockets;

public sealed class FrameReaderTests
{
    private const int Most = 64 * 1024;

    /// <summary>Byte, name, close code.</summary>
    public static TheoryData<string, byte[], int> Wrong() => new()
    {
        { "not masked", ClientFrames.Of(Opcode.Text, [65], masked: false), 1002 },
        { "reserved bit", ClientFrames.Of(Opcode.Text, [65], reserved: 4), 1002 },
        { "reserved bit of a control frame", ClientFrames.Of(Opcode.Ping, [65], reserved: 1), 1002 },
        { "binary", ClientFrames.Of(Opcode.Binary, [65]), 1003 },
        { "unknown opcode 3", ClientFrames.Of((Opcode)3, []), 1002 },
        { "unknown opcode 11", ClientFrames.Of((Opcode)11, []), 1002 },
        { "nothing to continue", ClientFrames.Of(Opcode.Continuation, [65]), 1002 },
        { "message in a message", [.. ClientFrames.Of(Opcode.Text, [65], last: false), .. ClientFrames.Of(Opcode.Text, [65])], 1002 },
        { "binary in a message", [.. ClientFrames.Of(Opcode.Text, [65], last: false), .. ClientFrames.Of(Opcode.Binary, [65])], 1003 },
        { "long ping", ClientFrames.Of(Opcode.Ping, new byte[126]), 1002 },
        { "cut ping", ClientFrames.Of(Opcode.Ping, [], last: false), 1002 },
        { "cut close", ClientFrames.Of(Opcode.Close, [], last: false), 1002 },
        { "too large", ClientFrames.Of(Opcode.Text, new byte[Most + 1]), 1009 },
        { "promises a gigabyte", ClientFrames.Promise(Opcode.Text, 1L << 30), 1009 },
        { "promises more than there is", ClientFrames.Promise(Opcode.Text, long.MaxValue), 1009 },
        { "promises a negative length", ClientFrames.Promise(Opcode.Text, -1), 1009 },
        { "too large in parts", [.. ClientFrames.Of(Opcode.Text, new byte[Most / 2], last: false), .. ClientFrames.Of(Opcode.Continuation, new byte[(Most / 2) + 1])], 1009 },
        { "no UTF-8", ClientFrames.Of(Opcode.Text, [0xC3, 0x28]), 1007 },
        { "half a character", ClientFrames.Of(Opcode.Text, [0xE2, 0x82]), 1007 },
        { "a surrogate", ClientFrames.Of(Opcode.Text, [0xED, 0xA0, 0x80]), 1007 },
        { "close of one byte", ClientFrames.Of(Opcode.Close, [3]), 1002 },
        { "close 999", ClientFrames.Close(999), 1002 },
        { "close 1005", ClientFrames.Close(1005), 1002 },
        { "close 1006", ClientFrames.Close(1006), 1002 },
        { "close 2999", ClientFrames.Close(2999), 1002 },
        { "close 5000", ClientFrames.Close(5000), 1002 },
        { "close reason that is no UTF-8", ClientFrames.Of(Opcode.Close, [3, 0xE8, 0xC3, 0x28]), 1002 },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Read_WhatMustNotBe_SaysHowToClose(string name, byte[] bytes, int code)
    {
        for (var chunk = 1; chunk <= bytes.Length; chunk = chunk == 1 && bytes.Length < 1000 ? 3 : bytes.Length + chunk)
        {
            var last = ReadAll(bytes, chunk)[^1];
            Assert.Equal((FrameKind.Refused, code), (last.Kind, (int)last.Code));
            Assert.NotEqual("", name + last.Reason);
        }
    }

    [Fact]
    public void Read_MessagesHoweverTheyAreCut_GivesTheSame()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var messages = Enumerable.Range(0, 8).Select(_ => new string('\u00e9', random.Next(0, random.Next(1, 20_000)))).ToList();
            var bytes = messages.SelectMany(message => Cut(random, Encoding.UTF8.GetBytes(message))).ToArray();

            var read = ReadAll(bytes, random.Next(1, 5000)).Where(frame => frame.Kind == FrameKind.Text).Select(frame => Encoding.UTF8.GetString(frame.Payload.Span));

            Assert.Equal(messages, read);
        }
    }

    [Fact]
    public void Read_RandomBytes_NeverThrowsAndNeverConsumesWhatIsNotThere()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(0, 300)];
            random.NextBytes(bytes);
            if (bytes.Length > 1)
            {
                // Most random heads are refused at once; these get further.
                bytes[0] = (byte)((bytes[0] & 0x80) | (int)new[] { Opcode.Text, Opcode.Continuation, Opcode.Ping, Opcode.Close }[random.Next(4)]);
                bytes[1] |= 0x80;
            }

            var frame = new FrameReader(Most).Read(bytes);

            Assert.InRange(frame.Consumed, 0, bytes.Length);
        }
    }

    /// <summary>The platform's own client writes, ours reads; ours writes, the platform's reads.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65535)]
    [InlineData(65536)]
    public async Task ReadAndWrite_AgainstAnotherImplementation_Agree(int length)
    {
        var text = Encoding.UTF8.GetBytes(new string('x', length));
        using var pipe = new MemoryStream();
        using var client = WebSocket.CreateFromStream(pipe, new WebSocketCreationOptions { IsServer = false, KeepAliveInterval = TimeSpan.Zero });
        await client.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, default);
        var read = ReadAll(pipe.ToArray(), 1000)[^1];
        Assert.Equal(text, read.Payload.ToArray());

        await using var back = new OneWay([.. ServerFrame.Ping(), .. ServerFrame.Text(text), .. ServerFrame.Close(CloseCode.TryAgainLater, "too slow")]);
        using var reader = WebSocket.CreateFromStream(back, new WebSocketCreationOptions { IsServer = false, KeepAliveInterval = TimeSpan.Zero });
        var buffer = new byte[length + 1];
        var filled = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await reader.ReceiveAsync(buffer.AsMemory(filled), default);
            filled += part.Count;
        }
        while (!part.EndOfMessage);
        Assert.Equal(text, buffer[..filled]);
        await reader.ReceiveAsync(buffer.AsMemory(), default);
        Assert.Equal((1013, "too slow"), ((int)reader.CloseStatus!, reader.CloseStatusDescription));
    }

    [Fact]
    public void Accept_TheKeyOfRfc6455_IsTheAnswerOfRfc6455() => Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", Handshake.Accept("dGhlIHNhbXBsZSBub25jZQ=="));

    private static IEnumerable<byte> Cut(Random random, byte[] message)
    {
        var (start, opcode) = (0, Opcode.Text);
        while (true)
        {
            var end = random.Next(3) == 0 ? random.Next(start, message.Length + 1) : message.Length;
            var isLast = end == message.Length && random.Next(4) != 0;
            foreach (var value in ClientFrames.Of(opcode, message[start..end], isLast).Concat(random.Next(3) == 0 ? ClientFrames.Of(Opcode.Ping, [1]) : []))
            {
                yield return value;
            }

            if (isLast)
            {
                yield break;
            }

            (start, opcode) = (end, Opcode.Continuation);
        }
    }

    private static List<FrameRead> ReadAll(byte[] bytes, int chunk)
    {
        var (reader, frames, buffer) = (new FrameReader(Most), new List<FrameRead>(), new List<byte>());
        foreach (var part in bytes.Chunk(chunk))
        {
            buffer.AddRange(part);
            while (true)
            {
                var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(buffer);
                var frame = reader.Read(span);
                if (frame.Kind == FrameKind.Incomplete)
                {
                    break;
                }

                frames.Add(frame);
                if (frame.Kind == FrameKind.Refused)
                {
                    return frames;
                }

                buffer.RemoveRange(0, frame.Consumed);
            }
        }

        return frames;
    }

    /// <summary>Is read from; what is written to it is gone.</summary>
    private sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;
    }
}
