using Npgsql;

namespace Capns.Registry.Worker.Analytics;

/// <summary>Adds up what executions used, per hour and per day (platform spec 9.1, <c>usage_buckets</c>).</summary>
/// <remarks>
/// A row leaves the intake in the statement that adds it up, so nothing is counted twice or not at all. One instance at a time:
/// two that add to the same sums would wait for each other. What is committed late is added up late.
/// </remarks>
internal sealed partial class UsageRollup(NpgsqlDataSource database, TimeProvider time, ILogger<UsageRollup> logger) : BackgroundService
{
    /// <summary>Rows of one statement.</summary>
    public const int BatchSize = 5000;

    /// <summary>Base of the classes of durations: class n ends at this to the n ms.</summary>
    public const double ClassBase = 1.5;

    /// <summary>Stands for all tools together in <c>usage_durations</c>.</summary>
    public static readonly Guid EveryTool = Guid.AllBitsSet;

    /// <summary>Sums per hour are kept so long; those per day stay.</summary>
    public static readonly TimeSpan HoursKept = TimeSpan.FromDays(35);

    private const long LockKey = 0x4341504E53_71;

    private const string AddUp = """
        WITH taken AS (
            DELETE FROM usage_intake WHERE ord IN (SELECT ord FROM usage_intake ORDER BY ord LIMIT 5000) RETURNING *
        ), spread AS (
            SELECT g.grain, date_trunc(g.grain, t.ended_at, 'UTC') AS bucket, s.scope, s.subject,
                coalesce(t.tool_id, '00000000-0000-0000-0000-000000000000') AS tool_id, t.state, t.duration_ms, t.cost, t.cpu_ms, t.memory_mb,
                state IN ('completed', 'failed', 'cancelled') AND duration_ms > 0 AS ran
            FROM taken t
            CROSS JOIN (VALUES ('hour'), ('day')) AS g (grain)
            CROSS JOIN LATERAL (VALUES ('all', ''), ('caller', t.caller_id), ('agent', t.agent_id)) AS s (scope, subject)
            WHERE s.subject IS NOT NULL
        ), sums AS (
            INSERT INTO usage_buckets AS u
            SELECT grain, bucket, scope, subject, tool_id,
                count(*) FILTER (WHERE state = 'completed'), count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'cancelled'),
                count(*) FILTER (WHERE state = 'rejected'), count(*) FILTER (WHERE state = 'expired'),
                count(*) FILTER (WHERE ran), coalesce(sum(duration_ms) FILTER (WHERE ran), 0), sum(cost), sum(cpu_ms) / 1000.0,
                sum(memory_mb::numeric / 1024 * duration_ms / 1000)
            FROM spread GROUP BY grain, bucket, scope, subject, tool_id
            ON CONFLICT (grain, scope, subject, bucket, tool_id) DO UPDATE SET
                completed = u.completed + excluded.completed, failed = u.failed + excluded.failed, cancelled = u.cancelled + excluded.cancelled,
                rejected = u.rejected + excluded.rejected, expired = u.expired + excluded.expired, runs = u.runs + excluded.runs,
                duration_sum = u.duration_sum + excluded.duration_sum, cost = u.cost + excluded.cost,
                cpu_seconds = u.cpu_seconds + excluded.cpu_seconds, memory_gb_seconds = u.memory_gb_seconds + excluded.memory_gb_seconds
        ), spans AS (
            INSERT INTO usage_durations AS d
            SELECT grain, bucket, scope, subject, t.id, ceil(ln(duration_ms) / ln(1.5))::smallint, count(*)
            FROM spread CROSS JOIN LATERAL (VALUES (tool_id), ('ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)) AS t (id)
            WHERE ran GROUP BY 1, 2, 3, 4, 5, 6
            ON CONFLICT (grain, scope, subject, bucket, tool_id, class) DO UPDATE SET runs = d.runs + excluded.runs
        )
        SELECT count(*) FROM taken
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private DateTimeOffset _cleaned;

    /// <summary>Adds up one batch.</summary>
    /// <returns>Executions added; null when another instance is at it.</returns>
    public async Task<long?> AddUpAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_xact_lock($1)", connection);
        command.Parameters.AddWithValue(LockKey);
        if (!(bool)(await command.ExecuteScalarAsync(cancellationToken))!)
        {
            return null;
        }

        command.Parameters.Clear();
        command.CommandText = AddUp;
        var added = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return added;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await AddUpAsync(stoppingToken) == BatchSize)
                {
                }

                await CleanAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException && !stoppingToken.IsCancellationRequested)
            {
                LogPaused(exception.Message);
            }
        }
    }

    private async Task CleanAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - _cleaned < TimeSpan.FromHours(1))
        {
            return;
        }

        foreach (var sql in new[] { "DELETE FROM usage_buckets WHERE grain = 'hour' AND bucket < $1", "DELETE FROM usage_durations WHERE grain = 'hour' AND bucket < $1" })
        {
            // Both texts stand above.
#pragma warning disable CA2100
            await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
            command.Parameters.AddWithValue(now - HoursKept);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        _cleaned = now;
    }

    [LoggerMessage(EventId = 3750, Level = LogLevel.Warning, Message = "Adding up of usage pauses: {Reason}")]
    private partial void LogPaused(string reason);
}
