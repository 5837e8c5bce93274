namespace Capns.Registry.Worker.Audit;

/// <summary>Does the work of the day when one has ended: checkpoints, retention, and a look at every entry. Beside the sealing, which goes on.</summary>
internal sealed class AuditDay(
    AuditKeeping keeping, AuditVerifier verifier, Alerts.AlertWatch alerts, TimeProvider time, ILogger<AuditDay> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private DateOnly _done;

    /// <summary>Does what is due, if it is.</summary>
    /// <returns>True when nothing is due any more today.</returns>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (_done == today)
        {
            return true;
        }

        if (await keeping.CheckpointAsync(cancellationToken) is not { } made)
        {
            return false;
        }

        int? removed;
        while ((removed = await keeping.RemoveAsync(cancellationToken)) > 0)
        {
        }

        if (removed is null)
        {
            return false;
        }

        if (made > 0)
        {
            // Who made the checkpoints looks; the other instances need not read everything too.
            await verifier.WatchAsync(cancellationToken);
        }

        await alerts.ForgetAsync(cancellationToken);
        _done = today;
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.KeepingPaused(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
