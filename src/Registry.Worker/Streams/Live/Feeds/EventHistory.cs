using Capns.Registry.Worker.Streams.Live.Events;

namespace Capns.Registry.Worker.Streams.Live.Feeds;

/// <summary>The newest events of one execution, in order: whoever comes back soon needs no store. Not thread-safe.</summary>
/// <param name="capacity">Events kept at most.</param>
/// <param name="budget">Bounds the bytes of their payloads; the newest event is kept in any case.</param>
internal sealed class EventHistory(int capacity, HistoryBudget budget)
{
    private readonly List<LiveEvent> _events = [];
    private int _start;
    private long _bytes;
    private bool _isClosed;

    /// <summary>From this sequence on nothing is missing here that has been told.</summary>
    public int CompleteFrom { get; set; } = 1;

    /// <summary>The first event that is kept; null: none is.</summary>
    public LiveEvent? Oldest => _start < _events.Count ? _events[_start] : null;

    /// <summary>Adds an event whose sequence is higher than any here.</summary>
    public void Add(LiveEvent happened)
    {
        if (_isClosed)
        {
            CompleteFrom = happened.Sequence + 1;
            return;
        }

        _events.Add(happened);
        Count(happened.Payload.Length);
        while (_events.Count - _start > capacity || (_events.Count - _start > 1 && budget.IsTooMuch(_bytes)))
        {
            var oldest = _events[_start];
            _events[_start++] = null!;
            Count(-oldest.Payload.Length);
            CompleteFrom = oldest.Sequence + 1;
        }

        if (_start > capacity)
        {
            _events.RemoveRange(0, _start);
            _start = 0;
        }
    }

    /// <summary>Lets everything go, now and in future.</summary>
    public void Clear()
    {
        _isClosed = true;
        CompleteFrom = _events.Count > _start ? _events[^1].Sequence + 1 : CompleteFrom;
        _events.Clear();
        _start = 0;
        Count(-_bytes);
    }

    /// <summary>Events from a sequence on, in order.</summary>
    /// <param name="from">Not below <see cref="CompleteFrom"/>.</param>
    /// <param name="most">How many at most.</param>
    public List<LiveEvent> Read(int from, int most)
    {
        var (low, high) = (_start, _events.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _events[middle].Sequence < from ? (middle + 1, high) : (low, middle);
        }

        return _events.GetRange(low, Math.Min(most, _events.Count - low));
    }

    private void Count(long bytes)
    {
        _bytes += bytes;
        budget.Add(bytes);
    }
}
