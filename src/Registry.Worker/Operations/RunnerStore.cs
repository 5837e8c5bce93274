using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Npgsql;
using NpgsqlTypes;

namespace Capns.Registry.Worker.Operations;

/// <summary>Table <c>runners</c>.</summary>
internal sealed class RunnerStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Silent for longer, a runner counts as gone (platform spec 2.2, O56).</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>Gone for longer, it is forgotten.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(24);

    /// <summary>Keeps a heartbeat unless a later one is known, and forgets who has long been gone.</summary>
    public async Task KeepAsync(RunnerHeartbeat beat, string drivers, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        var keep = new NpgsqlBatchCommand(
            """
            INSERT INTO runners (id, instance_id, pools, drivers, slots, slots_used, memory_mb, memory_reserved_mb, cpu, cpu_reserved, heartbeat_at)
            VALUES ($1, $1, $2, $3::json, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (id) DO UPDATE SET pools = excluded.pools, drivers = excluded.drivers, slots = excluded.slots, slots_used = excluded.slots_used,
                memory_mb = excluded.memory_mb, memory_reserved_mb = excluded.memory_reserved_mb, cpu = excluded.cpu, cpu_reserved = excluded.cpu_reserved,
                heartbeat_at = excluded.heartbeat_at
            WHERE runners.heartbeat_at < excluded.heartbeat_at
            """);
        foreach (var value in new object[]
        {
            beat.RunnerId, beat.Pools.ToArray(), drivers, beat.Slots, beat.SlotsUsed, beat.MemoryMb, beat.MemoryReservedMb, (decimal)beat.Cpu, (decimal)beat.CpuReserved,
            beat.At.ToUniversalTime(),
        })
        {
            keep.Parameters.AddWithValue(value);
        }

        batch.BatchCommands.Add(keep);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("DELETE FROM runners WHERE heartbeat_at < $1")
        {
            Parameters = { new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = time.GetUtcNow() - Remembered } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>All that are remembered, the last heard of first.</summary>
    public async Task<List<RunnerView>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT id, pools, drivers, slots, slots_used, memory_mb, memory_reserved_mb, cpu, cpu_reserved, heartbeat_at FROM runners ORDER BY heartbeat_at DESC, id");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var runners = new List<RunnerView>();
        var oldest = time.GetUtcNow() - Silence;
        while (await reader.ReadAsync(cancellationToken))
        {
            var drivers = JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(2), WireJson.Options)!;
            var heard = reader.GetFieldValue<DateTimeOffset>(9);
            runners.Add(new RunnerView
            {
                RunnerId = reader.GetString(0),
                Status = heard >= oldest ? "alive" : "silent",
                Pools = reader.GetFieldValue<string[]>(1),
                Drivers = [.. drivers.OrderBy(driver => driver.Key, StringComparer.Ordinal).Select(driver => new RunnerDriver(driver.Key, driver.Value))],
                Slots = new RunnerShare<int>(reader.GetInt32(4), reader.GetInt32(3)),
                MemoryMb = new RunnerShare<int>(reader.GetInt32(6), reader.GetInt32(5)),
                Cpu = new RunnerShare<decimal>(reader.GetDecimal(8), reader.GetDecimal(7)),
                HeartbeatAt = heard,
            });
        }

        return runners;
    }
}

/// <summary>A runner as it is shown (platform spec 4.3).</summary>
internal sealed record RunnerView
{
    public required string RunnerId { get; init; }

    /// <summary><c>alive</c>, or <c>silent</c> after 30 s without a heartbeat.</summary>
    public required string Status { get; init; }

    public required IReadOnlyList<string> Pools { get; init; }

    public required IReadOnlyList<RunnerDriver> Drivers { get; init; }

    public required RunnerShare<int> Slots { get; init; }

    /// <summary>MiB; used: what the limits of running attempts add up to.</summary>
    public required RunnerShare<int> MemoryMb { get; init; }

    /// <summary>Processors; used as for memory.</summary>
    public required RunnerShare<decimal> Cpu { get; init; }

    public required DateTimeOffset HeartbeatAt { get; init; }
}

/// <summary>A sandbox driver.</summary>
/// <param name="Driver">Its name.</param>
/// <param name="Status"><c>ok</c> or <c>unavailable</c>.</param>
internal sealed record RunnerDriver(string Driver, string Status);

/// <summary>So much of so much.</summary>
internal sealed record RunnerShare<T>(T Used, T Max);
