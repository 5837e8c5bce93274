using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Persistence.Transactions;
using Npgsql;

namespace Capns.Registry.Worker.Executions.Timing;

/// <summary>Wakes executions whose due time has come: retries, deadlines, leases (platform spec 3.3, rule 5).</summary>
/// <remarks>Several registries may sweep: rows that one works on are skipped by the others, and the state machine looks at the time itself.</remarks>
internal sealed partial class DueSweep(
    ExecutionPipe pipe, NpgsqlDataSource database, LeaseWatch leases, TimeProvider time, ILogger<DueSweep> logger) : BackgroundService
{
    private const int BatchSize = 200;
    private const int Concurrency = 8;

    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private const string Due = """
        SELECT id FROM executions
        WHERE status IN ('approval-required', 'queued', 'running', 'retrying') AND due_at <= $1
        ORDER BY due_at LIMIT $2
        FOR NO KEY UPDATE SKIP LOCKED
        """;

    /// <summary>Wakes everything that is due now.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var ids = await FindAsync(cancellationToken);
            leases.Looked();
            await Parallel.ForEachAsync(
                ids,
                new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
                async (id, token) => await WakeAsync(id, token));
            if (ids.Count < BatchSize)
            {
                return;
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
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
                leases.Interrupted();
                LogPaused(exception.Message);
            }
        }
    }

    // One execution that cannot be handled must not keep the others waiting.
    private async Task WakeAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            await pipe.SendAsync(new ExecutionDue(id), cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(id, exception);
        }
    }

    private async Task<List<Guid>> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Due);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchSize });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }

    [LoggerMessage(EventId = 3122, Level = LogLevel.Error, Message = "Execution {ExecutionId} is due and cannot be handled")]
    private partial void LogFailed(Guid executionId, Exception exception);

    [LoggerMessage(EventId = 3121, Level = LogLevel.Warning, Message = "The sweep of due executions pauses: {Reason}")]
    private partial void LogPaused(string reason);
}
