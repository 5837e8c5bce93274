using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Capns.Registry.Worker.Executions.Sharing;

/// <summary>Hands over what stands in line: round robin between callers, the oldest first within one (platform spec 5.8).</summary>
/// <remarks>
/// Right after a place was freed, and every <see cref="Interval"/> for what nobody signalled: a crash, or another registry's end.
/// The releasers of all registries take turns by an advisory lock, and take only rows that nobody works on: they never
/// wait for a row, and nobody waits for them but for a row that is just being handed over.
/// </remarks>
internal sealed partial class ShareReleaser(
    ShareBoard board,
    ExecutionPipe pipe,
    RegistryTransactions transactions,
    NpgsqlDataSource database,
    IOptions<ExecutionOptions> options,
    TimeProvider time,
    ILogger<ShareReleaser> logger) : BackgroundService
{
    private const int BatchSize = 64;

    /// <summary>Any constant will do, as long as every instance takes the same and nobody else does.</summary>
    private const long LockKey = 0x434150_46414952; // "CAPFAIR"

    /// <summary>Between two looks at all lines.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    // While a caller floods the registry, every execution that comes to stand in line is a signal, and next to none frees a place.
    private static readonly TimeSpan PauseAfterNothing = TimeSpan.FromMilliseconds(5);

    // From line to line, however long each of them is.
    private const string LinesSql = """
        WITH RECURSIVE line AS (
            (SELECT caller_id, pool FROM executions WHERE waiting_since IS NOT NULL ORDER BY caller_id, pool LIMIT 1)
            UNION ALL
            SELECT next.caller_id, next.pool FROM line CROSS JOIN LATERAL (
                SELECT caller_id, pool FROM executions
                WHERE waiting_since IS NOT NULL AND (caller_id, pool) > (line.caller_id, line.pool)
                ORDER BY caller_id, pool LIMIT 1) next)
        SELECT caller_id, pool FROM line
        """;

    /// <summary>Looks at every line of the database.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var since = board.Clock();
        var lines = await FindLinesAsync(cancellationToken);
        board.Learn(lines, since);
        await ReleaseAsync(lines, cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(FollowSignalsAsync(stoppingToken), SweepAllAsync(stoppingToken));

    private async Task FollowSignalsAsync(CancellationToken stoppingToken)
    {
        var keys = new List<ShareKey>();
        while (await board.Signals.WaitToReadAsync(stoppingToken))
        {
            keys.Clear();
            while (board.Signals.TryRead(out var key))
            {
                board.Looking(key);
                keys.Add(key);
            }

            if (await ReleaseAsync(keys, stoppingToken) == 0)
            {
                await Task.Delay(PauseAfterNothing, time, stoppingToken);
            }
        }
    }

    private async Task SweepAllAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested && DatabaseFaults.Of(exception) != DatabaseFault.Other)
            {
                LogPaused(exception.Message);
            }
        }
    }

    /// <returns>How many were handed over.</returns>
    private async Task<int> ReleaseAsync(List<ShareKey> keys, CancellationToken cancellationToken)
    {
        var released = 0;
        try
        {
            for (var batch = keys.Count > 0 ? BatchSize : 0; batch == BatchSize;)
            {
                batch = await ReleaseBatchAsync(keys, cancellationToken);
                released += batch;
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(keys[0].Caller, keys[0].Pool, exception);
            // One execution that cannot be handled must not keep other callers waiting.
            foreach (var key in keys.Skip(keys.Count == 1 ? 1 : 0))
            {
                released += await ReleaseAsync([key], cancellationToken);
            }
        }

        return released;
    }

    private async Task<int> ReleaseBatchAsync(List<ShareKey> keys, CancellationToken cancellationToken)
    {
        var released = 0;
        await transactions.RunAsync(
            Guid.CreateVersion7(),
            async transaction =>
            {
                var inTurn = await TakeAsync(transaction, keys);
                foreach (var execution in inTurn)
                {
                    await pipe.SendAsync(new ExecutionReleased(execution.CorrelationId, execution, transaction), transaction.CancellationToken);
                }

                released = inTurn.Count;
            },
            cancellationToken);
        return released;
    }

    /// <summary>Who may go now, locked. Places are counted as <see cref="FairShares"/> does: first the open ones, then the database.</summary>
    private async Task<List<Execution>> TakeAsync(RegistryTransaction transaction, List<ShareKey> keys)
    {
        await transaction.Db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockKey})", transaction.CancellationToken);
        string[] callers = [.. keys.Select(key => key.Caller)];
        string[] pools = [.. keys.Select(key => key.Pool)];
        int[] places = [.. keys.Select(key => options.Value.FairShare - board.OpenOf(key))];
        // As an enumeration: composing on the text would put the locks into a subquery of another order.
        var rows = transaction.Db.Set<Execution>().FromSql(
            $"""
            SELECT line.* FROM unnest({callers}, {pools}, {places}) AS share (caller, pool, places)
            CROSS JOIN LATERAL (
                SELECT oldest.*, row_number() OVER (ORDER BY oldest.created_at, oldest.id) AS turn FROM (
                    SELECT e.*, e.xmin FROM executions e
                    WHERE e.caller_id = share.caller AND e.pool = share.pool AND e.waiting_since IS NOT NULL
                    ORDER BY e.created_at, e.id
                    LIMIT greatest(0, share.places - (
                        SELECT count(*) FROM executions o
                        WHERE o.caller_id = share.caller AND o.pool = share.pool AND o.handed_over_at IS NOT NULL))
                    FOR NO KEY UPDATE SKIP LOCKED) oldest) line
            ORDER BY line.turn, line.created_at, line.id LIMIT {BatchSize}
            """).AsAsyncEnumerable();
        var executions = new List<Execution>();
        await foreach (var execution in rows.WithCancellation(transaction.CancellationToken))
        {
            executions.Add(execution);
        }

        return executions;
    }

    private async Task<List<ShareKey>> FindLinesAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LinesSql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<ShareKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            lines.Add(new ShareKey(reader.GetString(0), reader.GetString(1)));
        }

        return lines;
    }

    [LoggerMessage(EventId = 3124, Level = LogLevel.Error, Message = "The line of caller {Caller} in pool {Pool} cannot be released")]
    private partial void LogFailed(string caller, string pool, Exception exception);

    [LoggerMessage(EventId = 3123, Level = LogLevel.Warning, Message = "The sweep of waiting executions pauses: {Reason}")]
    private partial void LogPaused(string reason);
}
