using System.Threading.Channels;
using Capns.Messaging.Outbound;
using Npgsql;

namespace Capns.Registry.Worker.Persistence.Outbox;

/// <summary>Takes what was committed to the broker: at once, in batches, deleted after the broker's confirm (platform spec 3.3, rules 6 and 7).</summary>
/// <remarks>
/// Messages of one ordering key go through one lane, in the order of their commits. What the broker does not confirm stays
/// in the table for <see cref="OutboxSweep"/>; until that has caught up, everything goes that way, so nothing overtakes it.
/// A crash after a confirm and before the delete publishes a message twice with the same id; receivers know it by that.
/// </remarks>
internal sealed partial class OutboxDispatcher(IMessagePublisher publisher, OutboxStore store, OutboxSettings settings, ILogger<OutboxDispatcher> logger)
    : BackgroundService, IOutboxHotPath
{
    private const int Lanes = 4;
    private const int LaneCapacity = 2048;
    private const int BatchSize = 64;

    private readonly Channel<OutboxRow>[] _lanes =
        [.. Enumerable.Range(0, Lanes).Select(_ => Channel.CreateBounded<OutboxRow>(new BoundedChannelOptions(LaneCapacity) { SingleReader = true }))];

    private volatile bool _behind = !settings.HotPath;

    public TimeSpan Lease => _behind ? TimeSpan.Zero : settings.Lease;

    public async ValueTask EnqueueAsync(IReadOnlyList<OutboxRow> rows)
    {
        foreach (var row in rows)
        {
            await _lanes[(uint)string.GetHashCode(row.OrderingKey, StringComparison.Ordinal) % Lanes].Writer.WriteAsync(row);
        }
    }

    public async Task ReleaseAsync(IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        try
        {
            await store.ReleaseAsync([.. rows.Select(row => row.Id)], cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            LogBehind(exception.Message);
        }
    }

    /// <summary>Called by the sweep when it has found nothing more.</summary>
    public void CaughtUp() => _behind = !settings.HotPath;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_lanes.Select(lane => RunLaneAsync(lane.Reader, stoppingToken)));

    private async Task RunLaneAsync(ChannelReader<OutboxRow> lane, CancellationToken stoppingToken)
    {
        var batch = new List<OutboxRow>(BatchSize);
        while (await lane.WaitToReadAsync(stoppingToken))
        {
            batch.Clear();
            while (batch.Count < BatchSize && lane.TryRead(out var row))
            {
                batch.Add(row);
            }

            try
            {
                await PublishAsync(batch, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was: the lane goes on. The rows keep their lease; the sweep has them when it is over.
                _behind = true;
                LogLaneFailed(exception);
            }
        }
    }

    private async Task PublishAsync(List<OutboxRow> batch, CancellationToken stoppingToken)
    {
        if (_behind)
        {
            // Only those that were written with a lease; the others are the sweep's already.
            await store.SettleAsync([], [.. batch.Where(row => row.NextAttemptAt > row.CreatedAt).Select(row => row.Id)], stoppingToken);
            return;
        }

        var report = await publisher.PublishAsync([.. batch.Select(row => row.ToMessage())], stoppingToken);
        if (report.Unconfirmed.Count > 0)
        {
            FallBehind(report.Failure?.Message ?? "no confirm");
        }

        await store.SettleAsync(report.Confirmed, report.Unconfirmed, stoppingToken);
    }

    private void FallBehind(string reason)
    {
        _behind = true;
        LogBehind(reason);
    }

    [LoggerMessage(EventId = 3113, Level = LogLevel.Error, Message = "A batch of the outbox failed and is left to the sweep")]
    private partial void LogLaneFailed(Exception exception);

    [LoggerMessage(EventId = 3111, Level = LogLevel.Warning, Message = "The outbox falls back to its sweep: {Reason}")]
    private partial void LogBehind(string reason);
}
