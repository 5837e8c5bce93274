using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Feeds;
using Capns.Registry.Worker.Streams.Live.Rooms;
using Capns.Registry.Worker.Streams.Live.Sockets;

namespace Capns.Registry.Worker.Streams.Live.Sessions;

/// <summary>What a client may ask for.</summary>
internal sealed partial class LiveSession
{
    private const int MaxToken = 16 * 1024;
    private const int MaxReason = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private Task ObeyAsync(ClientMessage message, CancellationToken cancellationToken)
    {
        switch (message.Type)
        {
            case "auth":
                var token = ClientData.Text(message.Data, "token", MaxToken) ?? throw new ClientFault("/data/token is missing.");
                return LoginAsync(token, message.Id, cancellationToken);
            case "subscribe":
                return SubscribeAsync(message, cancellationToken);
            case "unsubscribe":
                return UnsubscribeAsync(message);
            case "filters":
                _filter = ClientData.Filter(message.Data);
                Say("filtered", message.Id, new { filters = Described(_filter) });
                return Task.CompletedTask;
            case "cancel":
                return CancelAsync(message, cancellationToken);
            case "ping":
                Say("pong", message.Id, new { timestamp = _time.GetUtcNow() });
                return Task.CompletedTask;
            default:
                throw new ClientFault($"{message.Type} is no type of frame; there are auth, subscribe, unsubscribe, filters, cancel and ping.");
        }
    }

    private async Task SubscribeAsync(ClientMessage message, CancellationToken cancellationToken)
    {
        var rooms = RoomsOf(message);
        var from = ClientData.Sequence(message.Data, "fromSequence");
        if (from is not null && (rooms.Count != 1 || !rooms[0].StartsWith("execution:", StringComparison.Ordinal)))
        {
            throw new ClientFault("/data/fromSequence needs exactly one room, execution:<id>.");
        }

        if (ClientData.Member(message.Data, "filters") is { } filters)
        {
            _filter = ClientData.Filter(filters);
        }

        await SubscribeAsync(message.Id, rooms, from, cancellationToken);
    }

    private async Task SubscribeAsync(string? id, IReadOnlyList<string> rooms, int? from, CancellationToken cancellationToken)
    {
        var (joined, denied) = (new List<Joining>(), new List<object>());
        var names = rooms.Select(text => RoomName.TryParse(text, out var room) ? room : null).ToArray();
        var known = names.OfType<RoomName>().Distinct().ToArray();
        var told = await _services.Rules.AskAsync(_caller!, known, cancellationToken);
        var answers = known.Zip(told).ToDictionary(pair => pair.First, pair => pair.Second);
        foreach (var (text, room) in rooms.Zip(names))
        {
            var (joining, reason) = room is null ? (null, "not-found") : await JoinAsync(room, answers[room], from, cancellationToken);
            if (joining is null)
            {
                denied.Add(new { room = text, reason });
            }
            else
            {
                joined.Add(joining);
            }
        }

        Say("subscribed", id, new { rooms = joined.Select(joining => joining.Room), denied });
        // The answer comes first, then what happens.
        foreach (var joining in joined)
        {
            joining.Begin();
        }
    }

    private async Task<(Joining? Joined, string Reason)> JoinAsync(RoomName room, RoomAnswer answer, int? from, CancellationToken cancellationToken)
    {
        if (answer < RoomAnswer.AsMember)
        {
            return (null, answer == RoomAnswer.NotFound ? "not-found" : "not-allowed");
        }

        if (_rooms.TryGetValue(room.Text, out var before))
        {
            if (from is null)
            {
                return (new Joining(room.Text, static () => { }), "");
            }

            // From another sequence: as if it had not been there.
            await LeaveAsync(before);
        }

        if (_rooms.Count >= StreamOptions.MaxRooms)
        {
            return (null, "limit");
        }

        return room.Kind == RoomKind.Execution
            ? await JoinExecutionAsync(room, answer, from, cancellationToken)
            : await JoinRoomAsync(room, answer);
    }

    private async Task<(Joining? Joined, string Reason)> JoinExecutionAsync(RoomName room, RoomAnswer answer, int? from, CancellationToken cancellationToken)
    {
        if (await _services.Hub.OpenAsync(room.ExecutionId, cancellationToken) is not { } feed)
        {
            return (null, "stream-full");
        }

        var subscription = Create(room, answer);
        subscription.Leave = () =>
        {
            feed.Leave(subscription);
            _services.Hub.Close(room.ExecutionId);
        };
        _rooms[room.Text] = subscription;
        return (new Joining(room.Text, () => subscription.Replay = ReplayAsync(feed, subscription, from ?? feed.Next)), "");
    }

    private async Task<(Joining? Joined, string Reason)> JoinRoomAsync(RoomName room, RoomAnswer answer)
    {
        var subscription = Create(room, answer);
        if (await _services.Hub.JoinAsync(room, subscription))
        {
            subscription.Leave = () => _services.Hub.Leave(room, subscription);
            _rooms[room.Text] = subscription;
            return (new Joining(room.Text, static () => { }), "");
        }

        await subscription.DisposeAsync();
        return (null, "stream-full");
    }

    private Subscription Create(RoomName room, RoomAnswer answer) => new(room, ShapeOf(room, answer), Buffer, () => _filter);

    private static EventShape ShapeOf(RoomName room, RoomAnswer answer) => room.Kind switch
    {
        RoomKind.Discussion => EventShape.Discussion,
        RoomKind.Broadcast => EventShape.Broadcast,
        _ => answer == RoomAnswer.InFull ? EventShape.Execution : EventShape.ExecutionOfMember,
    };

    /// <summary>Runs beside the conversation, which goes on.</summary>
    private async Task ReplayAsync(ExecutionFeed feed, Subscription subscription, int from)
    {
        while (!subscription.Left.IsCancellationRequested)
        {
            try
            {
                await FeedReplay.RunAsync(feed, subscription, Math.Max(from, subscription.LastSequence + 1), _services.Stored, _time, subscription.Left);
                if (subscription.Left.IsCancellationRequested)
                {
                    // It was taken out while it joined.
                    feed.Leave(subscription);
                }

                return;
            }
            catch (Exception exception) when (DatabaseFaults.Of(exception) == DatabaseFault.Outage)
            {
                await Task.Delay(Pause, _time, subscription.Left);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                _services.Failed(exception, ConnectionId);
                _link.Close(CloseCode.InternalError, "internal error");
                return;
            }
        }
    }

    private async Task UnsubscribeAsync(ClientMessage message)
    {
        var left = new List<string>();
        foreach (var text in RoomsOf(message))
        {
            if (RoomName.TryParse(text, out var room) && _rooms.TryGetValue(room.Text, out var subscription) && await LeaveAsync(subscription))
            {
                left.Add(room.Text);
            }
        }

        Say("unsubscribed", message.Id, new { rooms = left });
    }

    /// <summary>False: somebody else has taken it out; the client's own commands and a lost right come from two threads.</summary>
    private async ValueTask<bool> LeaveAsync(Subscription subscription)
    {
        if (!_rooms.TryRemove(KeyValuePair.Create(subscription.Room.Text, subscription)))
        {
            return false;
        }

        await subscription.DisposeAsync();
        return true;
    }

    private async Task CancelAsync(ClientMessage message, CancellationToken cancellationToken)
    {
        var text = ClientData.Text(message.Data, "executionId") ?? throw new ClientFault("/data/executionId is missing.");
        if (!Guid.TryParseExact(text, "D", out var id))
        {
            throw new ClientFault("/data/executionId must be a uuid.");
        }

        var reason = ClientData.Text(message.Data, "reason", MaxReason);
        var refusal = await _services.Cancel.CancelAsync(_caller!, id, reason, ClientData.Flag(message.Data, "force"), cancellationToken);
        if (refusal is null)
        {
            Say("cancel.accepted", message.Id, new { executionId = id });
        }
        else
        {
            Say("error", message.Id, new { code = refusal.Code, message = refusal.Message });
        }
    }

    private static IReadOnlyList<string> RoomsOf(ClientMessage message)
    {
        var rooms = ClientData.Texts(message.Data, "rooms");
        var all = message.Room is { } one ? [one, .. rooms] : rooms;
        return all.Count == 0 ? throw new ClientFault("/data/rooms must name at least one room.") : [.. all.Distinct(StringComparer.Ordinal)];
    }

    private static object Described(EventFilter filter) => new { type = filter.Types, security = filter.Levels, participant = filter.Participants };

    private sealed record Joining(string Room, Action Begin);
}
