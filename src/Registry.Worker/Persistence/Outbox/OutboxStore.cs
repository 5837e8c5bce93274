using Capns.Registry.Worker.Persistence.Transactions;
using Npgsql;

namespace Capns.Registry.Worker.Persistence.Outbox;

/// <summary>The dispatcher's side of table <c>outbox</c>.</summary>
/// <remarks>
/// On connections of its own whose commits do not wait for the disk: losing one of them to a crash of the server only means
/// that a message is published a second time with the same id. Thread-safe.
/// </remarks>
internal sealed class OutboxStore(string connectionString, TimeProvider time, OutboxSettings settings) : IAsyncDisposable
{
    // The oldest rows that are nobody's, in order; never a row behind one of the same key that somebody else has.
    private const string Take = """
        UPDATE outbox SET next_attempt_at = $3, attempts = attempts + 1
        WHERE id IN (
            SELECT o.id FROM outbox o
            WHERE o.next_attempt_at <= $1
              AND NOT EXISTS (
                  SELECT 1 FROM outbox e WHERE e.ordering_key = o.ordering_key AND e.seq < o.seq AND e.next_attempt_at > $1)
            ORDER BY o.seq LIMIT $2
            FOR UPDATE SKIP LOCKED)
        RETURNING id, seq, exchange, routing_key, ordering_key, body, properties, attempts, next_attempt_at, created_at
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
    {
        Options = "-c synchronous_commit=off",
        MaxPoolSize = 8,
        MaxAutoPrepare = 10,
        AutoPrepareMinUsages = 2,
        ApplicationName = "capns-outbox",
    });

    /// <summary>Removes what the broker has.</summary>
    public Task DeleteAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        ExecuteAsync("DELETE FROM outbox WHERE id = ANY($1)", ids, cancellationToken);

    /// <summary>Gives rows back: any instance's sweep may take them now.</summary>
    public Task ReleaseAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        ExecuteAsync("UPDATE outbox SET next_attempt_at = '-infinity' WHERE id = ANY($1)", ids, cancellationToken);

    /// <summary>Removes what the broker has and gives back the rest; waits for PostgreSQL as long as it is away.</summary>
    /// <remarks>Else the rows would lie until their lease ends, and everything behind them that has the same key.</remarks>
    public async Task SettleAsync(IReadOnlyList<Guid> confirmed, IReadOnlyList<Guid> unconfirmed, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await DeleteAsync(confirmed, cancellationToken);
                await ReleaseAsync(unconfirmed, cancellationToken);
                return;
            }
            catch (Exception exception) when (DatabaseFaults.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    /// <summary>Takes a lease on rows that are nobody's.</summary>
    /// <returns>In the order in which they must be published.</returns>
    public async Task<List<OutboxRow>> TakeAsync(int limit, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = _database.CreateCommand(Take);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now + settings.Lease });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<OutboxRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(Read(reader));
        }

        // RETURNING has no order of its own.
        rows.Sort((one, other) => one.Seq.CompareTo(other.Seq));
        return rows;
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task ExecuteAsync(string sql, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return;
        }

        // Both texts stand above.
#pragma warning disable CA2100
        await using var command = _database.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static OutboxRow Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetGuid(0),
        Seq = reader.GetInt64(1),
        Exchange = reader.GetString(2),
        RoutingKey = reader.GetString(3),
        OrderingKey = reader.GetString(4),
        Body = reader.GetFieldValue<byte[]>(5),
        Properties = reader.GetString(6),
        Attempts = reader.GetInt32(7),
        NextAttemptAt = reader.GetFieldValue<DateTimeOffset>(8),
        CreatedAt = reader.GetFieldValue<DateTimeOffset>(9),
    };
}
