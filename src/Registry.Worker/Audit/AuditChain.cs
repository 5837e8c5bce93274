using System.Globalization;
using Capns.Contracts;

namespace Capns.Registry.Worker.Audit;

/// <summary>One chain per retention class (platform spec 5.3, 8.5), and both its ends (table <c>audit_chains</c>).</summary>
/// <param name="Name">E.g. <c>365d</c>.</param>
/// <param name="Seq">Sequence of the last entry; 0 while there is none.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="RemovedSeq">Sequence of the last entry that retention removed.</param>
/// <param name="RemovedHash">Its hash.</param>
/// <param name="Generation">Number of the sealing that signed this; all chains have the same.</param>
/// <param name="Signature">Over all of these. Absent until the first sealing.</param>
internal sealed record AuditChain(string Name, long Seq, string Hash, long RemovedSeq, string RemovedHash, long Generation, string? Signature)
{
    /// <summary>What the first entry is linked to.</summary>
    public static readonly string NoHash = new('0', 64);

    // Not read from the database: who may write there could shorten them, and retention would remove what it must keep.
    private static readonly SortedDictionary<string, int> Days = new(StringComparer.Ordinal) { ["30d"] = 30, ["90d"] = 90, ["365d"] = 365, ["2555d"] = 2555 };

    /// <summary>All chains there are.</summary>
    public static IReadOnlyCollection<string> Names => Days.Keys;

    /// <summary>True before the first entry.</summary>
    public bool IsNew => (Seq, Hash, RemovedSeq, RemovedHash, Generation) == (0, NoHash, 0, NoHash, 0);

    /// <summary>How long its entries are kept.</summary>
    public TimeSpan Retention => TimeSpan.FromDays(Days[Name]);

    /// <summary>The class of a level; entries without one are kept for 365 days.</summary>
    public static string Of(SecurityLevel? level) => level switch
    {
        SecurityLevel.Safe => "30d",
        SecurityLevel.Moderate => "90d",
        SecurityLevel.Dangerous => "2555d",
        _ => "365d",
    };

    /// <summary>True when nobody but this installation wrote the ends.</summary>
    public bool IsSigned(AuditKeys keys) => keys.Verify(Signature, "head", Name, Text(Seq), Hash, Text(RemovedSeq), RemovedHash, Text(Generation));

    /// <summary>The same with its signature.</summary>
    public AuditChain Signed(AuditKeys keys) =>
        this with { Signature = keys.Sign("head", Name, Text(Seq), Hash, Text(RemovedSeq), RemovedHash, Text(Generation)) };

    /// <summary>A number as it is signed.</summary>
    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
