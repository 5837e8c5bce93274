using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Learning.Rules;
using Capns.Discovery.Worker.Learning.Similarity;
using Capns.Discovery.Worker.Persistence;
using Capns.Hosting.Postgres;
using Npgsql;

namespace Capns.Discovery.Worker.Learning;

/// <summary>What is done once a night, at 03:00 UTC, by one instance (platform spec 7.3, rules 4 and 8).</summary>
/// <remarks>When it is due stands in PostgreSQL. Cut off, it is still due, and doing it again changes nothing that is right.</remarks>
internal sealed class NightlyWork(
    NpgsqlDataSource database, CatalogueWatch catalogue, SimilarityUpdate similarity, TimeProvider time, ILogger<NightlyWork> logger) : BackgroundService
{
    /// <summary>How often it is asked whether it is due.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>How long an ended session is remembered: what waits in the queue may still belong to it.</summary>
    public static readonly TimeSpan KeepSessions = TimeSpan.FromDays(1);

    /// <summary>How long feedback waits for the end of its execution.</summary>
    public static readonly TimeSpan KeepCorrections = TimeSpan.FromDays(30);

    /// <summary>How long the uses of a day are kept: longer than <see cref="ToolFactsSnapshot.Days"/>, by which they count.</summary>
    public static readonly TimeSpan KeepDays = TimeSpan.FromDays(ToolFactsSnapshot.Days + 2);

    private const long LockKey = 0x4341504E534E; // "CAPNSN"
    private const string Job = "nightly";
    private static readonly TimeOnly Hour = new(3, 0);

    // frequency · 0.5^(days ÷ 30) < 0.5, without powers that underflow.
    private const string Forgotten = """
        DELETE FROM discovery.graph_relations
        WHERE type = 'USED_WITH' AND extract(epoch FROM $1 - last_used) > 30 * 86400 * (1 + log(2.0, frequency::numeric))
        RETURNING from_id, to_id
        """;

    /// <summary>Does the work if it is due.</summary>
    /// <returns>True when it was done, here and now.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<bool> RunDueAsync(CancellationToken cancellationToken)
    {
        // Everything would be removed that belongs to tools that are only not known yet.
        if (catalogue.Current.Revision == 0)
        {
            return false;
        }

        await using var turn = await AdvisoryTurn.TryTakeAsync(database, LockKey, cancellationToken);
        if (turn is null)
        {
            return false;
        }

        var (connection, now) = (turn.Connection, time.GetUtcNow());
        await AskAsync<object>(
            connection,
            "INSERT INTO discovery.learning_jobs (name, due_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            cancellationToken,
            Job,
            Next(now));
        var due = await AskAsync<DateTime>(connection, "SELECT due_at FROM discovery.learning_jobs WHERE name = $1", cancellationToken, Job);
        if (due > now.UtcDateTime)
        {
            return false;
        }

        await similarity.UpdateAllAsync(catalogue.Current, cancellationToken);
        await CleanAsync(connection, now, cancellationToken);
        await AskAsync<object>(
            connection, "UPDATE discovery.learning_jobs SET due_at = $2 WHERE name = $1", cancellationToken, Job, Next(now));
        return true;
    }

    /// <summary>The next 03:00 UTC after a time.</summary>
    public static DateTimeOffset Next(DateTimeOffset now)
    {
        var today = new DateTimeOffset(DateOnly.FromDateTime(now.UtcDateTime).ToDateTime(Hour), TimeSpan.Zero);
        return today > now ? today : today.AddDays(1);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await RunDueAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (DatabaseOutage.Is(exception))
                {
                    LearningLog.NightlyWaits(logger, exception.GetBaseException().Message);
                }
                else
                {
                    LearningLog.NightlyFailed(logger, exception);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CleanAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var pairs = await SimilarityRows.ChunkAsync(connection, LearningWrites.Command(Forgotten, now), now, cancellationToken);
        var sessions = await CountAsync(
            connection,
            """
            DELETE FROM discovery.session_tools WHERE session_key IN
                (SELECT session_key FROM discovery.session_tools GROUP BY session_key HAVING max(at) < $1)
            """,
            now - SessionRule.Window - KeepSessions, cancellationToken);
        sessions += await CountAsync(
            connection,
            """
            DELETE FROM discovery.session_pairs p
            WHERE p.at < $1 AND NOT EXISTS (SELECT 1 FROM discovery.session_tools t WHERE t.session_key = p.session_key)
            """,
            now, cancellationToken);
        var waiting = await CountAsync(
            connection, "DELETE FROM discovery.learning_corrections WHERE at < $1", now - KeepCorrections, cancellationToken);
        var days = await CountAsync(
            connection, "DELETE FROM discovery.tool_days WHERE day < $1", now - KeepDays, cancellationToken);
        LearningLog.Cleaned(logger, pairs, sessions, waiting, days);
    }

    // Behind whoever learns now: none of its rows is taken away between its reading and its writing.
    private static async Task<int> CountAsync(
        NpgsqlConnection connection, string sql, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LearningStore.Lock));
        var change = LearningWrites.Command(sql, before);
        batch.BatchCommands.Add(change);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return change.RecordsAffected;
    }

    private static async Task<T?> AskAsync<T>(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return await command.ExecuteScalarAsync(cancellationToken) is T value2 ? value2 : default;
    }
}
