using System.Collections.Concurrent;
using Capns.Access;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Tests.Audit;

/// <summary>Stands for the audit log: keeps what was appended and committed.</summary>
internal sealed class RecordedAudit : IAuditTrail
{
    public ConcurrentQueue<AuditEntry> Entries { get; } = new();

    public void Append(RegistryTransaction transaction, AuditEntry entry) => transaction.AfterCommit(() => Entries.Enqueue(entry));

    public Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        Entries.Enqueue(entry);
        return Task.CompletedTask;
    }
}

/// <summary>Stands for access control: yes to everything.</summary>
internal sealed class EverythingAllowed : IAccessControl
{
    public ValueTask<AccessDecision> DecideAsync(Caller caller, AccessQuestion question, RegistryDbContext db, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new AccessDecision { Effect = AccessEffect.Allowed, Reason = "Everything is." });
}
