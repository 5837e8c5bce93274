using System.Data;
using Capns.Registry.Worker.Audit.Alerts;
using Npgsql;

namespace Capns.Registry.Worker.Audit;

/// <summary>Computes the chains anew and says where the first one breaks (platform spec 8.5). Reads entry by entry, in one snapshot. Thread-safe.</summary>
internal sealed class AuditVerifier(NpgsqlDataSource database, AuditKeys keys, AlertWatch alerts, ILogger<AuditVerifier> logger) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Verifies all chains, or one.</summary>
    public async Task<AuditVerification> VerifyAsync(string? chain, CancellationToken cancellationToken)
    {
        // Each reads the whole log: several at once would only slow each other down.
        await _one.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            await using var look = new NpgsqlCommand(string.Empty, connection);
            var heads = await AuditTables.HeadsAsync(look, keys, cancellationToken);
            look.CommandText = "SELECT count(*) FROM audit_intake";
            var unsealed = (long)(await look.ExecuteScalarAsync(cancellationToken))!;
            var results = new List<ChainVerification>();
            foreach (var name in AuditChain.Names.Where(name => chain is null || name == chain))
            {
                results.Add(await VerifyAsync(name, heads, connection, cancellationToken));
            }

            return new AuditVerification(results, unsealed);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Verifies and raises the alarm when something is wrong.</summary>
    public async Task<AuditVerification> WatchAsync(CancellationToken cancellationToken, string? chain = null)
    {
        var verification = await VerifyAsync(chain, cancellationToken);
        foreach (var broken in verification.Chains.Select(one => one.BrokenAt).OfType<AuditBreak>())
        {
            Log.ChainBroken(logger, broken.Chain, broken.Seq, broken.Detail);
            await alerts.ChainBrokenAsync(broken.Chain, $"Audit chain {broken.Chain} is broken at entry {broken.Seq}: {broken.Detail}", cancellationToken);
        }

        return verification;
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<ChainVerification> VerifyAsync(string name, AuditHeads heads, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (heads.Find(name) is not { } chain)
        {
            return new ChainVerification(name, 0, 0, 0, new AuditBreak(name, 1, null, "head", heads.Faults[name]));
        }

        var checkpoints = await CheckpointsAsync(connection, name, cancellationToken);
        var walk = new AuditWalk(chain, keys);
        await using var command = new NpgsqlCommand($"SELECT {SealedRecord.Columns} FROM audit_log WHERE chain = $1 ORDER BY seq", connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(name);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        AuditBreak? fault = null;
        while (fault is null && await reader.ReadAsync(cancellationToken))
        {
            var entry = SealedRecord.Read(reader);
            fault = walk.Step(entry) ?? FaultOf(checkpoints.GetValueOrDefault(entry.Seq), entry);
        }

        return new ChainVerification(name, chain.RemovedSeq + 1, walk.Last, walk.Entries, fault ?? FaultOfEnd(chain, walk, heads, checkpoints));
    }

    private AuditBreak? FaultOf(AuditCheckpoint? checkpoint, SealedRecord entry) =>
        checkpoint is null || (checkpoint.IsGenuine(keys) && checkpoint.Hash == entry.Hash)
            ? null
            : new AuditBreak(
                checkpoint.Chain, entry.Seq, entry.Record.Id, "checkpoint",
                $"The checkpoint of {AuditCheckpoint.DayText(checkpoint.Day)} has another hash or signature.");

    private static AuditBreak? FaultOfEnd(AuditChain chain, AuditWalk walk, AuditHeads heads, Dictionary<long, AuditCheckpoint> checkpoints)
    {
        if (walk.End() is { } fault)
        {
            return fault;
        }

        if (heads.Faults.TryGetValue(chain.Name, out var detail))
        {
            return new AuditBreak(chain.Name, chain.Seq + 1, null, "head", detail);
        }

        var beyond = checkpoints.Values.Where(checkpoint => checkpoint.Seq > walk.Last).MinBy(checkpoint => checkpoint.Seq);
        return beyond is null
            ? null
            : new AuditBreak(
                chain.Name, walk.Last + 1, null, "missing", $"The checkpoint of {AuditCheckpoint.DayText(beyond.Day)} knows entries up to {beyond.Seq}.");
    }

    private static async Task<Dictionary<long, AuditCheckpoint>> CheckpointsAsync(NpgsqlConnection connection, string chain, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT chain, day, seq, hash, signature FROM audit_checkpoints WHERE chain = $1 ORDER BY day", connection);
        command.Parameters.AddWithValue(chain);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<long, AuditCheckpoint>();
        while (await reader.ReadAsync(cancellationToken))
        {
            // Days without entries repeat the end of the day before.
            found.TryAdd(reader.GetInt64(2), new AuditCheckpoint(
                reader.GetString(0), reader.GetFieldValue<DateOnly>(1), reader.GetInt64(2), reader.GetString(3), reader.GetString(4)));
        }

        return found;
    }
}

/// <summary>What was found.</summary>
/// <param name="Chains">One after the other.</param>
/// <param name="Unsealed">Entries that have no place in a chain yet.</param>
internal sealed record AuditVerification(IReadOnlyList<ChainVerification> Chains, long Unsealed)
{
    /// <summary>True when no chain is broken.</summary>
    public bool Ok => Chains.All(chain => chain.BrokenAt is null);

    /// <summary>The first break. Absent: there is none.</summary>
    public AuditBreak? BrokenAt => Chains.Select(chain => chain.BrokenAt).FirstOrDefault(broken => broken is not null);
}

/// <summary>One chain.</summary>
/// <param name="Chain">Retention class.</param>
/// <param name="First">Sequence of the oldest entry that is kept.</param>
/// <param name="Last">The last entry up to which all is well.</param>
/// <param name="Entries">Entries that are well.</param>
/// <param name="BrokenAt">The first break.</param>
internal sealed record ChainVerification(string Chain, long First, long Last, long Entries, AuditBreak? BrokenAt);
