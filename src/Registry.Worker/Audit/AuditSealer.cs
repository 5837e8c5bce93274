using System.Collections.Concurrent;
using Capns.Registry.Worker.Audit.Alerts;
using Capns.Registry.Worker.Persistence.Transactions;
using Npgsql;
using NpgsqlTypes;

namespace Capns.Registry.Worker.Audit;

/// <summary>Takes entries from the intake into their chains, one batch and one instance at a time.</summary>
/// <remarks>
/// An entry is deleted from the intake in the transaction that puts it into the log: after a crash it is in exactly one of them.
/// What is taken is what is committed, so a transaction that commits late is taken later and nothing is passed over. Alerts that a
/// batch raises are committed with it. Thread-safe.
/// </remarks>
internal sealed class AuditSealer(RegistryTransactions transactions, AuditKeys keys, AlertWatch alerts, ILogger<AuditSealer> logger)
{
    /// <summary>Entries of one transaction.</summary>
    public const int BatchSize = 2000;

    private static readonly Guid Key = new("a0d17000-5ea1-4000-8000-000000000070");

    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);
    private long _generation;

    /// <summary>Seals one batch.</summary>
    /// <returns>Entries taken; null when another instance is at it.</returns>
    /// <exception cref="InvalidOperationException">The tables hold what this installation did not write.</exception>
    public async Task<int?> SealAsync(CancellationToken cancellationToken)
    {
        (int Taken, long Generation)? done = null;
        var saved = await transactions.RunAsync(
            Key,
            async transaction => done = await AuditTables.TryLockAsync(transaction) ? await SealAsync(transaction) : null,
            cancellationToken);
        if (!saved)
        {
            throw new InvalidOperationException("A place in an audit chain is taken by a row that this installation did not write.");
        }

        _generation = done?.Generation ?? _generation;
        return done?.Taken;
    }

    private async Task<(int Taken, long Generation)> SealAsync(RegistryTransaction transaction)
    {
        var heads = await AuditTables.HeadsAsync(transaction, keys);
        await TellFaultsAsync(transaction, heads);
        var batch = await TakeAsync(transaction, [.. heads.Sound.Select(chain => chain.Name)]);
        if (batch.Count == 0)
        {
            return (0, heads.Generation);
        }

        var ends = heads.Sound.ToDictionary(chain => chain.Name, StringComparer.Ordinal);
        var genuine = batch.Where(taken => taken.IsGenuine).ToList();
        var linked = Link([.. genuine.Select(taken => taken.Record)], ends);
        await InsertAsync(transaction, [.. genuine.Select(taken => taken.Place)], linked);
        var forged = batch.Where(taken => !taken.IsGenuine && !taken.IsKnown).ToList();
        if (forged.Count > 0)
        {
            var reports = Link([.. forged.Select(taken => AuditIntake.Forged(taken.Record, transaction.Now))], ends);
            await ForgedEntries.InsertAsync(transaction, reports);
            linked.AddRange(reports);
        }

        await DeleteAsync(transaction, [.. batch.Select(taken => taken.Place)]);
        await AuditCounts.AddAsync(transaction, linked.Select(entry => entry.Record.At), 1);
        var next = heads.Next(ends).ToList();
        await AuditTables.SaveAsync(transaction, next);
        await alerts.LookAsync(transaction, [.. linked.Select(entry => entry.Record)]);
        return (batch.Count, next[0].Generation);
    }

    // Going on with such a chain would sign what somebody else wrote. Its entries wait in the intake.
    private async Task TellFaultsAsync(RegistryTransaction transaction, AuditHeads heads)
    {
        foreach (var (chain, fault) in heads.Faults)
        {
            if (_told.TryAdd(chain, true))
            {
                Log.FaultyHead(logger, chain, fault);
            }

            await alerts.ChainBrokenAsync(transaction, chain, fault);
        }

        if (heads.Generation < _generation && _told.TryAdd($"<{_generation}", true))
        {
            // The database is an earlier one of this installation's own: a backup, or somebody who takes back what was written.
            var summary = $"All audit chains were put back from sealing {_generation} to {heads.Generation}.";
            Log.PutBack(logger, _generation, heads.Generation);
            await alerts.ChainBrokenAsync(transaction, "all", summary);
        }
    }

    private async Task<List<Taken>> TakeAsync(RegistryTransaction transaction, string[] chains)
    {
        await using var command = AuditTables.Command(
            transaction,
            $"""
            SELECT {AuditRecord.Columns}, ord, mac, EXISTS (SELECT 1 FROM audit_log l WHERE l.id = i.id)
            FROM audit_intake i WHERE chain = ANY($1) ORDER BY ord LIMIT {BatchSize}
            """);
        command.Parameters.AddWithValue(chains);
        await using var reader = await command.ExecuteReaderAsync(transaction.CancellationToken);
        var (batch, seen) = (new List<Taken>(), new HashSet<Guid>());
        while (await reader.ReadAsync(transaction.CancellationToken))
        {
            var record = AuditRecord.Read(reader);
            // An id that is there already can only have been copied: it is not sealed a second time.
            var known = reader.GetBoolean(18) || !seen.Add(record.Id);
            var mac = reader.IsDBNull(17) ? null : reader.GetString(17);
            batch.Add(new Taken(record, reader.GetInt64(16), known, !known && keys.Verify(mac, "intake", AuditIntake.Digest(record))));
        }

        return batch;
    }

    private List<SealedRecord> Link(List<AuditRecord> batch, Dictionary<string, AuditChain> ends)
    {
        var text = new AuditText();
        var linked = new List<SealedRecord>(batch.Count);
        foreach (var record in batch)
        {
            var end = ends[record.Chain];
            var hash = text.Hash(record, end.Seq + 1, end.Hash);
            linked.Add(new SealedRecord(record, end.Seq + 1, end.Hash, hash, keys.Sign("entry", hash)));
            ends[record.Chain] = end with { Seq = end.Seq + 1, Hash = hash };
        }

        return linked;
    }

    // The entries themselves do not leave the database: what was hashed is what is kept, since nobody can change the intake.
    private static async Task InsertAsync(RegistryTransaction transaction, long[] places, List<SealedRecord> linked)
    {
        await using var command = AuditTables.Command(
            transaction,
            $"""
            INSERT INTO audit_log ({SealedRecord.Columns})
            SELECT {AuditRecord.Columns}, s.seq, s.prev_hash, s.hash, s.mac
            FROM audit_intake JOIN unnest($1, $2, $3, $4, $5) AS s (ord, seq, prev_hash, hash, mac) USING (ord)
            """);
        Add(command, NpgsqlDbType.Bigint, places);
        Add(command, NpgsqlDbType.Bigint, linked.Select(entry => entry.Seq).ToArray());
        Add(command, NpgsqlDbType.Text, linked.Select(entry => entry.PrevHash).ToArray());
        Add(command, NpgsqlDbType.Text, linked.Select(entry => entry.Hash).ToArray());
        Add(command, NpgsqlDbType.Text, linked.Select(entry => entry.Mac).ToArray());
        if (await command.ExecuteNonQueryAsync(transaction.CancellationToken) != linked.Count)
        {
            throw new InvalidOperationException("An audit entry has left the intake while it was sealed.");
        }
    }

    private static async Task DeleteAsync(RegistryTransaction transaction, long[] places)
    {
        await using var delete = AuditTables.Command(transaction, "DELETE FROM audit_intake WHERE ord = ANY($1)");
        Add(delete, NpgsqlDbType.Bigint, places);
        await delete.ExecuteNonQueryAsync(transaction.CancellationToken);
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, T[] values) =>
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | type, Value = values });

    /// <summary>A row of the intake.</summary>
    /// <param name="Record">The entry.</param>
    /// <param name="Place">Its key there.</param>
    /// <param name="IsKnown">Its id stands in the log, or before it in the batch.</param>
    /// <param name="IsGenuine">This installation wrote it, once.</param>
    private sealed record Taken(AuditRecord Record, long Place, bool IsKnown, bool IsGenuine);
}
