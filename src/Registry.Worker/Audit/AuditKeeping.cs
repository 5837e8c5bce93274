using Capns.Registry.Worker.Audit.Alerts;
using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Audit;

/// <summary>What is done once a day: checkpoints of the day that ended, and removal of what has served its time (platform spec 8.5).</summary>
/// <remarks>Under the lock of sealing; done twice, the second time changes nothing. Chains whose end is not genuine are left as they are.</remarks>
internal sealed class AuditKeeping(RegistryTransactions transactions, AuditKeys keys, AlertWatch alerts, ILogger<AuditKeeping> logger)
{
    /// <summary>Entries removed in one transaction.</summary>
    public const int Chunk = 10_000;

    private static readonly Guid Key = new("a0d17000-5ea1-4000-8000-000000000071");

    /// <summary>Signs the ends of all chains for the day before today (UTC).</summary>
    /// <returns>How many were signed now, 0 when it was done before; null when another instance writes chains at this moment.</returns>
    public async Task<int?> CheckpointAsync(CancellationToken cancellationToken)
    {
        var made = new List<AuditCheckpoint>();
        var mine = await UnderLockAsync(
            async (transaction, heads) =>
            {
                made.Clear();
                var day = DateOnly.FromDateTime(transaction.Now.UtcDateTime).AddDays(-1);
                foreach (var chain in heads.Sound.Where(chain => chain.Seq > 0))
                {
                    var checkpoint = AuditCheckpoint.Of(chain, day, keys);
                    if (await AddAsync(transaction, checkpoint))
                    {
                        made.Add(checkpoint);
                    }
                }
            },
            cancellationToken);

        // In the log they leave this database: who later puts all of it back to an earlier state cannot put them back.
        foreach (var checkpoint in made)
        {
            Log.Checkpoint(logger, checkpoint.Chain, checkpoint.Day, checkpoint.Seq, checkpoint.Hash, checkpoint.Signature);
        }

        return mine ? made.Count : null;
    }

    /// <summary>Removes from the old ends what is older than its class allows, a chunk of each chain, after a look at each entry.</summary>
    /// <returns>Entries removed; null when another instance writes chains at this moment.</returns>
    public async Task<int?> RemoveAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        var mine = await UnderLockAsync(
            async (transaction, heads) =>
            {
                removed = 0;
                var shorter = new Dictionary<string, AuditChain>(StringComparer.Ordinal);
                var gone = new List<DateTimeOffset>();
                foreach (var chain in heads.Sound)
                {
                    if (await OutOfTimeAsync(transaction, chain, gone) is { } walk)
                    {
                        shorter[chain.Name] = chain with { RemovedSeq = walk.Last, RemovedHash = walk.Hash };
                    }
                }

                if (shorter.Count > 0)
                {
                    await AuditTables.SaveAsync(transaction, heads.Next(shorter));
                    await DeleteAsync(transaction, shorter.Values);
                    await AuditCounts.AddAsync(transaction, gone, -1);
                    removed = gone.Count;
                }
            },
            cancellationToken);
        return mine ? removed : null;
    }

    /// <summary>The entries at the old end that have served their time.</summary>
    /// <returns>Null when there are none, or one of them is not what was sealed: then it stays, as evidence.</returns>
    private async Task<AuditWalk?> OutOfTimeAsync(RegistryTransaction transaction, AuditChain chain, List<DateTimeOffset> gone)
    {
        var walk = new AuditWalk(chain, keys);
        var before = transaction.Now - chain.Retention;
        var times = new List<DateTimeOffset>();
        AuditBreak? broken = null;
        await using (var command = AuditTables.Command(transaction, $"SELECT {SealedRecord.Columns} FROM audit_log WHERE chain = $1 ORDER BY seq LIMIT {Chunk}"))
        {
            command.Parameters.AddWithValue(chain.Name);
            await using var reader = await command.ExecuteReaderAsync(transaction.CancellationToken);
            while (await reader.ReadAsync(transaction.CancellationToken) && SealedRecord.Read(reader) is { } entry && entry.Record.At < before)
            {
                if ((broken = walk.Step(entry)) is not null)
                {
                    break;
                }

                times.Add(entry.Record.At);
            }
        }

        if (broken is not null)
        {
            Log.ChainBroken(logger, broken.Chain, broken.Seq, broken.Detail);
            await alerts.ChainBrokenAsync(transaction, chain.Name, $"Audit chain {broken.Chain} is broken at entry {broken.Seq}: {broken.Detail}");
            return null;
        }

        gone.AddRange(times);
        return times.Count > 0 ? walk : null;
    }

    private static async Task DeleteAsync(RegistryTransaction transaction, IEnumerable<AuditChain> shorter)
    {
        foreach (var chain in shorter)
        {
            await using var delete = AuditTables.Command(transaction, "DELETE FROM audit_log WHERE chain = $1 AND seq <= $2");
            delete.Parameters.AddWithValue(chain.Name);
            delete.Parameters.AddWithValue(chain.RemovedSeq);
            await delete.ExecuteNonQueryAsync(transaction.CancellationToken);
        }
    }

    private static async Task<bool> AddAsync(RegistryTransaction transaction, AuditCheckpoint checkpoint)
    {
        await using var insert = AuditTables.Command(
            transaction, "INSERT INTO audit_checkpoints (chain, day, seq, hash, signature) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");
        insert.Parameters.AddWithValue(checkpoint.Chain);
        insert.Parameters.AddWithValue(checkpoint.Day);
        insert.Parameters.AddWithValue(checkpoint.Seq);
        insert.Parameters.AddWithValue(checkpoint.Hash);
        insert.Parameters.AddWithValue(checkpoint.Signature);
        return await insert.ExecuteNonQueryAsync(transaction.CancellationToken) == 1;
    }

    private async Task<bool> UnderLockAsync(Func<RegistryTransaction, AuditHeads, Task> work, CancellationToken cancellationToken)
    {
        var mine = false;
        await transactions.RunAsync(
            Key,
            async transaction =>
            {
                mine = await AuditTables.TryLockAsync(transaction);
                if (mine)
                {
                    await work(transaction, await AuditTables.HeadsAsync(transaction, keys));
                }
            },
            cancellationToken);
        return mine;
    }
}
