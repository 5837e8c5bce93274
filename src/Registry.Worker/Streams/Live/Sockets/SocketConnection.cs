using System.Buffers;
using Capns.Registry.Worker.Streams.Live.Clients;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Sessions;

namespace Capns.Registry.Worker.Streams.Live.Sockets;

/// <summary>Moves frames between one socket and one session. Reading and writing go on side by side; each has one loop.</summary>
internal sealed class SocketConnection(Stream stream, Action abort, LiveMetrics metrics) : ISocketLink, IDisposable
{
    /// <summary>Items that one write takes.</summary>
    private const int Batch = 64;

    private const int BatchBytes = 64 * 1024;
    private const int FirstBuffer = 1024;

    /// <summary>So long the other side may take for its part of closing.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>The same for one that is slow: what is half sent has to get through first.</summary>
    private static readonly TimeSpan SlowGrace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _ended = new();
    private readonly FrameReader _frames = new(StreamOptions.FrameBytes);
    private Closing? _closing;
    private ClientBuffer? _buffer;

    /// <summary>Returns when the connection is over.</summary>
    public async Task RunAsync(LiveSession session)
    {
        _buffer = session.Buffer;
        var writing = WriteAsync(session.Buffer);
        var reading = ReadAsync(session);
        try
        {
            if (await Task.WhenAny(reading, writing) == writing)
            {
                await TellOfBugAsync(writing);
                // Our close frame is out; the other side's is awaited for a moment.
                await Task.WhenAny(reading, Task.Delay(Grace));
            }
            else
            {
                await Task.WhenAny(writing, Task.Delay(Grace));
            }
        }
        finally
        {
            await _ended.CancelAsync();
            if (!reading.IsCompleted || !writing.IsCompleted)
            {
                abort();
            }

            await Task.WhenAll(reading, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // For who called, to be logged or not.
        await reading;
        await writing;
    }

    /// <inheritdoc/>
    public void Close(CloseCode code, string reason, bool dropsWaiting = false)
    {
        if (Interlocked.CompareExchange(ref _closing, new Closing(code, reason, dropsWaiting), null) is not null)
        {
            return;
        }

        _buffer?.Wake();
        _ = AbortLaterAsync(dropsWaiting ? SlowGrace : Grace);
    }

    public void Dispose() => _ended.Dispose();

    /// <summary>The writer itself has broken: what it would have said is said here.</summary>
    private async Task TellOfBugAsync(Task writing)
    {
        if (writing.Exception?.InnerException is not (null or IOException))
        {
            await stream.WriteAsync(ServerFrame.Close(CloseCode.InternalError, "internal error"), _ended.Token);
        }
    }

    private async Task AbortLaterAsync(TimeSpan grace)
    {
        try
        {
            await Task.Delay(grace + Grace, _ended.Token);
            abort();
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    private async Task ReadAsync(LiveSession session)
    {
        await session.BeginAsync(_ended.Token);
        var (buffer, filled) = (new byte[FirstBuffer], 0);
        while (true)
        {
            var got = await stream.ReadAsync(buffer.AsMemory(filled), _ended.Token);
            if (got == 0)
            {
                Close(CloseCode.Normal, "");
                return;
            }

            filled += got;
            var used = 0;
            while (_frames.Read(buffer.AsSpan(used, filled - used)) is { Kind: not FrameKind.Incomplete } frame)
            {
                used += frame.Consumed;
                if (!await TakeAsync(frame, session))
                {
                    return;
                }
            }

            filled -= used;
            buffer.AsSpan(used, filled).CopyTo(buffer);
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(4 * buffer.Length, _frames.LargestFrame));
            }
        }
    }

    /// <summary>False: nothing more is to be read.</summary>
    private async ValueTask<bool> TakeAsync(FrameRead frame, LiveSession session)
    {
        switch (frame.Kind)
        {
            case FrameKind.Refused:
                Close(frame.Code, frame.Reason);
                return false;
            case FrameKind.Close:
                Close(frame.Code, "");
                return false;
            case FrameKind.Text when _closing is null:
                await session.HearAsync(frame.Payload, _ended.Token);
                break;
            case FrameKind.Ping when _closing is null && session.MayRead():
                session.Buffer.Add(ServerFrame.Pong(frame.Payload.Span));
                break;
            case FrameKind.Pong when _closing is null:
                // One that nobody asked for is a frame like any other.
                session.MayRead();
                session.Ponged();
                break;
            case FrameKind.Fragment when _closing is null:
                session.MayRead();
                break;
        }

        return true;
    }

    private async Task WriteAsync(ClientBuffer buffer)
    {
        var items = new List<BufferedItem>(Batch);
        while (true)
        {
            await buffer.WaitAsync(_ended.Token);
            do
            {
                items.Clear();
                var merged = buffer.Take(items, Batch);
                // Who is too slow gets no more than the reason.
                if (Volatile.Read(ref _closing) is not { DropsWaiting: true })
                {
                    await SendAsync(items, merged);
                }
            }
            while (items.Count == Batch);

            if (Volatile.Read(ref _closing) is { } closing)
            {
                await stream.WriteAsync(ServerFrame.Close(closing.Code, closing.Reason), _ended.Token);
                return;
            }
        }
    }

    private async ValueTask SendAsync(List<BufferedItem> items, int merged)
    {
        if (merged > 0)
        {
            metrics.Dropped(merged);
            await stream.WriteAsync(ServerFrame.Text(LiveJson.Message("lagged", null, new { dropped = merged })), _ended.Token);
        }

        if (items.Count == 1)
        {
            // The bytes that all clients share.
            await stream.WriteAsync(items[0].ToBytes(), _ended.Token);
        }
        else if (items.Count > 1)
        {
            await SendTogetherAsync(items);
        }

        metrics.Sent(items);
    }

    private async ValueTask SendTogetherAsync(List<BufferedItem> items)
    {
        var together = ArrayPool<byte>.Shared.Rent(BatchBytes);
        try
        {
            var filled = 0;
            foreach (var bytes in items.Select(item => item.ToBytes()))
            {
                if (filled + bytes.Length > BatchBytes)
                {
                    await stream.WriteAsync(together.AsMemory(0, filled), _ended.Token);
                    filled = 0;
                }

                if (bytes.Length > BatchBytes)
                {
                    await stream.WriteAsync(bytes, _ended.Token);
                }
                else
                {
                    bytes.CopyTo(together.AsMemory(filled));
                    filled += bytes.Length;
                }
            }

            await stream.WriteAsync(together.AsMemory(0, filled), _ended.Token);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(together);
        }
    }

    private sealed record Closing(CloseCode Code, string Reason, bool DropsWaiting);
}
