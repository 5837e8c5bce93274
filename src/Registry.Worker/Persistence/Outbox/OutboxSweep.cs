using Capns.Messaging.Outbound;

namespace Capns.Registry.Worker.Persistence.Outbox;

/// <summary>Publishes what no instance's hot path has: after a crash, or while the broker was away.</summary>
internal sealed partial class OutboxSweep(
    IMessagePublisher publisher, OutboxStore store, OutboxDispatcher dispatcher, OutboxSettings settings, TimeProvider time, ILogger<OutboxSweep> logger)
    : BackgroundService
{
    private const int BatchSize = 64;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.SweepInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await SweepAsync(stoppingToken))
                {
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
    }

    /// <summary>One batch.</summary>
    /// <returns>True when there may be more.</returns>
    private async Task<bool> SweepAsync(CancellationToken stoppingToken)
    {
        var rows = await store.TakeAsync(BatchSize, stoppingToken);
        if (rows.Count == 0)
        {
            dispatcher.CaughtUp();
            return false;
        }

        var report = await publisher.PublishAsync([.. rows.Select(row => row.ToMessage())], stoppingToken);
        await store.SettleAsync(report.Confirmed, report.Unconfirmed, stoppingToken);
        if (report.Unconfirmed.Count > 0)
        {
            LogPaused(report.Failure?.Message ?? "no confirm");
        }

        return report.Unconfirmed.Count == 0;
    }

    [LoggerMessage(EventId = 3114, Level = LogLevel.Error, Message = "The sweep of the outbox failed and is repeated")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(EventId = 3112, Level = LogLevel.Warning, Message = "The sweep of the outbox pauses: {Reason}")]
    private partial void LogPaused(string reason);
}
