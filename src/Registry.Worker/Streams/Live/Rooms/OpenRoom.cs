using System.Collections.Immutable;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Feeds;

namespace Capns.Registry.Worker.Streams.Live.Rooms;

/// <summary>A room without replay: a discussion, or everybody. Numbered events come in order and once for each execution. Thread-safe.</summary>
internal sealed class OpenRoom
{
    /// <summary>Executions whose order is remembered; the one that began longest ago goes.</summary>
    private const int MaxExecutions = 1024;

    private const int Remembered = 1024;

    /// <summary>An execution of which one of so many first events comes first has just begun: it is heard from its beginning.</summary>
    private const int Early = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Sequencer> _executions = [];
    private readonly Queue<Guid> _order = new();
    private readonly RecentIds _seen = new(Remembered);
    private ImmutableArray<IListener> _listeners = [];

    public void Join(IListener listener) => ImmutableInterlocked.Update(ref _listeners, (all, one) => all.Add(one), listener);

    public void Leave(IListener listener) => ImmutableInterlocked.Update(ref _listeners, (all, one) => all.Remove(one), listener);

    /// <summary>Takes an event, once or several times.</summary>
    /// <returns>True when something before it is missing now.</returns>
    public bool Offer(LiveEvent happened)
    {
        lock (_lock)
        {
            if (happened is not { Sequence: > 0, ExecutionId: { } id })
            {
                if (happened.Id is null || _seen.Add(happened.Id))
                {
                    Fan(happened);
                }

                return false;
            }

            var sequencer = Of(id, happened.Sequence);
            var ready = new List<LiveEvent>();
            sequencer.Offer(happened, ready);
            ready.ForEach(Fan);
            return sequencer.FirstWaiting is not null;
        }
    }

    /// <summary>What is missing of an execution. Null: nothing.</summary>
    public FeedGap? GapOf(Guid executionId)
    {
        lock (_lock)
        {
            return _executions.TryGetValue(executionId, out var sequencer) && sequencer.FirstWaiting is { } waiting ? new FeedGap(sequencer.Next, waiting) : null;
        }
    }

    /// <summary>What is missing will not come.</summary>
    public void GiveUpGap(Guid executionId)
    {
        lock (_lock)
        {
            var ready = new List<LiveEvent>();
            _executions.GetValueOrDefault(executionId)?.GiveUp(ready);
            ready.ForEach(Fan);
        }
    }

    // Whoever comes late hears an execution from the event on that came first. One that has just begun may have been told in
    // disorder: its first events are looked for, so that none of them is lost.
    private Sequencer Of(Guid id, int first)
    {
        if (_executions.TryGetValue(id, out var sequencer))
        {
            return sequencer;
        }

        _order.Enqueue(id);
        if (_order.Count > MaxExecutions)
        {
            _executions.Remove(_order.Dequeue());
        }

        return _executions[id] = new Sequencer(first <= Early ? 1 : first);
    }

    private void Fan(LiveEvent happened)
    {
        foreach (var listener in _listeners)
        {
            listener.Hear(happened);
        }
    }
}
