using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Capns.Registry.Worker.Audit;

/// <summary>What sealing, keeping and verifying share: the lock of the chains and the row of each (table <c>audit_chains</c>).</summary>
internal static class AuditTables
{
    /// <summary>Who holds it may write chains: sealing, retention and checkpoints.</summary>
    public const long LockKey = 0x4341504E53_70;

    /// <summary>True when this transaction may write chains.</summary>
    /// <remarks>An instance that stops in the middle (a frozen machine) is thrown out by PostgreSQL after 30 s, and another one goes on.</remarks>
    public static async Task<bool> TryLockAsync(RegistryTransaction transaction)
    {
        await using var command = Command(
            transaction, "SELECT pg_try_advisory_xact_lock($1), set_config('idle_in_transaction_session_timeout', '30s', true)");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey });
        return (bool)(await command.ExecuteScalarAsync(transaction.CancellationToken))!;
    }

    /// <summary>All chains as the command's transaction sees them.</summary>
    public static async Task<AuditHeads> HeadsAsync(NpgsqlCommand command, AuditKeys keys, CancellationToken cancellationToken)
    {
        command.Parameters.Clear();
        command.CommandText = """
            SELECT chain, seq, hash, removed_seq, removed_hash, generation, signature,
                EXISTS (SELECT 1 FROM audit_log l WHERE l.chain = c.chain AND l.seq > c.seq)
            FROM audit_chains c
            """;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (chains, overgrown) = (new List<AuditChain>(), new List<string>());
        while (await reader.ReadAsync(cancellationToken))
        {
            var chain = new AuditChain(
                reader.GetString(0), reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3), reader.GetString(4), reader.GetInt64(5),
                reader.IsDBNull(6) ? null : reader.GetString(6));
            chains.Add(chain);
            if (reader.GetBoolean(7))
            {
                overgrown.Add(chain.Name);
            }
        }

        return new AuditHeads(chains, overgrown, keys);
    }

    /// <inheritdoc cref="HeadsAsync(NpgsqlCommand, AuditKeys, CancellationToken)"/>
    public static async Task<AuditHeads> HeadsAsync(RegistryTransaction transaction, AuditKeys keys)
    {
        await using var command = Command(transaction, string.Empty);
        return await HeadsAsync(command, keys, transaction.CancellationToken);
    }

    /// <summary>Writes both ends of each of these chains.</summary>
    public static async Task SaveAsync(RegistryTransaction transaction, IEnumerable<AuditChain> chains)
    {
        foreach (var chain in chains)
        {
            await using var command = Command(
                transaction,
                "UPDATE audit_chains SET seq = $2, hash = $3, removed_seq = $4, removed_hash = $5, generation = $6, signature = $7 WHERE chain = $1");
            command.Parameters.AddWithValue(chain.Name);
            command.Parameters.AddWithValue(chain.Seq);
            command.Parameters.AddWithValue(chain.Hash);
            command.Parameters.AddWithValue(chain.RemovedSeq);
            command.Parameters.AddWithValue(chain.RemovedHash);
            command.Parameters.AddWithValue(chain.Generation);
            command.Parameters.AddWithValue(chain.Signature!);
            await command.ExecuteNonQueryAsync(transaction.CancellationToken);
        }
    }

    /// <summary>A command of the transaction.</summary>
    public static NpgsqlCommand Command(RegistryTransaction transaction, string sql)
    {
        // Every text stands in this folder.
#pragma warning disable CA2100
        return new NpgsqlCommand(sql, (NpgsqlConnection)transaction.Db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.Db.Database.CurrentTransaction!.GetDbTransaction());
#pragma warning restore CA2100
    }
}
