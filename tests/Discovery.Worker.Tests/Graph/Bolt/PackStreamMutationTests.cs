using Capns.Discovery.Worker.Graph.Bolt;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

/// <summary>Messages with flipped, lost, doubled and swapped bytes: 300,000 decoded, 50,000 read from a stream; fixed seeds.</summary>
public class PackStreamMutationTests
{
    private const int Each = 30_000;
    private const long BytesForOne = 1024 * 1024;

    private static readonly PackStreamDialect[] Dialects =
        [new(false, false, false), new(false, true, false), new(true, true, false), new(true, true, true)];

    private static readonly byte[][] Good =
    [
        PackStreamTests.Bytes("B1 70 A0"),
        PackStreamTests.Bytes("B1 71 94 B4 4E 03 92 81 41 81 42 A1 81 61 C1 3F F3 AE 14 7A E1 47 AE 83 61 62 63 C3 CA 00 01 00 00 F0"),
        PackStreamTests.Bytes("B1 71 91 B8 52 0B 02 03 81 4B A0 81 61 81 64 81 67"),
        PackStreamTests.Bytes("B1 71 91 B3 50 92 B4 4E 2A 90 A0 81 61 B4 4E 01 90 A0 81 62 91 B4 72 07 81 4B A0 81 64 92 01 01"),
        PackStreamTests.Bytes("B1 71 92 B3 4E 03 91 84 54 6F 6F 6C A0 B5 52 0B 02 03 81 4B A0"),
        PackStreamTests.Bytes("B1 71 93 B3 46 C9 1F A4 2A C9 0E 10 B3 49 C9 11 94 2A C9 0E 10 B3 69 00 2A 83 55 54 43"),
        PackStreamTests.Bytes("B1 71 94 B1 44 01 B2 54 01 02 B4 45 01 02 03 04 B2 56 CC 01 C6 CC 04 3F 80 00 00"),
        PackStreamMessage(new Dictionary<string, object?>
        {
            ["fields"] = new[] { "name", "score" },
            ["t_first"] = 12L,
            ["big"] = Enumerable.Range(0, 300).ToArray(),
            ["blob"] = new byte[300],
            ["text"] = new string('ä', 200),
            ["deep"] = new object[] { new object[] { new Dictionary<string, object?> { ["x"] = -1e300 } } },
        }),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void Parse_MutatedMessage_GivesAMessageOrTheDocumentedErrorInBoundedMemory(int seed)
    {
        var random = new Random(seed);
        var (parsed, refused, most) = (0, 0, 0L);
        for (var i = 0; i < Each; i++)
        {
            var bytes = Mutate(random, Good[random.Next(Good.Length)]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                BoltMessage.Parse(bytes, Dialects[random.Next(Dialects.Length)]);
                parsed++;
            }
            catch (BoltProtocolException)
            {
                refused++;
            }

            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(Each, parsed + refused);
        Assert.True(parsed > 0 && refused > 0, $"{parsed} parsed, {refused} refused");
        Assert.True(most < BytesForOne, $"one message took {most} bytes");
    }

    [Fact]
    public async Task Read_MutatedStream_GivesMessagesOrADocumentedError()
    {
        var random = new Random(11);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 50_000; i++)
        {
            byte[] whole = [.. Chunked(random, Good[random.Next(Good.Length)]), .. Chunked(random, Good[random.Next(Good.Length)])];
            await using var transport = new BoltTransport(new MemoryStream(Mutate(random, whole)), null, 4096) { Dialect = Dialects[2] };
            try
            {
                for (var messages = 0; messages < 100; messages++)
                {
                    await transport.ReadAsync(CancellationToken.None);
                    read++;
                }
            }
            catch (BoltException exception) when (exception is BoltProtocolException or BoltUnavailableException)
            {
                refused++;
            }
        }

        Assert.Equal(50_000, refused); // Each stream ends, in an error or at its end.
        Assert.True(read > 0);
    }

    private static byte[] PackStreamMessage(IReadOnlyDictionary<string, object?> metadata) =>
        PeerConnection.Pack(0x70, new PackStreamDialect(true, true, true), metadata);

    private static byte[] Chunked(Random random, byte[] message)
    {
        var bytes = new List<byte>();
        for (var at = 0; at < message.Length;)
        {
            var size = random.Next(1, message.Length - at + 1);
            bytes.AddRange([(byte)(size >> 8), (byte)size, .. message.AsSpan(at, size)]);
            at += size;
        }

        return [.. bytes, 0, 0];
    }

    private static byte[] Mutate(Random random, byte[] good)
    {
        var bytes = good.ToList();
        for (var steps = random.Next(1, 5); steps > 0 && bytes.Count > 0; steps--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, random.Next(1, bytes.Count - at + 1));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(1, bytes.Count - at + 1)));
                    break;
                case 4:
                    // A long length where there was something else.
                    bytes[at] = (byte)(0xCC + random.Next(15));
                    var length = new byte[4];
                    random.NextBytes(length);
                    bytes.InsertRange(at + 1, length);
                    break;
                default:
                    (bytes[0], bytes[at]) = (bytes[at], bytes[0]);
                    break;
            }
        }

        return [.. bytes];
    }
}
