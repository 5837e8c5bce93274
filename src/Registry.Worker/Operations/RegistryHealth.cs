using System.Diagnostics;
using System.Net.Sockets;
using Capns.Hosting.Health;
using Capns.Hosting.Redis;
using Capns.Registry.Worker.Streams.Live;
using Npgsql;

namespace Capns.Registry.Worker.Operations;

/// <summary>The runners, as they said themselves: <c>eventRunner/sandbox</c> (platform spec 10.2). Not required: work waits for them.</summary>
internal sealed class RunnersPart(RunnerStore runners) : IHealthPart
{
    public string Name => "sandbox";

    public string Section => "eventRunner/sandbox";

    public bool Required => false;

    public async Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        var alive = (await runners.ReadAsync(cancellationToken)).Where(runner => runner.Status == "alive").ToList();
        // A driver is there when one runner has it.
        var drivers = alive.SelectMany(runner => runner.Drivers).GroupBy(driver => driver.Driver, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Any(driver => driver.Status == "ok") ? "ok" : "unavailable", StringComparer.Ordinal);
        var usable = drivers.ContainsValue("ok");
        var whole = usable && !drivers.ContainsValue("unavailable");
        return new PartReport(whole ? PartState.Up : PartState.Away, whole ? "ok" : usable ? "degraded" : "unavailable", new Dictionary<string, object?>
        {
            ["drivers"] = drivers,
            ["slots"] = new { used = alive.Sum(runner => runner.Slots.Used), max = alive.Sum(runner => runner.Slots.Max) },
            ["runners"] = alive.Count,
        });
    }
}

/// <summary>Live streams: they need Redis to reach clients of every instance; without it they are read from PostgreSQL.</summary>
internal sealed class StreamingPart(LiveMetrics live, IRedis redis) : IHealthPart
{
    public string Name => "streaming";

    public string Section => "eventRunner/streaming";

    public bool Required => false;

    public Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        var up = !redis.IsEnabled || redis.IsAvailable;
        return Task.FromResult(new PartReport(
            up ? PartState.Up : PartState.Away, up ? "ok" : "degraded", new Dictionary<string, object?> { ["clients"] = live.Clients }));
    }
}

/// <summary>Workflows, where the database has them.</summary>
internal sealed class WorkflowPart(NpgsqlDataSource database) : IHealthPart
{
    public string Name => "workflow";

    public string Section => "eventRunner/workflow";

    public bool Required => false;

    public async Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var exists = database.CreateCommand("SELECT to_regclass('workflow_runs') IS NOT NULL");
        if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
        {
            return PartReport.Disabled;
        }

        await using var command = database.CreateCommand("SELECT count(*) FROM workflow_runs WHERE completed_at IS NULL");
        return new PartReport(PartState.Up, "ok", new Dictionary<string, object?> { ["open"] = (long)(await command.ExecuteScalarAsync(cancellationToken))! });
    }
}

/// <summary>What waits and runs: the member <c>metrics</c>. Measured on its own, so that it is never older than the rest.</summary>
internal sealed class WorkPart(NpgsqlDataSource database) : IHealthPart
{
    // Exactly the executions that have not ended have a due time; an index holds them.
    private const string Look = """
        SELECT count(*) FILTER (WHERE status = 'running'), count(*) FILTER (WHERE status = 'queued'),
            coalesce(max(extract(epoch FROM now() - queued_at)) FILTER (WHERE status = 'queued'), 0)::double precision,
            (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::double precision FROM outbox)
        FROM executions WHERE due_at IS NOT NULL
        """;

    public string Name => "work";

    public string Section => "metrics";

    public bool Required => false;

    public async Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Look);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new PartReport(PartState.Up, null, new Dictionary<string, object?>
        {
            ["activeExecutions"] = reader.GetInt64(0),
            ["queueDepth"] = reader.GetInt64(1),
            ["oldestQueuedMs"] = (long)(reader.GetDouble(2) * 1000),
            ["outboxLag"] = Math.Round(reader.GetDouble(3), 3),
        });
    }
}

/// <summary>The graph server: whether somebody listens there. Off when <c>NEO4J_URL</c> is empty.</summary>
/// <param name="address">Absent: off.</param>
internal sealed class GraphPart(Uri? address) : IHealthPart
{
    private const int BoltPort = 7687;

    public string Name => "neo4j";

    public string Section => "database/neo4j";

    public bool Required => false;

    public async Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        if (address is null)
        {
            return PartReport.Disabled;
        }

        var started = Stopwatch.GetTimestamp();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port > 0 ? address.Port : BoltPort, cancellationToken);
        return PartReport.Connected(Stopwatch.GetElapsedTime(started));
    }
}
