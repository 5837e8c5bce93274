using Npgsql;

namespace Capns.Registry.Worker.Persistence;

/// <summary>Deletes what has served its time: inbox entries and request keys after 24 h, dead letters after 30 days (platform spec 3.9, 3.11).</summary>
internal sealed partial class Housekeeping(NpgsqlDataSource database, TimeProvider time, ILogger<Housekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan InboxAge = TimeSpan.FromHours(24);
    private static readonly TimeSpan DeadLetterAge = TimeSpan.FromDays(30);

    /// <summary>Cleans up once.</summary>
    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Delete("DELETE FROM inbox WHERE received_at < $1", now - InboxAge));
        batch.BatchCommands.Add(Delete("DELETE FROM idempotency_keys WHERE expires_at < $1", now));
        batch.BatchCommands.Add(Delete("DELETE FROM dead_letters WHERE failed_at < $1", now - DeadLetterAge));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CleanAsync(stoppingToken);
            }
            catch (NpgsqlException exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogPaused(exception.Message);
            }
        }
    }

    private static NpgsqlBatchCommand Delete(string sql, DateTimeOffset before) =>
        new(sql) { Parameters = { new NpgsqlParameter<DateTimeOffset> { TypedValue = before } } };

    [LoggerMessage(EventId = 3141, Level = LogLevel.Warning, Message = "Housekeeping pauses: {Reason}")]
    private partial void LogPaused(string reason);
}
