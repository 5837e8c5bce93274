using Capns.Registry.Worker.Access.Login;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Feeds;
using Capns.Registry.Worker.Streams.Live.Rooms;

namespace Capns.Registry.Worker.Streams.Live.Sessions;

/// <summary>What every session uses.</summary>
internal sealed partial class SessionServices(
    LiveHub hub, IStoredEvents stored, IRoomRules rules, ILogins login, IExecutionCancel cancel, StreamOptions options, TimeProvider time, ILogger<LiveSession> logger)
{
    public LiveHub Hub => hub;

    public IStoredEvents Stored => stored;

    public IRoomRules Rules => rules;

    public ILogins Login => login;

    public IExecutionCancel Cancel => cancel;

    public StreamOptions Options => options;

    public TimeProvider Time => time;

    /// <summary>Something broke inside; the client only hears that.</summary>
    public void Failed(Exception exception, string connectionId) => LogFailed(exception, connectionId);

    [LoggerMessage(EventId = 3607, Level = LogLevel.Error, Message = "Connection {ConnectionId} broke")]
    private partial void LogFailed(Exception exception, string connectionId);
}

/// <summary>What the upgrade brought.</summary>
/// <param name="Token">From a header; null: a frame brings it.</param>
/// <param name="Ip">Address of the client.</param>
/// <param name="Room">Joined at once.</param>
/// <param name="FromSequence">Where that room begins; null: now.</param>
internal sealed record SessionStart(string? Token, string? Ip, RoomName? Room, int? FromSequence);

/// <summary>A session as <c>session:ws:{connectionId}</c> shows it (platform spec 9.2).</summary>
/// <param name="ConnectionId">Whose.</param>
/// <param name="Caller">Who; null before login.</param>
/// <param name="Rooms">With the last sequence heard in each.</param>
/// <param name="Filter">What it wants.</param>
internal sealed record SessionView(string ConnectionId, string? Caller, IReadOnlyDictionary<string, int> Rooms, EventFilter Filter);
