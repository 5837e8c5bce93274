using System.Text.Json;
using Capns.Contracts.Json;
using Npgsql;

namespace Capns.Registry.Worker.Api.Idempotency;

/// <summary>Which HTTP requests were seen, and how they were answered (table <c>idempotency_keys</c>; platform spec 4.5). Thread-safe.</summary>
/// <remarks>All times are the database's, so that the clocks of instances do not matter.</remarks>
internal sealed class IdempotencyStore(NpgsqlDataSource database)
{
    /// <summary>How long a key is known.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>An instance that has not said so for this long is not at work on the request any more.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    // One statement: of two instances, one inserts or takes over and the other sees what it did.
    private const string Claim = """
        INSERT INTO idempotency_keys AS known (scope, key, payload_hash, execution_id, created_at, expires_at, locked_until, holder)
        VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp() + $5, clock_timestamp() + $6, $7)
        ON CONFLICT (scope, key) DO UPDATE SET
            payload_hash = excluded.payload_hash,
            execution_id = CASE WHEN known.expires_at <= clock_timestamp() THEN excluded.execution_id ELSE known.execution_id END,
            created_at = CASE WHEN known.expires_at <= clock_timestamp() THEN excluded.created_at ELSE known.created_at END,
            expires_at = CASE WHEN known.expires_at <= clock_timestamp() THEN excluded.expires_at ELSE known.expires_at END,
            response = NULL,
            locked_until = excluded.locked_until,
            holder = excluded.holder
        WHERE known.expires_at <= clock_timestamp()
           OR (known.response IS NULL AND known.payload_hash = excluded.payload_hash AND known.locked_until <= clock_timestamp())
        RETURNING execution_id
        """;

    private const string Look = "SELECT payload_hash, response FROM idempotency_keys WHERE scope = $1 AND key = $2";

    private const string Renew = "UPDATE idempotency_keys SET locked_until = clock_timestamp() + $4 WHERE scope = $1 AND key = $2 AND holder = $3 AND response IS NULL";

    private const string Save = "UPDATE idempotency_keys SET response = $4, locked_until = NULL WHERE scope = $1 AND key = $2 AND holder = $3 AND response IS NULL";

    /// <summary>Takes the request, or says who has.</summary>
    /// <param name="request">Which.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<IdempotencyClaim> ClaimAsync(IdempotentRequest request, CancellationToken cancellationToken)
    {
        var chosen = Guid.CreateVersion7();
        await using var claim = Command(Claim, request);
        claim.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.BodyHash });
        claim.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = chosen });
        claim.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Lifetime });
        claim.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Lease });
        claim.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = chosen });
        if (await claim.ExecuteScalarAsync(cancellationToken) is Guid id)
        {
            return new IdempotencyClaim(ClaimKind.Taken) { ResourceId = id, Holder = chosen, Resumed = id != chosen };
        }

        await using var look = Command(Look, request);
        await using var reader = await look.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            // Cleaned up since: as good as new, but another try must find that out.
            return new IdempotencyClaim(ClaimKind.InWork);
        }

        if (reader.GetString(0) != request.BodyHash)
        {
            return new IdempotencyClaim(ClaimKind.OtherBody);
        }

        return reader.IsDBNull(1)
            ? new IdempotencyClaim(ClaimKind.InWork)
            : new IdempotencyClaim(ClaimKind.Answered) { Answer = Read(reader.GetString(1)) };
    }

    /// <summary>The instance is alive and still at work on it.</summary>
    public Task RenewAsync(IdempotentRequest request, Guid holder, CancellationToken cancellationToken) => LockAsync(request, holder, Lease, cancellationToken);

    /// <summary>The work ended without an answer that could be kept: the next try goes on with it at once.</summary>
    public Task ReleaseAsync(IdempotentRequest request, Guid holder, CancellationToken cancellationToken) => LockAsync(request, holder, TimeSpan.Zero, cancellationToken);

    /// <summary>Keeps the answer, unless another try has taken over meanwhile.</summary>
    /// <returns>The answer of that other try, when it has one; null: this one counts.</returns>
    public async Task<StoredAnswer?> SaveAsync(IdempotentRequest request, Guid holder, StoredAnswer answer, CancellationToken cancellationToken)
    {
        await using var command = Command(Save, request);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = holder });
        command.Parameters.Add(new NpgsqlParameter { Value = JsonSerializer.Serialize(answer, WireJson.Options), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Json });
        if (await command.ExecuteNonQueryAsync(cancellationToken) > 0)
        {
            return null;
        }

        await using var look = Command(Look, request);
        await using var reader = await look.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && reader.GetString(0) == request.BodyHash && !reader.IsDBNull(1) ? Read(reader.GetString(1)) : null;
    }

    private static StoredAnswer Read(string json) => JsonSerializer.Deserialize<StoredAnswer>(json, WireJson.Options)!;

    private async Task LockAsync(IdempotentRequest request, Guid holder, TimeSpan time, CancellationToken cancellationToken)
    {
        await using var command = Command(Renew, request);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = holder });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = time });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, IdempotentRequest request)
    {
        // All texts stand above.
#pragma warning disable CA2100
        var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Scope });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Key });
        return command;
    }
}
