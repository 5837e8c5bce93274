using System.Threading.Channels;
using Capns.Registry.Worker.Streams.Live.Events;

namespace Capns.Registry.Worker.Streams.Live.Clients;

/// <summary>What waits for one client, in order and bounded (platform spec 4.7, "Back-pressure"). Adding never waits. Thread-safe.</summary>
/// <remarks>
/// When it is full, progress events of one execution are merged, never across one that changes its state, so the order of
/// sequences holds. Everything else is kept beyond the bound, up to twice of it; then the client is lost. Payloads count too: <see cref="MostBytes"/> is as full as the bound of events. Live events are shared by all who wait for them;
/// what a replay has read is its client's alone, so replays stop at <see cref="ReplayBytes"/>.
/// </remarks>
/// <param name="capacity">Events that may wait (<c>EVENT_STREAM_BUFFER_SIZE</c>).</param>
/// <param name="time">For <see cref="FullSince"/>.</param>
internal sealed class ClientBuffer(int capacity, TimeProvider time)
{
    /// <summary>Bytes of payloads with which it is full: 8 MiB.</summary>
    public const long MostBytes = 8L * 1024 * 1024;

    /// <summary>Bytes of payloads with which a replay waits: 1 MiB.</summary>
    public const long ReplayBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly LinkedList<BufferedItem> _items = [];
    private readonly Channel<bool> _filled = Signal();
    private readonly Channel<bool> _emptied = Signal();
    private readonly Channel<bool> _turn = Signal(isSet: true);
    private DateTimeOffset? _fullSince;
    private long _bytes;
    private int _merged;
    private bool _isCompact;

    /// <summary>Since when it has been full. Null: it is not.</summary>
    public DateTimeOffset? FullSince
    {
        get
        {
            // A date is more than one word: it must not be read half written.
            lock (_lock)
            {
                return _fullSince;
            }
        }
    }

    /// <summary>True: more waits that must not be dropped than can be kept.</summary>
    public bool IsOverrun { get; private set; }

    /// <summary>Adds an event.</summary>
    public void Add(LiveEvent happened, EventShape shape) => Add(BufferedItem.Of(happened, shape));

    /// <summary>Adds an answer.</summary>
    public void Add(ReadOnlyMemory<byte> bytes) => Add(BufferedItem.Of(bytes));

    /// <summary>Takes out what comes next, and how many events have gone into others since the last time.</summary>
    /// <param name="into">Gets them.</param>
    /// <param name="most">How many at most.</param>
    public int Take(List<BufferedItem> into, int most)
    {
        lock (_lock)
        {
            while (into.Count < most && _items.First is { } first)
            {
                into.Add(first.Value);
                _items.RemoveFirst();
                _bytes -= first.Value.Bytes;
                _isCompact = false;
            }

            if (!IsFull)
            {
                _fullSince = null;
            }

            if (HasRoom)
            {
                _emptied.Writer.TryWrite(true);
            }

            var merged = _merged;
            _merged = 0;
            return merged;
        }
    }

    /// <summary>Returns when something may wait.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _filled.Reader.ReadAsync(cancellationToken);

    /// <summary>Lets <see cref="WaitAsync"/> return.</summary>
    public void Wake() => _filled.Writer.TryWrite(true);

    /// <summary>Returns when at most half of the bound waits; for replays, which need not hurry.</summary>
    public async ValueTask RoomAsync(CancellationToken cancellationToken)
    {
        while (!LooksForRoom())
        {
            await _emptied.Reader.ReadAsync(cancellationToken);
        }

        // Another replay of this client may wait too.
        _emptied.Writer.TryWrite(true);
    }

    /// <summary>Returns when there is room and no other replay of this client holds a page. Give the turn back.</summary>
    public async ValueTask TurnAsync(CancellationToken cancellationToken)
    {
        await RoomAsync(cancellationToken);
        await _turn.Reader.ReadAsync(cancellationToken);
    }

    /// <summary>Gives the turn back.</summary>
    public void TurnEnds() => _turn.Writer.TryWrite(true);

    private bool IsFull => _items.Count >= capacity || _bytes >= MostBytes;

    private bool HasRoom => _items.Count <= capacity / 2 && _bytes <= ReplayBytes;

    private static Channel<bool> Signal(bool isSet = false)
    {
        var signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        _ = isSet && signal.Writer.TryWrite(true);
        return signal;
    }

    private bool LooksForRoom()
    {
        lock (_lock)
        {
            return HasRoom;
        }
    }

    private void Add(BufferedItem item)
    {
        lock (_lock)
        {
            if (!IsFull)
            {
                _isCompact = false;
            }
            else if (!MakeRoom(item))
            {
                return;
            }

            _items.AddLast(item);
            _bytes += item.Bytes;
            if (IsFull)
            {
                _fullSince ??= time.GetUtcNow();
            }
        }

        Wake();
    }

    /// <summary>False: the item is not to be added.</summary>
    private bool MakeRoom(BufferedItem item)
    {
        _fullSince ??= time.GetUtcNow();
        if (TakeInEarlier(item))
        {
            return !(IsOverrun |= _bytes >= 2 * MostBytes);
        }

        if (!_isCompact)
        {
            Compact();
        }

        if (!IsFull)
        {
            return true;
        }

        if (item.IsMergeable)
        {
            _merged++;
            return false;
        }

        IsOverrun |= _items.Count >= 2 * capacity || _bytes >= 2 * MostBytes;
        return !IsOverrun;
    }

    /// <summary>Lets every event that can take in those before it.</summary>
    private void Compact()
    {
        var all = _items.ToList();
        _items.Clear();
        foreach (var item in all)
        {
            TakeInEarlier(item);
            _items.AddLast(item);
        }

        _bytes = _items.Sum(item => (long)item.Bytes);

        _isCompact = true;
    }

    private bool TakeInEarlier(BufferedItem item)
    {
        if (!item.IsMergeable)
        {
            return false;
        }

        for (var node = _items.Last; node is not null; node = node.Previous)
        {
            if (node.Value.IsMergeable && item.IsLike(node.Value))
            {
                item.TakeIn(node.Value);
                _items.Remove(node);
                _bytes -= node.Value.Bytes;
                _merged++;
                return true;
            }

            if (node.Value.Event is { IsMergeable: false } other && other.ExecutionId == item.Event!.ExecutionId)
            {
                return false;
            }
        }

        return false;
    }
}
