using Capns.Hosting.Postgres;

namespace Capns.Discovery.Worker.Catalogue;

/// <summary>Keeps this instance's copy of the catalogue current: as soon as its revision has moved, or an event says so.</summary>
/// <remarks>While PostgreSQL is away the last state stays, and questions are answered from it.</remarks>
internal sealed partial class CatalogueWatch(
    CatalogueReader reader, IEnumerable<ICatalogueFollower> followers, TimeProvider time, ILogger<CatalogueWatch> logger) : BackgroundService
{
    /// <summary>How often the revision is looked at: one row.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>A refresh that took long is followed by a pause so many times as long: a catalogue that changes all the time costs a fifth of a core.</summary>
    private const int Rest = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ICatalogueFollower[] _followers = [.. followers];
    private readonly SemaphoreSlim _one = new(1, 1);
    private CatalogueSnapshot _current = CatalogueSnapshot.Empty;
    private bool _away;

    /// <summary>What is known now; empty before the first refresh.</summary>
    public CatalogueSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Takes over what was committed before the call.</summary>
    /// <returns>True when something had changed.</returns>
    /// <exception cref="System.Data.Common.DbException">The database is away, or the registry has not made its schema yet.</exception>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (await reader.ReadAsync(_current, cancellationToken) is not { } change)
            {
                return false;
            }

            foreach (var follower in _followers)
            {
                await follower.FollowAsync(change, cancellationToken);
            }

            Volatile.Write(ref _current, change.Snapshot);
            LogRefreshed(change.Snapshot.Revision, change.Snapshot.Tools.Count, change.Changed.Count);
            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Returns when the catalogue is known; waits for PostgreSQL, and for the registry's schema, as long as it takes.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        while (!await TryRefreshAsync(cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var started = time.GetTimestamp();
            await TryRefreshAsync(stoppingToken);
            var took = time.GetElapsedTime(started);
            if (took * Rest > Interval)
            {
                await Task.Delay(took * Rest, time, stoppingToken);
            }
        }
    }

    private async Task<bool> TryRefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken);
            if (_away)
            {
                _away = false;
                LogBack();
            }

            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A bug is told each time; that the database is away, or not made yet, is told once.
            if (!DatabaseOutage.Is(exception) && !CatalogueSchema.IsMissing(exception))
            {
                LogFailed(exception);
            }
            else if (!_away)
            {
                _away = true;
                LogAway(exception.GetBaseException().Message);
            }

            return false;
        }
    }

    [LoggerMessage(EventId = 3010, Level = LogLevel.Debug, Message = "Catalogue as of revision {Revision}: {Tools} tools, {Changed} of them new")]
    private partial void LogRefreshed(long revision, int tools, int changed);

    [LoggerMessage(EventId = 3011, Level = LogLevel.Warning, Message = "The catalogue stays as it is, it cannot be read now: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(EventId = 3012, Level = LogLevel.Information, Message = "The catalogue is current again")]
    private partial void LogBack();

    [LoggerMessage(EventId = 3013, Level = LogLevel.Error, Message = "The catalogue could not be read and stays as it is")]
    private partial void LogFailed(Exception exception);
}
