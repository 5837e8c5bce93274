using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Messages over one byte stream: cut into chunks on the way out, put together on the way in. Not thread-safe.</summary>
/// <remarks>Source: Bolt documentation, chunking. Empty chunks between messages (NOOP) keep a connection alive and are skipped.</remarks>
internal sealed class BoltTransport(Stream stream, Socket? socket, int maxMessageBytes) : IAsyncDisposable
{
    private const int MaxChunk = ushort.MaxValue;
    private const int KeptBytes = 1024 * 1024;

    private readonly byte[] _received = new byte[32 * 1024];
    private ArrayBufferWriter<byte> _body = new();
    private ArrayBufferWriter<byte> _sending = new();
    private byte[] _message = new byte[4 * 1024];
    private PackStreamWriter? _writer;
    private int _from;
    private int _until;

    /// <summary>How structures look; set when HELLO is answered.</summary>
    public PackStreamDialect Dialect { get; set; }

    /// <summary>True when the other side has closed, as far as can be seen without asking it.</summary>
    public bool LooksClosed
    {
        get
        {
            try
            {
                return socket is not null && socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0 && _from == _until;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <summary>Adds a message to what the next <see cref="FlushAsync"/> sends.</summary>
    /// <exception cref="ArgumentException">A field has no form in this version; nothing was added.</exception>
    public void Queue(byte tag, params ReadOnlySpan<object?> fields)
    {
        _body.ResetWrittenCount();
        _writer ??= new PackStreamWriter(_body);
        _writer.Dialect = Dialect;
        _writer.Structure(tag, fields.Length);
        foreach (var field in fields)
        {
            _writer.Value(field);
        }

        for (var rest = _body.WrittenSpan; rest.Length > 0; rest = rest[Math.Min(MaxChunk, rest.Length)..])
        {
            var chunk = rest[..Math.Min(MaxChunk, rest.Length)];
            BinaryPrimitives.WriteUInt16BigEndian(_sending.GetSpan(2), (ushort)chunk.Length);
            _sending.Advance(2);
            _sending.Write(chunk);
        }

        _sending.Write<byte>([0, 0]);
        if (_body.Capacity > KeptBytes)
        {
            (_body, _writer) = (new ArrayBufferWriter<byte>(), null);
        }
    }

    /// <summary>Adds bytes as they are: the handshake.</summary>
    public void QueueRaw(ReadOnlySpan<byte> bytes) => _sending.Write(bytes);

    /// <summary>Forgets what was added since the last <see cref="FlushAsync"/>.</summary>
    public void Unqueue() => _sending.ResetWrittenCount();

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(_sending.WrittenMemory, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            throw Lost(exception, cancellationToken);
        }

        _sending.ResetWrittenCount();
        if (_sending.Capacity > KeptBytes)
        {
            _sending = new ArrayBufferWriter<byte>();
        }
    }

    /// <summary>Waits for the next message.</summary>
    /// <exception cref="BoltProtocolException">It is malformed, or longer than the limit.</exception>
    /// <exception cref="BoltUnavailableException">The connection was lost.</exception>
    public async ValueTask<BoltMessage> ReadAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            await FillAsync(2, cancellationToken);
            var chunk = BinaryPrimitives.ReadUInt16BigEndian(_received.AsSpan(_from));
            _from += 2;
            if (chunk == 0 && length > 0)
            {
                break;
            }

            if (length + chunk > maxMessageBytes)
            {
                throw new BoltProtocolException($"A message is longer than {maxMessageBytes} bytes.");
            }

            Grow(length + chunk);
            await CopyAsync(_message.AsMemory(length, chunk), cancellationToken);
            length += chunk;
        }

        var message = BoltMessage.Parse(_message.AsSpan(0, length), Dialect);
        if (_message.Length > KeptBytes)
        {
            _message = new byte[4 * 1024];
        }

        return message;
    }

    /// <summary>Reads bytes as they are: the handshake.</summary>
    public ValueTask ReadRawAsync(Memory<byte> bytes, CancellationToken cancellationToken) => CopyAsync(bytes, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await stream.DisposeAsync();
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            // A lost connection cannot say good-bye; closing the socket below is all that is left.
        }

        socket?.Dispose();
    }

    private static bool IsLoss(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException;

    private static Exception Lost(Exception exception, CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested
        ? new OperationCanceledException(cancellationToken)
        : new BoltUnavailableException("The graph server closed the connection.", exception) { MayRetry = true };

    private void Grow(int needed)
    {
        if (needed > _message.Length)
        {
            Array.Resize(ref _message, Math.Min(maxMessageBytes, Math.Max(needed, _message.Length * 2)));
        }
    }

    private async ValueTask CopyAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        while (target.Length > 0)
        {
            await FillAsync(1, cancellationToken);
            var count = Math.Min(target.Length, _until - _from);
            _received.AsMemory(_from, count).CopyTo(target);
            _from += count;
            target = target[count..];
        }
    }

    // Waits until so many bytes are there; count is far below the buffer's size.
    private async ValueTask FillAsync(int count, CancellationToken cancellationToken)
    {
        if (_until - _from >= count)
        {
            return;
        }

        _received.AsSpan(_from, _until - _from).CopyTo(_received);
        (_from, _until) = (0, _until - _from);
        while (_until < count)
        {
            int read;
            try
            {
                read = await stream.ReadAsync(_received.AsMemory(_until), cancellationToken);
            }
            catch (Exception exception) when (IsLoss(exception))
            {
                throw Lost(exception, cancellationToken);
            }

            _until += read > 0 ? read : throw Lost(new EndOfStreamException(), cancellationToken);
        }
    }
}
