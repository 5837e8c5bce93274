using System.Collections.Immutable;
using Capns.Registry.Worker.Streams.Live.Events;

namespace Capns.Registry.Worker.Streams.Live.Feeds;

/// <summary>What one execution tells, in order and each event once, to everybody who listens on this instance. Thread-safe.</summary>
/// <remarks>
/// Every event that is told enters the history and goes to the listeners in one step, and a listener that replays joins
/// them in the same step in which it finds nothing left to replay: between replay and live there is no gap and no double.
/// </remarks>
/// <param name="executionId">Whose.</param>
/// <param name="historySize">Events that are remembered at most.</param>
/// <param name="budget">What the histories of all feeds share.</param>
internal sealed class ExecutionFeed(Guid executionId, int historySize, HistoryBudget budget)
{
    /// <summary>Ids of unnumbered events that are remembered.</summary>
    private const int Remembered = 256;

    private readonly Lock _lock = new();
    private readonly EventHistory _history = new(historySize, budget);
    private readonly List<LiveEvent> _early = [];
    private readonly RecentIds _seen = new(Remembered);
    private Sequencer? _sequencer;
    private ImmutableArray<Joined> _live = [];

    public Guid ExecutionId => executionId;

    /// <summary>What is missing between two events: the first sequence, and the event that waits for it. Null: nothing.</summary>
    public FeedGap? Gap
    {
        get
        {
            lock (_lock)
            {
                return _sequencer?.FirstWaiting is { } waiting ? new FeedGap(_sequencer.Next, waiting) : null;
            }
        }
    }

    /// <summary>The sequence that comes next; 0 before <see cref="Establish"/>.</summary>
    public int Next
    {
        get
        {
            lock (_lock)
            {
                return _sequencer?.Next ?? 0;
            }
        }
    }

    /// <summary>True when the last event has been told.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Begins with what happened before. Events that came meanwhile follow.</summary>
    /// <param name="newest">In order. Empty: nothing has happened yet.</param>
    public void Establish(IReadOnlyList<LiveEvent> newest)
    {
        lock (_lock)
        {
            if (_sequencer is not null)
            {
                return;
            }

            _history.CompleteFrom = newest.Count == 0 ? 1 : newest[0].Sequence;
            _sequencer = new Sequencer(_history.CompleteFrom);
            foreach (var happened in newest.Concat(_early))
            {
                Tell(happened);
            }

            _early.Clear();
        }
    }

    /// <summary>Takes an event, from wherever it comes, once or several times.</summary>
    /// <returns>True when something before it is missing now.</returns>
    public bool Offer(LiveEvent happened)
    {
        lock (_lock)
        {
            if (happened.Sequence == 0)
            {
                Notify(happened);
                return false;
            }

            if (_sequencer is null)
            {
                _early.Add(happened);
                return false;
            }

            Tell(happened);
            return _sequencer.FirstWaiting is not null;
        }
    }

    /// <summary>What is missing will not come (platform spec 3.13: the jump after a lost runner).</summary>
    public void GiveUpGap()
    {
        lock (_lock)
        {
            var ready = new List<LiveEvent>();
            _sequencer!.GiveUp(ready);
            TellAll(ready);
        }
    }

    /// <summary>The next events for somebody who replays; or, when there are none left, joins it to those who hear what happens.</summary>
    /// <param name="listener">Who.</param>
    /// <param name="from">First sequence wanted.</param>
    /// <param name="most">How many events at most.</param>
    public ReplayStep ReadOrJoin(IListener listener, int from, int most)
    {
        lock (_lock)
        {
            if (from < _history.CompleteFrom)
            {
                return new ReplayStep([], false, new KeptFrom(_history.CompleteFrom, _history.Oldest?.Timestamp));
            }

            var events = _history.Read(from, most);
            if (events.Count == 0)
            {
                _live = _live.Add(new Joined(listener, from));
            }

            return new ReplayStep(events, events.Count == 0, null);
        }
    }

    /// <summary>Nobody listens any more: gives its share of the budget back. What is offered afterwards is not remembered.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _history.Clear();
        }
    }

    /// <summary>Nothing more for this one.</summary>
    public void Leave(IListener listener)
    {
        lock (_lock)
        {
            _live = _live.RemoveAll(joined => joined.Listener == listener);
        }
    }

    private void Tell(LiveEvent happened)
    {
        var ready = new List<LiveEvent>();
        _sequencer!.Offer(happened, ready);
        TellAll(ready);
    }

    private void TellAll(List<LiveEvent> ready)
    {
        foreach (var happened in ready)
        {
            HasEnded |= happened.IsFinal;
            _history.Add(happened);
            Fan(happened);
        }
    }

    private void Notify(LiveEvent happened)
    {
        if (happened.Id is null || _seen.Add(happened.Id))
        {
            Fan(happened);
        }
    }

    private void Fan(LiveEvent happened)
    {
        foreach (var (listener, from) in _live)
        {
            if (happened.Sequence == 0 || happened.Sequence >= from)
            {
                listener.Hear(happened);
            }
        }
    }

    /// <summary>Somebody who hears what happens, from a sequence on that may be still to come.</summary>
    private readonly record struct Joined(IListener Listener, int From);
}

/// <summary>Events are missing before <paramref name="Waiting"/>, the first of them <paramref name="From"/>.</summary>
internal readonly record struct FeedGap(int From, LiveEvent Waiting);

/// <summary>One step of a replay.</summary>
/// <param name="Events">In order.</param>
/// <param name="Joined">True: from now on the listener hears what happens.</param>
/// <param name="Store">Set when the store has to be read, up to this.</param>
internal readonly record struct ReplayStep(IReadOnlyList<LiveEvent> Events, bool Joined, KeptFrom? Store);

/// <summary>From here on the feed remembers.</summary>
/// <param name="Sequence">First one.</param>
/// <param name="Told">When its event was told; null: unknown.</param>
internal readonly record struct KeptFrom(int Sequence, DateTimeOffset? Told);
