using System.Diagnostics.Metrics;
using Npgsql;

namespace Capns.Registry.Worker.Operations;

/// <summary>Measures every 5 s how many approvals wait for somebody (platform spec 10.3, <c>approvals_pending</c>).</summary>
/// <remarks>Nothing is told while the database has no table of approvals. Every registry tells the same numbers.</remarks>
internal sealed partial class ApprovalSampler : BackgroundService
{
    private static readonly string[] Levels = ["safe", "moderate", "restricted", "dangerous"];
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;
    private readonly ILogger<ApprovalSampler> _logger;
    private volatile IReadOnlyDictionary<string, long> _pending = new Dictionary<string, long>();

    public ApprovalSampler(NpgsqlDataSource database, IMeterFactory meters, TimeProvider time, ILogger<ApprovalSampler> logger)
    {
        _database = database;
        _time = time;
        _logger = logger;
        meters.Create("Capns").CreateObservableGauge(
            "capability_registry_approvals_pending",
            () => _pending.Select(level => new Measurement<long>(level.Value, new KeyValuePair<string, object?>("level", level.Key))),
            description: "Approvals that wait for a decision.");
    }

    /// <summary>Looks once.</summary>
    public async Task SampleAsync(CancellationToken cancellationToken)
    {
        await using var exists = _database.CreateCommand("SELECT to_regclass('approvals') IS NOT NULL");
        if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
        {
            return;
        }

        var found = Levels.ToDictionary(level => level, _ => 0L, StringComparer.Ordinal);
        await using var command = _database.CreateCommand("SELECT security_level, count(*) FROM approvals WHERE status = 'pending' GROUP BY security_level");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found[reader.GetString(0)] = reader.GetInt64(1);
        }

        _pending = found;
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

    [LoggerMessage(EventId = 3760, Level = LogLevel.Debug, Message = "Approvals cannot be counted now: {Reason}")]
    private partial void LogFailed(string reason);
}
