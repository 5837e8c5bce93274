using Capns.Contracts.Running;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Sagas;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>Reads an execution and locks its row: two messages about one execution follow each other instead of failing each other.</summary>
internal sealed class ExecutionLoader : ISagaLoader<Execution>
{
    public async Task<Execution?> LoadAsync(RegistryDbContext db, Guid correlationId, CancellationToken cancellationToken)
    {
        // As an enumeration: composing on the text would put the lock into a subquery.
        var rows = db.Set<Execution>().FromSql($"SELECT *, xmin FROM executions WHERE id = {correlationId} FOR NO KEY UPDATE").AsAsyncEnumerable();
        await foreach (var execution in rows.WithCancellation(cancellationToken))
        {
            return execution;
        }

        return null;
    }

    public Guid KeyOf(object message) => message switch
    {
        RunStarted report => report.ExecutionId,
        RunLimited report => report.ExecutionId,
        RunEventsRecorded report => report.ExecutionId,
        RunLeaseRenewed report => report.ExecutionId,
        RunLost report => report.ExecutionId,
        RunEnded report => report.ExecutionId,
        ExecutionDue due => due.ExecutionId,
        _ => throw new ArgumentException($"{message.GetType().Name} is not about an execution.", nameof(message)),
    };
}
