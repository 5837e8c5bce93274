using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Requests;

/// <summary>Knows which requests were seen (platform spec 3.9, rules 1 to 6).</summary>
internal static class RequestLedger
{
    /// <summary>Writes the key down for a new execution, in the caller's transaction. A concurrent repeat waits here for its end.</summary>
    /// <returns>Null when it is new now; else what was written before.</returns>
    public static async Task<IdempotencyKey?> ClaimAsync(RegistryTransaction transaction, RequestKey key, Guid executionId)
    {
        var (now, expires) = (transaction.Now, transaction.Now + ExecutionOptions.KeyLifetime);
        var claimed = await transaction.Db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO idempotency_keys (scope, key, payload_hash, execution_id, created_at, expires_at)
            VALUES ({key.Scope}, {key.Key}, {key.PayloadHash}, {executionId}, {now}, {expires})
            ON CONFLICT (scope, key) DO UPDATE
            SET payload_hash = excluded.payload_hash, execution_id = excluded.execution_id, created_at = excluded.created_at, expires_at = excluded.expires_at
            WHERE idempotency_keys.expires_at <= {now} OR NOT {key.Compare}
            """,
            transaction.CancellationToken);
        return claimed == 1
            ? null
            : await transaction.Db.Set<IdempotencyKey>().AsNoTracking()
                .SingleAsync(row => row.Scope == key.Scope && row.Key == key.Key, transaction.CancellationToken);
    }
}
