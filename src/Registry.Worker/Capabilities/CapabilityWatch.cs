using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>Keeps the index current: read before the worker serves anybody, then as soon as the catalogue's revision has moved.</summary>
/// <remarks>While PostgreSQL is away the last state stays; nothing can be admitted then anyway.</remarks>
internal sealed partial class CapabilityWatch(CapabilityIndex index, TimeProvider time, ILogger<CapabilityWatch> logger) : BackgroundService
{
    /// <summary>How often the revision is looked at: one row. A change is known everywhere within 1 s (platform spec 4.3).</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// A refresh reads what has changed. One that took long, because much had, is followed by a pause so many times as long, so that a
    /// catalogue that changes all the time costs a fifth of a core, not all of it.
    /// </summary>
    private const int Rest = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private bool _away;

    /// <summary>Returns when the index is filled; waits for PostgreSQL as long as it is away.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        while (!await TryRefreshAsync(cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
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
            if (await index.RefreshAsync(cancellationToken))
            {
                LogRefreshed(index.Current.Revision, index.Current.Tools.Count);
            }

            if (_away)
            {
                _away = false;
                LogBack();
            }

            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A bug is told each time; that the database is away is told once.
            if (DatabaseFaults.Of(exception) != DatabaseFault.Outage)
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

    [LoggerMessage(EventId = 3500, Level = LogLevel.Debug, Message = "Capabilities as of revision {Revision}: {Tools} tools")]
    private partial void LogRefreshed(long revision, int tools);

    [LoggerMessage(EventId = 3501, Level = LogLevel.Warning, Message = "Capabilities stay as they are, PostgreSQL is away: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(EventId = 3502, Level = LogLevel.Information, Message = "Capabilities are current again")]
    private partial void LogBack();

    [LoggerMessage(EventId = 3503, Level = LogLevel.Error, Message = "Capabilities could not be read and stay as they are")]
    private partial void LogFailed(Exception exception);
}
