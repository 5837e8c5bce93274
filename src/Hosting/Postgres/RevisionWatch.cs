using Microsoft.Extensions.Hosting;

namespace Capns.Hosting.Postgres;

/// <summary>Keeps a copy of what lies in PostgreSQL current: read before the worker serves anybody, then as soon as its revision has moved.</summary>
/// <remarks>While PostgreSQL is away the last state stays.</remarks>
public abstract class RevisionWatch(TimeProvider time) : BackgroundService
{
    /// <summary>How often the revision is looked at: one row. A change is known everywhere within 1 s (platform spec 4.3).</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// A refresh reads what has changed. One that took long, because much had, is followed by a pause so many times as long, so that what
    /// changes all the time costs a fifth of a core, not all of it.
    /// </summary>
    private const int Rest = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private bool _away;

    /// <summary>Returns when the copy is made; waits for PostgreSQL as long as it is away.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        while (!await TryRefreshAsync(cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>Takes over what has changed.</summary>
    protected abstract Task TakeOverAsync(CancellationToken cancellationToken);

    /// <summary>True for what passes by itself. Default: PostgreSQL is away.</summary>
    protected virtual bool Passes(Exception exception) => DatabaseOutage.Is(exception);

    /// <summary>Logs, once, that it cannot be read now.</summary>
    protected abstract void TellAway(string reason);

    /// <summary>Logs that it is current again.</summary>
    protected abstract void TellBack();

    /// <summary>Logs a bug.</summary>
    protected abstract void TellFailed(Exception exception);

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
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
            await TakeOverAsync(cancellationToken);
            if (_away)
            {
                _away = false;
                TellBack();
            }

            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A bug is told each time; what passes is told once.
            if (!Passes(exception))
            {
                TellFailed(exception);
            }
            else if (!_away)
            {
                _away = true;
                TellAway(exception.GetBaseException().Message);
            }

            return false;
        }
    }
}
