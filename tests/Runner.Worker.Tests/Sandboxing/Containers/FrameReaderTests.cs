using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;

namespace Capns.Runner.Worker.Tests.Sandboxing.Containers;

public sealed class FrameReaderTests
{
    [Fact]
    public async Task Read_TwoStreamsInTurn_PiecesKeepStreamAndOrder()
    {
        var reader = Reader([.. Frame(1, "out"), .. Frame(2, "err"), .. Frame(1, "more")]);

        Assert.Equal("1:out 2:err 1:more", await ReadAll(reader, bufferSize: 64));
    }

    [Fact]
    public async Task Read_FrameIsLongerThanTheBuffer_ComesInPieces() =>
        Assert.Equal("1:abc 1:def 1:g 2:h", await ReadAll(Reader([.. Frame(1, "abcdefg"), .. Frame(2, "h")]), bufferSize: 3));

    [Fact]
    public async Task Read_BytesTrickleOneByOne_HeaderIsPutTogether() =>
        Assert.Equal("1:a 1:b 2:c", await ReadAll(Reader([.. Frame(1, "ab"), .. Frame(2, "c")], chunk: 1), bufferSize: 64));

    [Fact]
    public async Task Read_EmptyFrame_IsPassedOver() =>
        Assert.Equal("2:x", await ReadAll(Reader([.. Frame(1, ""), .. Frame(2, "x")]), bufferSize: 64));

    [Fact]
    public async Task Read_NothingComes_IsTheEnd() => Assert.Equal("", await ReadAll(Reader([]), bufferSize: 64));

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(10)]
    public async Task Read_ConnectionEndsInsideAFrame_Throws(int length) =>
        await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAll(Reader(Frame(1, "abc")[..length]), bufferSize: 64));

    [Theory]
    [InlineData("0000000000000001")]
    [InlineData("0300000000000001")]
    [InlineData("0100010000000001")]
    [InlineData("485454502F312E31")]
    public async Task Read_HeaderIsNone_ThrowsWithTheBytes(string header)
    {
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAll(Reader(Convert.FromHexString(header)), bufferSize: 64));

        Assert.Contains(header, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_FrameClaimsFourGigabytes_GivesWhatIsThereThenThrows()
    {
        var reader = Reader([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, (byte)'a']);
        var buffer = new byte[16];

        Assert.Equal((OutputStream.Stdout, 1), await reader.ReadAsync(buffer, CancellationToken.None));
        await Assert.ThrowsAsync<EndOfStreamException>(() => reader.ReadAsync(buffer, CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task Read_ConnectionIsResetAfterAFrame_IsTheEnd() =>
        Assert.Equal("1:out", await ReadAll(new FrameReader(new ResettingStream(Frame(1, "out"))), bufferSize: 64));

    [Fact]
    public async Task Read_ConnectionIsResetInsideAFrame_Throws() =>
        await Assert.ThrowsAsync<EndOfStreamException>(
            () => ReadAll(new FrameReader(new ResettingStream(Frame(1, "out")[..^1])), bufferSize: 64));

    private static FrameReader Reader(byte[] bytes, int chunk = int.MaxValue) => new(new TricklingStream(bytes, chunk));

    private static byte[] Frame(byte stream, string text)
    {
        var frame = new byte[8 + text.Length];
        frame[0] = stream;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), text.Length);
        Encoding.ASCII.GetBytes(text, frame.AsSpan(8));
        return frame;
    }

    private static async Task<string> ReadAll(FrameReader reader, int bufferSize)
    {
        var pieces = new List<string>();
        var buffer = new byte[bufferSize];
        while (await reader.ReadAsync(buffer, CancellationToken.None) is (var stream, > 0 and var count))
        {
            pieces.Add($"{(int)stream}:{Encoding.ASCII.GetString(buffer, 0, count)}");
        }

        return string.Join(' ', pieces);
    }

    /// <summary>Gives at most so many bytes a read, as a socket may.</summary>
    private sealed class TricklingStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }

    /// <summary>Ends as a socket does whose other side closed without having read all.</summary>
    private sealed class ResettingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position == Length
                ? throw new IOException("reset", new SocketException((int)SocketError.ConnectionReset))
                : base.ReadAsync(buffer, cancellationToken);
    }
}
