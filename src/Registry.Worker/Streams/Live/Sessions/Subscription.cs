using Capns.Registry.Worker.Streams.Live.Clients;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Feeds;
using Capns.Registry.Worker.Streams.Live.Rooms;

namespace Capns.Registry.Worker.Streams.Live.Sessions;

/// <summary>One client in one room.</summary>
internal sealed class Subscription : IReplayListener, IAsyncDisposable
{
    private readonly RoomName _room;
    private readonly ClientBuffer _buffer;
    private readonly Func<EventFilter> _filter;
    private readonly CancellationTokenSource _left;
    private volatile EventShape _shape;

    public Subscription(RoomName room, EventShape shape, ClientBuffer buffer, Func<EventFilter> filter)
    {
        (_room, _shape, _buffer, _filter, _left) = (room, shape, buffer, filter, new CancellationTokenSource());
        Left = _left.Token;
    }

    public RoomName Room => _room;

    /// <summary>How its events look to the client; a right may come or go.</summary>
    public EventShape Shape
    {
        get => _shape;
        set => _shape = value;
    }

    /// <summary>Sequence of the last event heard; 0: none, or the room has no numbers of its own.</summary>
    public int LastSequence { get; private set; }

    /// <summary>Ends with the subscription, and outlives it.</summary>
    public CancellationToken Left { get; }

    /// <summary>Set while it replays, and afterwards.</summary>
    public Task Replay { get; set; } = Task.CompletedTask;

    public void Hear(LiveEvent happened)
    {
        if (_room.Kind == RoomKind.Execution && happened.Sequence > 0)
        {
            LastSequence = happened.Sequence;
        }

        if (_filter().Lets(happened))
        {
            _buffer.Add(happened, _shape);
        }
    }

    public ValueTask RoomAsync(CancellationToken cancellationToken) => _buffer.RoomAsync(cancellationToken);

    public ValueTask TurnAsync(CancellationToken cancellationToken) => _buffer.TurnAsync(cancellationToken);

    public void TurnEnds() => _buffer.TurnEnds();

    /// <summary>Takes it out of its room. Set once it is in.</summary>
    public Action? Leave { get; set; }

    /// <summary>Ends the replay and leaves the room.</summary>
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await Replay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Leave?.Invoke();
        _left.Dispose();
    }
}
