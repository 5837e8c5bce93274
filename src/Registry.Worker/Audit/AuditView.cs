using System.Text.Json.Nodes;

namespace Capns.Registry.Worker.Audit;

/// <summary>An entry as it is shown and exported: exactly the members that are hashed, and behind them both hashes.</summary>
internal static class AuditView
{
    /// <summary>
    /// The members of the canonical JSON, then <c>prevHash</c> and <c>hash</c>: without these two, in canonical form, and behind the text
    /// of <c>prevHash</c>, it gives <c>hash</c> by SHA-256.
    /// </summary>
    public static JsonObject Of(SealedRecord entry)
    {
        var view = JsonNode.Parse(new AuditText().Canonical(entry.Record, entry.Seq))!.AsObject();
        view["prevHash"] = entry.PrevHash;
        view["hash"] = entry.Hash;
        return view;
    }

    /// <summary>A signed end of a chain.</summary>
    public static JsonObject Of(AuditCheckpoint checkpoint) => new()
    {
        ["checkpoint"] = new JsonObject
        {
            ["chain"] = checkpoint.Chain,
            ["day"] = AuditCheckpoint.DayText(checkpoint.Day),
            ["seq"] = checkpoint.Seq,
            ["hash"] = checkpoint.Hash,
            ["signature"] = checkpoint.Signature,
        },
    };

    /// <summary>What a verification found.</summary>
    public static AuditVerificationResource Of(AuditVerification verification) => new()
    {
        Ok = verification.Ok,
        BrokenAt = verification.BrokenAt,
        Unsealed = verification.Unsealed,
        Entries = verification.Chains.Sum(chain => chain.Entries),
        Chains =
        [
            .. verification.Chains.Select(chain =>
                new AuditChainResource(chain.Chain, chain.BrokenAt is null, chain.First, chain.Last, chain.Entries, chain.BrokenAt)),
        ],
    };
}
