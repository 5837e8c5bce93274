using Npgsql;

namespace Capns.Registry.Worker.Operations;

/// <summary>
/// Deletes executions that have served their time, with their events, attempts, results and approvals; results that have expired; and
/// <c>progress</c> rows 24 h after the end, but of dangerous tools (platform spec 5.3).
/// </summary>
/// <remarks>
/// Counted from the end; from the request for what was refused or given up before it ran. In small transactions, one instance at a
/// time. Done twice, the second time finds nothing. The audit log has a retention of its own, and what was used stays added up.
/// </remarks>
internal sealed partial class ExecutionRetention(NpgsqlDataSource database, TimeProvider time, ILogger<ExecutionRetention> logger) : BackgroundService
{
    /// <summary>Executions of one transaction.</summary>
    public const int BatchSize = 500;

    /// <summary>So long after the end <c>progress</c> rows are kept, but of dangerous tools.</summary>
    public static readonly TimeSpan ProgressKept = TimeSpan.FromHours(24);

    /// <summary>How long executions are kept, by security level; the empty one stands for requests whose tool is unknown.</summary>
    public static readonly IReadOnlyDictionary<string, TimeSpan> Kept = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
    {
        ["safe"] = TimeSpan.FromDays(30),
        ["moderate"] = TimeSpan.FromDays(90),
        ["restricted"] = TimeSpan.FromDays(365),
        ["dangerous"] = TimeSpan.FromDays(2555),
        [""] = TimeSpan.FromDays(365),
    };

    private const long LockKey = 0x4341504E53_72;

    private const string DeleteExecutions = """
        WITH gone AS (
            DELETE FROM executions WHERE id IN (
                SELECT id FROM executions
                WHERE due_at IS NULL AND coalesce(security_level, '') = $1 AND coalesce(completed_at, created_at) < $2
                ORDER BY coalesce(completed_at, created_at), id LIMIT $3)
            RETURNING 1
        )
        SELECT count(*) FROM gone
        """;

    // A mark says how far it has come: without it, every pass would begin at the oldest execution that is kept.
    private const string DeleteProgress = """
        WITH mark AS (
            SELECT coalesce(max(at), '-infinity') AS at, coalesce(max(id::text), repeat('0', 32))::uuid AS id FROM retention_marks WHERE level = $1
        ), ended AS (
            SELECT e.id, coalesce(e.completed_at, e.created_at) AS at FROM executions e, mark m
            WHERE e.due_at IS NULL AND coalesce(e.security_level, '') = $1
                AND (coalesce(e.completed_at, e.created_at), e.id) > (m.at, m.id) AND coalesce(e.completed_at, e.created_at) < $2
            ORDER BY coalesce(e.completed_at, e.created_at), e.id LIMIT $3
        ), gone AS (
            DELETE FROM execution_events v USING ended WHERE v.execution_id = ended.id AND v.status = 'progress'
        ), moved AS (
            INSERT INTO retention_marks (level, at, id) SELECT $1, at, id FROM ended ORDER BY at DESC, id DESC LIMIT 1
            ON CONFLICT (level) DO UPDATE SET at = excluded.at, id = excluded.id
        )
        SELECT count(*) FROM ended
        """;

    private const string DeleteResults = """
        WITH gone AS (
            DELETE FROM execution_results
            WHERE execution_id IN (SELECT execution_id FROM execution_results WHERE expires_at < $2 AND $1 = '' ORDER BY expires_at LIMIT $3)
            RETURNING 1
        )
        SELECT count(*) FROM gone
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>Deletes all that is due.</summary>
    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (level, kept) in Kept)
        {
            if (level != "dangerous")
            {
                await RepeatAsync(DeleteProgress, level, now - ProgressKept, cancellationToken);
            }

            await RepeatAsync(DeleteExecutions, level, now - kept, cancellationToken);
        }

        await RepeatAsync(DeleteResults, null, now, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await CleanAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException && !stoppingToken.IsCancellationRequested)
            {
                LogPaused(exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RepeatAsync(string sql, string? level, DateTimeOffset before, CancellationToken cancellationToken)
    {
        long done;
        do
        {
            done = await OnceAsync(sql, level, before, cancellationToken);
        }
        while (done >= BatchSize);
    }

    private async Task<long> OnceAsync(string sql, string? level, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var look = new NpgsqlCommand("SELECT pg_try_advisory_xact_lock($1)", connection);
        look.Parameters.AddWithValue(LockKey);
        if (!(bool)(await look.ExecuteScalarAsync(cancellationToken))!)
        {
            // Another instance is at it.
            return 0;
        }

        // All texts stand above.
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.AddWithValue(level ?? "");
        command.Parameters.AddWithValue(before);
        command.Parameters.AddWithValue((long)BatchSize);
        var done = await command.ExecuteScalarAsync(cancellationToken) as long? ?? 0;
        await transaction.CommitAsync(cancellationToken);
        return done;
    }

    [LoggerMessage(EventId = 3761, Level = LogLevel.Warning, Message = "Retention of executions pauses: {Reason}")]
    private partial void LogPaused(string reason);
}
