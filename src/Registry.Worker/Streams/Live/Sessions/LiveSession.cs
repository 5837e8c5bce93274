using System.Collections.Concurrent;
using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Streams.Live.Clients;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Logins;
using Capns.Registry.Worker.Streams.Live.Rooms;
using Capns.Registry.Worker.Streams.Live.Sockets;

namespace Capns.Registry.Worker.Streams.Live.Sessions;

/// <summary>One client's conversation: login, rooms, filters, commands (platform spec 4.7). Knows nothing of sockets.</summary>
/// <remarks>Frames come one at a time; <see cref="Tick"/> comes from another thread.</remarks>
internal sealed partial class LiveSession : IWatcher, IAsyncDisposable
{
    private readonly SessionServices _services;
    private readonly ISocketLink _link;
    private readonly TimeProvider _time;
    private readonly FrameRate _rate;
    private readonly SessionClock _clock;
    private readonly ConcurrentDictionary<string, Subscription> _rooms = new(StringComparer.Ordinal);
    private volatile EventFilter _filter = EventFilter.Everything;
    private readonly Lock _login = new();
    private volatile Caller? _caller;
    private volatile string? _credential;

    public LiveSession(SessionServices services, ISocketLink link, SessionStart start)
    {
        (_services, _link, Start) = (services, link, start);
        _time = services.Time;
        Buffer = new ClientBuffer(services.Options.BufferSize, _time);
        _rate = new FrameRate(StreamOptions.FramesPerSecond, StreamOptions.Patience, _time);
        _clock = new SessionClock(services.Options.Heartbeat, _time);
    }

    /// <summary>What waits for the client.</summary>
    public ClientBuffer Buffer { get; }

    /// <summary>Unlike any other's.</summary>
    public string ConnectionId { get; } = Guid.CreateVersion7().ToString();

    /// <summary>What a look at the session shows: rooms with the last sequences heard, and filters.</summary>
    public SessionView View => new(
        ConnectionId,
        _caller?.Id,
        _rooms.Values.ToDictionary(subscription => subscription.Room.Text, subscription => subscription.LastSequence, StringComparer.Ordinal),
        _filter);

    /// <inheritdoc/>
    public string? Credential => _credential;

    /// <inheritdoc/>
    public IReadOnlyCollection<RoomName> Rooms => [.. _rooms.Values.Select(subscription => subscription.Room)];

    private SessionStart Start { get; }

    /// <summary>Begins: logs in when the upgrade carried a token, else waits for <c>auth</c>.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (Start.Token is { } token)
        {
            await GuardAsync(() => LoginAsync(token, null, cancellationToken), null);
        }
    }

    /// <summary>Takes a whole message.</summary>
    public async Task HearAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        if (!MayRead())
        {
            return;
        }

        var wrong = ClientMessage.Read(text, out var message);
        if (_caller is null && (wrong is not null || message!.Type != "auth"))
        {
            Deny("The first frame must be auth with a token.");
            return;
        }

        if (wrong is not null)
        {
            Fail(message?.Id, ErrorCodes.InvalidRequest, wrong);
            return;
        }

        await GuardAsync(() => ObeyAsync(message!, cancellationToken), message!.Id);
    }

    /// <summary>A fragment or control frame came: it counts, and is not answered here.</summary>
    /// <returns>False: too many have come, it is not to be answered.</returns>
    public bool MayRead()
    {
        var verdict = _rate.Count();
        if (verdict == FrameVerdict.Tell)
        {
            Fail(null, ErrorCodes.RateLimited, $"At most {StreamOptions.FramesPerSecond} frames a second are read.");
        }
        else if (verdict == FrameVerdict.Enough)
        {
            _link.Close(CloseCode.PolicyViolation, "too many frames");
        }

        return verdict == FrameVerdict.Fine;
    }

    /// <summary>The client answered a ping.</summary>
    public void Ponged() => _clock.Ponged();

    /// <summary>What time brings: pings, the ends of patience and of tokens. Called every few hundred milliseconds.</summary>
    public void Tick()
    {
        var state = new SessionState(_caller is not null, _caller?.ExpiresAt, Buffer.FullSince, Buffer.IsOverrun);
        switch (_clock.Tick(state))
        {
            case SessionDue.Ping:
                Buffer.Add(ServerFrame.Ping());
                break;
            case SessionDue.NoLogin:
                Deny($"No token came within {StreamOptions.LoginPatience.TotalSeconds:0} s.");
                break;
            case SessionDue.Expiring:
                Say("token.expiring", null, new { expiresAt = _caller!.ExpiresAt });
                break;
            case SessionDue.Expired:
                Deny("The token has ended.");
                break;
            case SessionDue.Silent:
                _link.Close(CloseCode.GoingAway, "no pong");
                break;
            case SessionDue.TooSlow:
                _link.Close(CloseCode.TryAgainLater, "too slow", dropsWaiting: true);
                break;
        }
    }

    /// <inheritdoc/>
    public async ValueTask StandAsync(string credential, Caller caller, IReadOnlyDictionary<RoomName, RoomAnswer> answers)
    {
        lock (_login)
        {
            if (_credential != credential)
            {
                return;
            }

            _caller = caller;
        }

        await KeepRoomsAsync(answers);
    }

    /// <inheritdoc/>
    public void Fall(string credential)
    {
        lock (_login)
        {
            if (_credential != credential)
            {
                return;
            }
        }

        Deny("The login does not hold any more.");
    }

    /// <summary>Leaves all rooms.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _rooms.Values)
        {
            await LeaveAsync(subscription);
        }
    }

    /// <summary>A wrong frame is answered; what breaks inside closes the connection (platform spec 4.7, "Errors").</summary>
    private async Task GuardAsync(Func<Task> work, string? id)
    {
        try
        {
            await work();
        }
        catch (ClientFault fault)
        {
            Fail(id, ErrorCodes.InvalidRequest, fault.Message);
        }
        catch (Exception exception) when (DatabaseFaults.Of(exception) == DatabaseFault.Outage)
        {
            Postpone(id, "The database is away. Try again in a few seconds.");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _services.Failed(exception, ConnectionId);
            _link.Close(CloseCode.InternalError, "internal error");
        }
    }

    private async Task LoginAsync(string token, string? id, CancellationToken cancellationToken)
    {
        var reading = await _services.Login.ReadAsync(token, Start.Ip ?? "unknown", ConnectionId, cancellationToken);
        if (reading.Code == ErrorCodes.ServiceUnavailable)
        {
            Postpone(id, reading.Message ?? "Logins cannot be checked now. Try again in a few seconds.");
            return;
        }

        if (reading.Caller is not { IsKnown: true } caller)
        {
            Deny(reading.Message ?? "The token was refused.");
            return;
        }

        if (_caller is { } before)
        {
            await RenewAsync(before, caller, token, id);
            return;
        }

        LogIn(caller, token);
        Say("connection.established", id, new
        {
            connectionId = ConnectionId,
            heartbeatInterval = (long)_services.Options.Heartbeat.TotalMilliseconds,
            maxSubscriptions = StreamOptions.MaxRooms,
            serverTime = _time.GetUtcNow(),
        });
        if (Start.Room is { } room)
        {
            await SubscribeAsync(null, [room.Text], Start.FromSequence, cancellationToken);
        }
    }

    /// <summary>A longer token of the same caller; rooms that it does not open any more are left.</summary>
    private async Task RenewAsync(Caller before, Caller now, string token, string? id)
    {
        if (before.Id != now.Id || before.Kind != now.Kind)
        {
            Deny("The token is another caller's; open another connection for it.");
            return;
        }

        LogIn(now, token);
        _clock.LoginRenewed();
        var rooms = Rooms.ToArray();
        var told = await _services.Rules.AskAsync(now, rooms, CancellationToken.None);
        await KeepRoomsAsync(rooms.Zip(told).ToDictionary(pair => pair.First, pair => pair.Second));
        Say("auth.accepted", id, new { expiresAt = now.ExpiresAt });
    }

    private void LogIn(Caller caller, string token)
    {
        lock (_login)
        {
            (_caller, _credential) = (caller, token);
        }
    }

    /// <summary>Leaves the rooms that are not the client's any more, and shows in the others what it may see now.</summary>
    private async ValueTask KeepRoomsAsync(IReadOnlyDictionary<RoomName, RoomAnswer> answers)
    {
        foreach (var subscription in _rooms.Values)
        {
            if (!answers.TryGetValue(subscription.Room, out var answer))
            {
                continue;
            }

            if (answer >= RoomAnswer.AsMember)
            {
                subscription.Shape = ShapeOf(subscription.Room, answer);
            }
            else if (await LeaveAsync(subscription))
            {
                Say("unsubscribed", null, new { rooms = new[] { subscription.Room.Text }, reason = "not-allowed" });
            }
        }
    }

    /// <summary>What is needed is away. Who is not logged in yet comes again: its login was not refused.</summary>
    private void Postpone(string? id, string message)
    {
        Fail(id, ErrorCodes.ServiceUnavailable, message);
        if (_caller is null)
        {
            _link.Close(CloseCode.TryAgainLater, "try again later");
        }
    }

    private void Deny(string reason)
    {
        Say("access.denied", null, new { reason });
        _link.Close(CloseCode.PolicyViolation, "access denied");
    }

    private void Say(string type, string? id, object? data) => Buffer.Add(ServerFrame.Text(LiveJson.Message(type, id, data)));

    private void Fail(string? id, ErrorCode code, string message) => Say("error", id, new { code = code.Code, message });
}
