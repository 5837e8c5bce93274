using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Streams.Live.Sessions;

/// <summary>The command <c>cancel</c>: own executions, or any with <c>execution:cancel:any</c> (platform spec 4.3, 4.7).</summary>
internal sealed class ExecutionCancel(RegistryTransactions transactions, ExecutionPipe pipe, IAccessControl access) : IExecutionCancel
{
    public async Task<ErrorDetail?> CancelAsync(Caller caller, Guid executionId, string? reason, bool force, CancellationToken cancellationToken)
    {
        ErrorDetail? refusal = null;
        await transactions.RunAsync(
            executionId,
            async transaction =>
            {
                refusal = await RefusalAsync(transaction.Db, caller, executionId, transaction.CancellationToken);
                if (refusal is null)
                {
                    var cause = new OutboundCause(null, null, null);
                    await pipe.SendAsync(new CancelRequested(executionId, caller.Id, reason, force, null, cause, transaction), transaction.CancellationToken);
                }
            },
            cancellationToken);
        return refusal;
    }

    private async Task<ErrorDetail?> RefusalAsync(RegistryDbContext db, Caller caller, Guid id, CancellationToken cancellationToken)
    {
        var found = await db.Set<Execution>().AsNoTracking().SingleOrDefaultAsync(row => row.CorrelationId == id, cancellationToken);
        if (found is null)
        {
            return NotFound(id);
        }

        if (!caller.Owns(found))
        {
            var question = new AccessQuestion { Action = "execution:cancel:any", AgentId = found.AgentId, ProjectId = found.ProjectId };
            var decision = await access.DecideAsync(caller, question, db, cancellationToken);
            if (decision.Effect != AccessEffect.Allowed)
            {
                return Errors.Of(ErrorCodes.InsufficientPermissions, decision.Reason);
            }
        }

        return ExecutionStates.Final.Contains(found.State()) ? ExecutionVoice.TooLate(found, found.State()) : null;
    }

    private static ErrorDetail NotFound(Guid id) => Errors.Of(ErrorCodes.ExecutionNotFound, $"There is no execution {id}.");
}
