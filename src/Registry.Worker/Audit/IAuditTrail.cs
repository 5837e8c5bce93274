using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Audit;

/// <summary>Writes down who did what (platform spec 8.5). Thread-safe.</summary>
internal interface IAuditTrail
{
    /// <summary>Kept if, and only if, the transaction is committed.</summary>
    void Append(RegistryTransaction transaction, AuditEntry entry);

    /// <summary>For what has no transaction, e.g. a login that failed.</summary>
    Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken);
}
