using System.Collections.Concurrent;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Streams.Live.Bridging;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Feeds;
using Capns.Registry.Worker.Streams.Live.Rooms;

namespace Capns.Registry.Worker.Streams.Live;

/// <summary>All rooms of this instance in which somebody listens. Thread-safe.</summary>
/// <remarks>
/// Events come from what this instance commits, from Redis, and from PostgreSQL where neither brought them; each room puts
/// them in order and drops what it has told.
/// </remarks>
internal sealed partial class LiveHub(IStoredEvents stored, LiveChannels channels, GapFiller gaps, StreamOptions options, TimeProvider time, ILogger<LiveHub> logger)
{
    private const string DiscussionRoom = "discussion:";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly HistoryBudget _budget = new();
    private readonly ConcurrentDictionary<Guid, OpenFeed> _feeds = new();
    private readonly ConcurrentDictionary<string, CountedRoom> _rooms = new(StringComparer.Ordinal);

    /// <summary>Feeds that may have missed something, and the sequence each waits for.</summary>
    public IReadOnlyCollection<(Guid ExecutionId, int From)> Open =>
        [.. _feeds.Values.Where(open => open.Feed is { Next: > 0, HasEnded: false }).Select(open => (open.Feed.ExecutionId, open.Feed.Next))];

    /// <summary>Ids of the discussions in which somebody listens.</summary>
    public IReadOnlyCollection<string> Discussions =>
        [.. _rooms.Keys.Where(name => name != RoomName.Broadcast.Text).Select(name => name[DiscussionRoom.Length..])];

    /// <summary>Opens an execution for one listener.</summary>
    /// <returns>Null: it has as many listeners as it may have.</returns>
    public async Task<ExecutionFeed?> OpenAsync(Guid executionId, CancellationToken cancellationToken)
    {
        OpenFeed open;
        lock (_lock)
        {
            open = _feeds.GetOrAdd(executionId, id => new OpenFeed(new ExecutionFeed(id, options.BufferSize, _budget)));
            if (open.Listeners >= options.MaxListeners)
            {
                return null;
            }

            open.Listeners++;
            open.Ready ??= Task.Run(() => EstablishAsync(open), CancellationToken.None);
        }

        try
        {
            await open.Ready.WaitAsync(cancellationToken);
            return open.Feed;
        }
        catch (Exception)
        {
            // Nobody got it: the place is free, and the next one begins anew.
            Close(executionId);
            throw;
        }
    }

    /// <summary>One listener less. Call it once for each feed that <see cref="OpenAsync"/> gave.</summary>
    public void Close(Guid executionId)
    {
        lock (_lock)
        {
            if (!_feeds.TryGetValue(executionId, out var open) || --open.Listeners > 0)
            {
                return;
            }

            open.IsClosed = true;
            _feeds.TryRemove(executionId, out _);
            open.Feed.Forget();
        }

        _ = channels.CloseAsync($"ws:execution:{executionId}", () => _feeds.ContainsKey(executionId));
    }

    /// <summary>Joins a discussion or the broadcast.</summary>
    /// <returns>False: it has as many listeners as it may have. The broadcast has no such limit.</returns>
    public async Task<bool> JoinAsync(RoomName name, IListener listener)
    {
        CountedRoom counted;
        lock (_lock)
        {
            counted = _rooms.GetOrAdd(name.Text, _ => new CountedRoom());
            if (name.Kind == RoomKind.Discussion && counted.Listeners >= options.MaxListeners)
            {
                return false;
            }

            counted.Listeners++;
            counted.Room.Join(listener);
            counted.Ready ??= Task.Run(() => channels.OpenAsync($"ws:{name.Text}", document => OfferToRoom(name.Text, document)));
        }

        await counted.Ready;
        return true;
    }

    /// <summary>Leaves it.</summary>
    public void Leave(RoomName name, IListener listener)
    {
        lock (_lock)
        {
            if (!_rooms.TryGetValue(name.Text, out var counted))
            {
                return;
            }

            counted.Room.Leave(listener);
            if (--counted.Listeners > 0)
            {
                return;
            }

            _rooms.TryRemove(name.Text, out _);
        }

        _ = channels.CloseAsync($"ws:{name.Text}", () => _rooms.ContainsKey(name.Text));
    }

    /// <summary>Takes an event for the rooms it belongs to. Never waits.</summary>
    public void Offer(LiveEvent happened)
    {
        if (happened.ExecutionId is { } id)
        {
            OfferToFeed(id, happened);
        }

        if (happened.DiscussionId is { } discussion)
        {
            OfferToRoom(DiscussionRoom + discussion, happened);
        }
    }

    /// <summary>Takes an event for everybody.</summary>
    public void Broadcast(LiveEvent happened) => OfferToRoom(RoomName.Broadcast.Text, happened);

    private void OfferToFeed(Guid executionId, LiveEvent happened)
    {
        if (_feeds.TryGetValue(executionId, out var open) && open.Feed.Offer(happened))
        {
            gaps.Fill(executionId, () => open.Feed.Gap, found => open.Feed.Offer(found), open.Feed.GiveUpGap);
        }
    }

    private void OfferToRoom(string name, LiveEvent happened)
    {
        if (_rooms.TryGetValue(name, out var counted) && counted.Room.Offer(happened) && happened.ExecutionId is { } id)
        {
            gaps.Fill((name, id), () => counted.Room.GapOf(id), found => counted.Room.Offer(InRoom(name, found)), () => counted.Room.GiveUpGap(id));
        }
    }

    private void OfferToRoom(string name, byte[] document)
    {
        if (LiveEventReader.FromDocument(document) is { } happened)
        {
            OfferToRoom(name, InRoom(name, happened));
        }
    }

    // What was found in the store or came on the room's own channel may not name the discussion itself.
    private static LiveEvent InRoom(string name, LiveEvent happened) =>
        happened.Of(name.StartsWith(DiscussionRoom, StringComparison.Ordinal) ? name[DiscussionRoom.Length..] : null);

    /// <summary>First the channel, then what happened before: so nothing falls between.</summary>
    private async Task EstablishAsync(OpenFeed open)
    {
        var id = open.Feed.ExecutionId;
        await channels.OpenAsync($"ws:execution:{id}", document =>
        {
            if (LiveEventReader.FromDocument(document) is { } happened)
            {
                OfferToFeed(id, happened);
            }
        });
        while (!open.IsClosed)
        {
            try
            {
                open.Feed.Establish(await stored.NewestAsync(id, CancellationToken.None));
                if (open.Feed.Gap is { } gap)
                {
                    OfferToFeed(id, gap.Waiting);
                }

                return;
            }
            catch (Exception exception) when (DatabaseFaults.Of(exception) == DatabaseFault.Outage)
            {
                LogWaiting(id, exception.GetBaseException().Message);
                await Task.Delay(Pause, time);
            }
        }

        // Everybody left before the channel was open.
        await channels.CloseAsync($"ws:execution:{id}", () => _feeds.ContainsKey(id));
    }

    [LoggerMessage(EventId = 3602, Level = LogLevel.Warning, Message = "Watchers of execution {ExecutionId} wait for PostgreSQL: {Reason}")]
    private partial void LogWaiting(Guid executionId, string reason);

    private sealed class OpenFeed(ExecutionFeed feed)
    {
        public ExecutionFeed Feed => feed;

        public int Listeners { get; set; }

        public Task? Ready { get; set; }

        public volatile bool IsClosed;
    }

    private sealed class CountedRoom
    {
        public OpenRoom Room { get; } = new();

        public int Listeners { get; set; }

        public Task? Ready { get; set; }
    }
}
