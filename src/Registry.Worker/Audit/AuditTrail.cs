using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Audit;

/// <summary>Writes entries to the intake: one row more in the transaction that tells of them, and no waiting for a place in a chain.</summary>
/// <remarks>Each is signed there already, so that what somebody else puts into the intake is never sealed as ours.</remarks>
internal sealed class AuditTrail(RegistryTransactions transactions, AuditKeys keys) : IAuditTrail
{
    public void Append(RegistryTransaction transaction, AuditEntry entry) => transaction.Db.Add(AuditIntake.Signed(AuditIntake.Record(entry, transaction.Now), keys));

    public async Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken) => await transactions.RunAsync(
        Guid.CreateVersion7(),
        transaction =>
        {
            Append(transaction, entry);
            return Task.CompletedTask;
        },
        cancellationToken);
}
