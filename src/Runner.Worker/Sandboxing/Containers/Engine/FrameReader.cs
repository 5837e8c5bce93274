using System.Buffers.Binary;
using System.Net.Sockets;

namespace Capns.Runner.Worker.Sandboxing.Containers.Engine;

/// <summary>Which of a program's outputs a piece belongs to.</summary>
internal enum OutputStream
{
    Unknown = 0,
    Stdout = 1,
    Stderr = 2,
}

/// <summary>Splits an attached container's output into stdout and stderr. Not thread-safe.</summary>
/// <remarks>
/// Docker Engine API, "Attach to a container", stream format: frames of an 8-byte header (1 = stdout or 2 = stderr, three
/// zero bytes, length as a big-endian 32-bit number) and the payload. A long frame comes out in pieces: what a program
/// wrote is passed on as soon as it is there, and no frame's length is ever allocated.
/// </remarks>
internal sealed class FrameReader(Stream source)
{
    private const int HeaderLength = 8;

    private readonly byte[] _header = new byte[HeaderLength];
    private OutputStream _stream;
    private uint _left;

    /// <summary>Reads the next piece.</summary>
    /// <param name="buffer">Gets the bytes; not empty.</param>
    /// <param name="cancellationToken">Gives up; the reader is of no use afterwards.</param>
    /// <returns>The stream and the number of bytes, at least 1; a count of 0 is the end.</returns>
    /// <exception cref="InvalidDataException">The header is not one.</exception>
    /// <exception cref="EndOfStreamException">The connection ended inside a frame.</exception>
    public async ValueTask<(OutputStream Stream, int Count)> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_left == 0)
        {
            if (!await ReadHeaderAsync(cancellationToken))
            {
                return (OutputStream.Unknown, 0);
            }
        }

        var wanted = (int)Math.Min(_left, (uint)buffer.Length);
        var count = await ReadSourceAsync(buffer[..wanted], cancellationToken);
        if (count == 0)
        {
            throw new EndOfStreamException($"The container's output ended {_left} bytes before the end of a frame.");
        }

        _left -= (uint)count;
        return (_stream, count);
    }

    private async ValueTask<bool> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        while (count < HeaderLength)
        {
            var more = await ReadSourceAsync(_header.AsMemory(count), cancellationToken);
            if (more == 0)
            {
                return count == 0
                    ? false
                    : throw new EndOfStreamException($"The container's output ended after {count} of a frame header's {HeaderLength} bytes.");
            }

            count += more;
        }

        _stream = (OutputStream)_header[0];
        if (_stream is not (OutputStream.Stdout or OutputStream.Stderr) || (_header[1] | _header[2] | _header[3]) != 0)
        {
            throw new InvalidDataException($"'{Convert.ToHexString(_header)}' is not the header of a frame of stdout or stderr.");
        }

        _left = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4));
        return true;
    }

    /// <summary>
    /// Reads what is there; 0 at the end. An engine that closes before it has passed on all of stdin, because the program ended
    /// without reading it, resets the connection: after the output, and so in place of its end.
    /// </summary>
    private async ValueTask<int> ReadSourceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException reset) when (reset.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return 0;
        }
    }
}
