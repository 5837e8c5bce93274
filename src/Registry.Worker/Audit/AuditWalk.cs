namespace Capns.Registry.Worker.Audit;

/// <summary>Goes along a chain from its old end, entry by entry, and says where it breaks. Not thread-safe.</summary>
/// <param name="chain">Both its ends.</param>
/// <param name="keys">Of this installation.</param>
internal sealed class AuditWalk(AuditChain chain, AuditKeys keys)
{
    private readonly AuditText _text = new();

    /// <summary>The last entry up to which all is well.</summary>
    public long Last { get; private set; } = chain.RemovedSeq;

    /// <summary>Its hash.</summary>
    public string Hash { get; private set; } = chain.RemovedHash;

    /// <summary>Entries that are well.</summary>
    public long Entries { get; private set; }

    /// <summary>Takes the next entry.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public AuditBreak? Step(SealedRecord entry)
    {
        if (Fault(entry) is { } fault)
        {
            return fault;
        }

        (Last, Hash, Entries) = (entry.Seq, entry.Hash, Entries + 1);
        return null;
    }

    /// <summary>What is wrong with the end that was reached, or null.</summary>
    public AuditBreak? End()
    {
        if (Last < chain.Seq)
        {
            return new AuditBreak(chain.Name, Last + 1, null, "missing", $"Entries {Last + 1} to {chain.Seq} are gone.");
        }

        return Last > chain.Seq || Hash != chain.Hash
            ? new AuditBreak(chain.Name, chain.Seq + 1, null, "head", "The recorded end of the chain is not the one this installation signed.")
            : null;
    }

    private AuditBreak? Fault(SealedRecord entry)
    {
        AuditBreak At(string reason, string detail) => new(chain.Name, entry.Seq, entry.Record.Id, reason, detail);
        if (entry.Seq != Last + 1)
        {
            return new AuditBreak(chain.Name, Last + 1, null, "missing", entry.Seq > Last + 1
                ? $"Entries {Last + 1} to {entry.Seq - 1} are gone."
                : $"Entry {entry.Seq} stands where retention has removed everything up to {Last}.");
        }

        return entry.PrevHash != Hash ? At("link", "It is linked to another entry than the one before it.")
            : _text.Hash(entry.Record, entry.Seq, entry.PrevHash) != entry.Hash ? At("altered", "Its content is not what was hashed.")
            : !keys.Verify(entry.Mac, "entry", entry.Hash) ? At("forged", "It is not signed with AUDIT_SIGNING_KEY: somebody else wrote it.")
            : null;
    }
}

/// <summary>Where a chain breaks.</summary>
/// <param name="Chain">Retention class.</param>
/// <param name="Seq">The first entry that is wrong or missing.</param>
/// <param name="Id">Its id, when it is there.</param>
/// <param name="Reason"><c>altered</c>, <c>missing</c>, <c>link</c>, <c>forged</c>, <c>checkpoint</c> or <c>head</c>.</param>
/// <param name="Detail">For people.</param>
internal sealed record AuditBreak(string Chain, long Seq, Guid? Id, string Reason, string Detail);
