using Capns.Contracts.Executions;
using MassTransit;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>Waits for people, and looks at the gates again before a job that has waited goes out (platform spec 5.4, 5.6).</summary>
internal sealed partial class ExecutionSteps
{
    /// <summary>Stores an admitted request and asks people about it.</summary>
    public void Ask(BehaviorContext<Execution, ExecutionAdmitted> context)
    {
        var (execution, transaction, admitted) = (context.Saga, TransactionOf(context), context.Message);
        Store(execution, admitted.Outcome, admitted.Request, transaction.Now);
        StorePlan(execution, admitted.Plan);
        ledger.Accepted(transaction, execution);
        approvals.Ask(transaction, execution, admitted.Outcome, admitted.Plan);
        AnswerAccepted(transaction, execution, ExecutionState.ApprovalRequired);
    }

    /// <summary>Enough people approved: the sweep hands it over, after a last look at the gates.</summary>
    public void Grant(BehaviorContext<Execution, ApprovalSettled> context)
    {
        var (execution, transaction, settled) = (context.Saga, TransactionOf(context), context.Message);
        approvals.Grant(transaction, execution, settled.Approval, settled.Decisions);
        Enqueue(execution, transaction.Now);
        WaitUntil(transaction, execution, execution.NotBefore > transaction.Now ? execution.NotBefore.Value : transaction.Now);
    }

    /// <summary>Somebody rejected.</summary>
    public void Deny(BehaviorContext<Execution, ApprovalSettled> context)
    {
        var (execution, transaction, settled) = (context.Saga, TransactionOf(context), context.Message);
        approvals.Deny(transaction, execution, settled.Approval, settled.Decisions);
        var by = string.Join(", ",
            settled.Decisions.Where(row => row.Decision == Contracts.Approvals.ApprovalDecision.Reject).Select(row => row.ApproverId));
        Close(transaction, execution);
        TellFailure(transaction, execution, ExecutionState.Rejected, new ResourceUsage(),
            Errors.Of(ErrorCodes.ApprovalRejected, $"The execution was rejected by {by}."));
    }

    /// <summary>Nobody decided in time, here or at the security gateway.</summary>
    public async Task ExpireApprovalAsync<T>(BehaviorContext<Execution, T> context)
        where T : class
    {
        var (execution, transaction) = (context.Saga, TransactionOf(context));
        var error = DecisionOf(context).Error ?? Errors.Of(ErrorCodes.ApprovalExpired, "Nobody decided in time.");
        await approvals.ExpireAsync(transaction, execution, (context.Message as ApprovalSettled)?.Actor);
        Close(transaction, execution);
        TellFailure(transaction, execution, ExecutionState.Expired, new ResourceUsage(), error);
    }

    /// <summary>Half of the time to decide is over, or three quarters.</summary>
    public Task RemindAsync(BehaviorContext<Execution, ExecutionDue> context) =>
        approvals.RemindAsync(TransactionOf(context), context.Saga);

    /// <summary>Looks at the gates again.</summary>
    public async Task<bool> MayGoAsync<T>(BehaviorContext<Execution, T> context)
        where T : class
    {
        if (await checks.RefusalAsync(TransactionOf(context), context.Saga) is not { } refusal)
        {
            return true;
        }

        context.AddOrUpdatePayload(() => new TurnedAway(refusal), _ => new TurnedAway(refusal));
        return false;
    }

    /// <summary>A gate refuses now.</summary>
    public void TurnAway<T>(BehaviorContext<Execution, T> context)
        where T : class
    {
        var error = context.GetPayload<TurnedAway>().Error;
        var mayBeOut = context.Saga.HandedOverAt is not null;
        EndBadly(context, ExecutionState.Rejected, new Decision(Choice.Reject) { Error = error, StopRunner = mayBeOut });
    }

    /// <summary>The same for an attempt that was lost and would be made again.</summary>
    public void TurnAwayLost<T>(BehaviorContext<Execution, T> context)
        where T : class =>
        EndBadly(context, ExecutionState.Failed, new Decision(Choice.Fail) { Error = context.GetPayload<TurnedAway>().Error, StopRunner = true });

    private sealed record TurnedAway(ErrorDetail Error);
}
