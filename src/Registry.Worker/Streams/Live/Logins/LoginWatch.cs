using System.Collections.Concurrent;
using Capns.Access;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Streams.Live.Rooms;

namespace Capns.Registry.Worker.Streams.Live.Logins;

/// <summary>Ends connections whose login is revoked, and takes watchers out of rooms they may not be in any more. Thread-safe.</summary>
/// <remarks>
/// Looks within half a second of every change of keys, accounts, grants and policies, on every instance; and every minute, since
/// an outside service says who takes part in a discussion (platform spec 4.7: kept 60 s). While PostgreSQL is away it looks
/// again until it is back.
/// </remarks>
internal sealed partial class LoginWatch(IStandingLogins logins, IRoomRules rules, TimeProvider time, ILogger<LoginWatch> logger) : BackgroundService
{
    /// <summary>Between two looks at the revision.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Without any change everybody is looked at so often.</summary>
    public static readonly TimeSpan CalmInterval = TimeSpan.FromSeconds(60);

    /// <summary>Rooms of one question.</summary>
    private const int RoomsAtOnce = 100;

    private readonly ConcurrentDictionary<IWatcher, bool> _watchers = new();
    private long _revision = -1;
    private DateTimeOffset _lookedAt = time.GetUtcNow();

    /// <summary>Looks after it until <see cref="Remove"/>.</summary>
    public void Add(IWatcher watcher) => _watchers[watcher] = true;

    public void Remove(IWatcher watcher) => _watchers.TryRemove(watcher, out _);

    /// <summary>One look; at everybody when something has changed, or a minute is over.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var revision = await logins.RevisionAsync(cancellationToken);
        var now = time.GetUtcNow();
        if (revision == _revision && now - _lookedAt < CalmInterval)
        {
            return;
        }

        // A thousand watchers with one token, in one room, are one question.
        foreach (var alike in _watchers.Keys.Where(watcher => watcher.Credential is not null).GroupBy(watcher => watcher.Credential!, StringComparer.Ordinal).ToList())
        {
            await LookAtAsync(alike.Key, [.. alike], cancellationToken);
        }

        (_revision, _lookedAt) = (revision, now);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Tried again at the next tick; that the database is away is told by others.
                if (DatabaseFaults.Of(exception) != DatabaseFault.Outage)
                {
                    LogFailed(exception);
                }
            }
        }
    }

    private async Task LookAtAsync(string credential, List<IWatcher> watchers, CancellationToken cancellationToken)
    {
        var login = await logins.ReadAsync(credential, cancellationToken);
        if (login.IsUnknown)
        {
            return;
        }

        if (login.Caller is not { IsKnown: true } caller)
        {
            LogFallen(watchers.Count);
            watchers.ForEach(watcher => watcher.Fall(credential));
            return;
        }

        var answers = await AskAsync(caller, [.. watchers.SelectMany(watcher => watcher.Rooms).Distinct()], cancellationToken);
        foreach (var watcher in watchers)
        {
            await watcher.StandAsync(credential, caller, answers);
        }
    }

    private async Task<Dictionary<RoomName, RoomAnswer>> AskAsync(Caller caller, RoomName[] rooms, CancellationToken cancellationToken)
    {
        var answers = new Dictionary<RoomName, RoomAnswer>();
        foreach (var some in rooms.Chunk(RoomsAtOnce))
        {
            var told = await rules.AskAsync(caller, some, cancellationToken);
            for (var place = 0; place < some.Length; place++)
            {
                answers[some[place]] = told[place];
            }
        }

        return answers;
    }

    [LoggerMessage(EventId = 3609, Level = LogLevel.Information, Message = "{Count} watchers are closed: their login does not hold any more")]
    private partial void LogFallen(int count);

    [LoggerMessage(EventId = 3611, Level = LogLevel.Error, Message = "Logins of watchers could not be looked at")]
    private partial void LogFailed(Exception exception);
}
