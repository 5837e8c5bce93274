using System.Diagnostics.Metrics;
using Npgsql;

namespace Capns.Registry.Worker.Executions.Timing;

/// <summary>
/// Measures every 5 s how many executions wait and for how long, and how far the outbox is behind (platform spec 10.3):
/// add runners of a pool while <c>queue_oldest_seconds</c> is above 2.
/// </summary>
/// <remarks>Every registry tells the same numbers, those of the database. While it is away the last ones stay.</remarks>
internal sealed partial class QueueSampler : BackgroundService
{
    private const string Prefix = "capability_registry_";

    // What may not start yet waits for its time, not for a runner.
    private const string Waiting = """
        SELECT pool, priority, count(*), coalesce(max(extract(epoch FROM now() - queued_at)), 0)::double precision
        FROM executions
        WHERE status = 'queued' AND pool IS NOT NULL AND (not_before IS NULL OR not_before <= now())
        GROUP BY pool, priority
        """;

    private const string Behind = "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::double precision FROM outbox";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;
    private readonly ILogger<QueueSampler> _logger;
    private volatile IReadOnlyList<QueueSample> _queues = [];
    private double _outboxLag;

    public QueueSampler(NpgsqlDataSource database, IMeterFactory meters, TimeProvider time, ILogger<QueueSampler> logger)
    {
        _database = database;
        _time = time;
        _logger = logger;
        var meter = meters.Create("Capns");
        meter.CreateObservableGauge(Prefix + "queue_depth", () => _queues.Select(queue => Measured(queue.Depth, queue)), description: "Executions that wait for a runner.");
        meter.CreateObservableGauge(Prefix + "queue_oldest_seconds", () => _queues.Select(queue => Measured(queue.OldestSeconds, queue)), "s", "How long the oldest of them has waited.");
        meter.CreateObservableGauge(Prefix + "outbox_lag_seconds", () => Volatile.Read(ref _outboxLag), "s", "Age of the oldest message that is not known to be at the broker.");
    }

    /// <summary>What the last look found; a pool and priority in which nobody waits is left out after it was told as 0 once.</summary>
    public IReadOnlyList<QueueSample> Queues => _queues;

    /// <summary>Looks once.</summary>
    public async Task SampleAsync(CancellationToken cancellationToken)
    {
        var found = new List<QueueSample>();
        await using (var command = _database.CreateCommand(Waiting))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                found.Add(new QueueSample(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetDouble(3)));
            }
        }

        var gone = _queues.Where(old => old.Depth > 0 && !found.Any(now => now.Pool == old.Pool && now.Priority == old.Priority));
        _queues = [.. found, .. gone.Select(old => old with { Depth = 0, OldestSeconds = 0 })];
        await using var lag = _database.CreateCommand(Behind);
        Volatile.Write(ref _outboxLag, (double)(await lag.ExecuteScalarAsync(cancellationToken))!);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SampleAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                LogFailed(exception.Message);
            }
        }
    }

    private static Measurement<T> Measured<T>(T value, QueueSample queue)
        where T : struct => new(
            value,
            new KeyValuePair<string, object?>("pool", queue.Pool),
            new KeyValuePair<string, object?>("priority", queue.Priority));

    [LoggerMessage(EventId = 3190, Level = LogLevel.Debug, Message = "Waiting executions cannot be counted now: {Reason}")]
    private partial void LogFailed(string reason);
}

/// <summary>One pool and priority at one moment.</summary>
/// <param name="Pool">Runner pool.</param>
/// <param name="Priority"><c>low</c>, <c>normal</c> or <c>high</c>.</param>
/// <param name="Depth">Executions that wait.</param>
/// <param name="OldestSeconds">How long the oldest of them has waited.</param>
internal sealed record QueueSample(string Pool, string Priority, long Depth, double OldestSeconds);
