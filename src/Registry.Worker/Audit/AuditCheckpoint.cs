namespace Capns.Registry.Worker.Audit;

/// <summary>The signed end of a chain at the end of a day (table <c>audit_checkpoints</c>).</summary>
/// <param name="Chain">Retention class.</param>
/// <param name="Day">UTC.</param>
/// <param name="Seq">Last entry of the chain then.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Signature">HMAC-SHA-256 over these.</param>
internal sealed record AuditCheckpoint(string Chain, DateOnly Day, long Seq, string Hash, string Signature)
{
    /// <summary>The checkpoint of a chain as it is now.</summary>
    public static AuditCheckpoint Of(AuditChain chain, DateOnly day, AuditKeys keys) =>
        new(chain.Name, day, chain.Seq, chain.Hash, keys.Sign("checkpoint", chain.Name, DayText(day), AuditChain.Text(chain.Seq), chain.Hash));

    /// <summary>True when this installation signed it.</summary>
    public bool IsGenuine(AuditKeys keys) => keys.Verify(Signature, "checkpoint", Chain, DayText(Day), AuditChain.Text(Seq), Hash);

    /// <summary>A day as it is signed and shown.</summary>
    public static string DayText(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
