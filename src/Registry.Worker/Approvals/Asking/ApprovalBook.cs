using Capns.Access;
using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Approvals.Asking;

/// <summary>
/// Keeps approvals: asks for them, reminds, and closes them; each step with its event and its audit entry in one transaction (platform
/// spec 5.6).
/// </summary>
/// <remarks>Called by the state machine's steps only, while the execution's row is locked.</remarks>
internal sealed class ApprovalBook(ExecutionVoice voice, IAuditTrail audit, ApprovalMetrics metrics)
{
    /// <summary>Asks people; the execution waits from now on.</summary>
    /// <param name="transaction">Of the request.</param>
    /// <param name="execution">Stored already, with its plan.</param>
    /// <param name="outcome">What the gates said.</param>
    /// <param name="plan">What would run.</param>
    public void Ask(RegistryTransaction transaction, Execution execution, AdmissionOutcome outcome, RunPlan plan)
    {
        var need = outcome.Approval ?? throw new InvalidOperationException("Nobody needs to approve.");
        var approval = NewApproval(execution, outcome, plan, need, transaction.Now);
        transaction.Db.Add(approval);
        execution.ApprovalId = approval.Id;
        execution.ApprovalUntil = approval.ExpiresAt;
        execution.DueAt = NextLook(approval);
        execution.LastSequence++;
        Tell(transaction, execution, approval, ApprovalEvents.Requested(execution, approval), ExecutionState.ApprovalRequired);
        // Without a login it is what the caller calls itself.
        var caller = outcome.Caller.IsKnown ? outcome.Caller : outcome.Caller with { Id = approval.CallerId };
        audit.Append(transaction, ApprovalAudit.Of(caller, ApprovalAudit.Request, approval, ApprovalAudit.Asked(approval)));
    }

    /// <summary>Enough people approved.</summary>
    public void Grant(RegistryTransaction transaction, Execution execution, Approval approval, IReadOnlyList<ApprovalDecisionRow> decisions)
    {
        var from = execution.NotBefore > transaction.Now ? execution.NotBefore.Value : transaction.Now;
        approval.UsableUntil = from + ApprovalLevels.Window(approval.SecurityLevel);
        execution.UsableUntil = approval.UsableUntil;
        Settle(transaction, execution, approval, ApprovalStatus.Approved);
        Tell(transaction, execution, approval, ApprovalEvents.Granted(execution, approval, decisions), ExecutionState.Queued);
    }

    /// <summary>Somebody rejected.</summary>
    public void Deny(RegistryTransaction transaction, Execution execution, Approval approval, IReadOnlyList<ApprovalDecisionRow> decisions)
    {
        Settle(transaction, execution, approval, ApprovalStatus.Rejected);
        Tell(transaction, execution, approval, ApprovalEvents.Denied(execution, approval, decisions), ExecutionState.Rejected);
    }

    /// <summary>Nobody decided in time.</summary>
    /// <param name="transaction">Of the step.</param>
    /// <param name="execution">Locked.</param>
    /// <param name="actor">Who says so. Absent: the clock.</param>
    public async Task ExpireAsync(RegistryTransaction transaction, Execution execution, Caller? actor)
    {
        var approval = await OfAsync(transaction, execution);
        Settle(transaction, execution, approval, ApprovalStatus.Expired);
        Tell(transaction, execution, approval, ApprovalEvents.Expired(execution, approval), ExecutionState.Expired);
        audit.Append(transaction, ApprovalAudit.Of(actor ?? ApprovalAudit.Platform, ApprovalAudit.Expire, approval));
    }

    /// <summary>Half of the time is over, or three quarters: then the role <c>admin</c> decides too.</summary>
    public async Task RemindAsync(RegistryTransaction transaction, Execution execution)
    {
        var (approval, now) = (await OfAsync(transaction, execution), transaction.Now);
        if (approval.EscalatedAt is null && now >= approval.EscalateAt)
        {
            approval.EscalatedAt = now;
            approval.RemindedAt ??= now;
            approval.RequiredRoles = [.. approval.RequiredRoles.Append(ApprovalLevels.Admin).Distinct()];
            Remind(transaction, execution, approval, escalated: true);
        }
        else if (approval.RemindedAt is null && now >= approval.RemindAt)
        {
            approval.RemindedAt = now;
            Remind(transaction, execution, approval, escalated: false);
        }

        execution.DueAt = NextLook(approval);
    }

    /// <summary>The execution has ended while people were asked.</summary>
    public void Abandon(RegistryTransaction transaction, Execution execution)
    {
        if (execution.ApprovalId is null || execution.State() != ExecutionState.ApprovalRequired)
        {
            return;
        }

        var approval = Known(transaction, execution);
        if (approval.Status == ApprovalStatus.Pending)
        {
            approval.Status = ApprovalStatus.Cancelled;
            approval.DecidedAt = transaction.Now;
            audit.Append(transaction, ApprovalAudit.Of(ApprovalAudit.Platform, ApprovalAudit.Cancel, execution));
        }

        execution.ApprovalUntil = null;
    }

    /// <summary>An attempt has started; the table keeps the first one.</summary>
    public static void Use(RegistryTransaction transaction, Execution execution, DateTimeOffset startedAt)
    {
        if (execution.ApprovalId is not null)
        {
            Known(transaction, execution).UsedAt = startedAt;
        }
    }

    private static Approval NewApproval(Execution execution, AdmissionOutcome outcome, RunPlan plan, ApprovalNeed need, DateTimeOffset now)
    {
        var time = ApprovalLevels.TimeToDecide(plan.Level);
        // What expires earlier by the caller's wish has earlier reminders, too.
        time = execution.ExpiresAt is { } end && end - now < time ? end - now : time;
        var caller = outcome.Caller;
        return new Approval
        {
            Id = Guid.CreateVersion7(now),
            ExecutionId = execution.CorrelationId,
            ToolId = plan.ToolId,
            ToolName = execution.ToolName ?? execution.ToolRef,
            ToolVersion = plan.ToolVersion,
            SecurityLevel = plan.Level,
            CallerId = CallerOf(execution),
            Requesters = [.. new[] { CallerOf(execution), caller?.Id, caller?.ActingService, execution.UserId, execution.AgentId,
                execution.RequestedBy }
                .OfType<string>().Where(id => id.Length > 0).Distinct(StringComparer.Ordinal)],
            ParametersHash = plan.ParametersHash,
            ParametersPreview = ApprovalPreview.Of(outcome.StoredParameters),
            Reason = need.Reason,
            RequiredRoles = [.. need.RequiredRoles],
            RequiredApprovers = [.. need.RequiredApprovers],
            MinApprovals = need.MinApprovals,
            CreatedAt = now,
            RemindAt = now + (time * 0.5),
            EscalateAt = now + (time * 0.75),
            ExpiresAt = now + time,
        };
    }

    /// <summary>Whose execution it is, as an approval is bound to it.</summary>
    public static string CallerOf(Execution execution) => execution.CallerId ?? execution.Source;

    private static DateTimeOffset NextLook(Approval approval) =>
        approval.EscalatedAt is not null ? approval.ExpiresAt
        : approval.RemindedAt is not null ? approval.EscalateAt
        : approval.RemindAt;

    private void Settle(RegistryTransaction transaction, Execution execution, Approval approval, ApprovalStatus status)
    {
        approval.Status = status;
        approval.DecidedAt = transaction.Now;
        execution.ApprovalUntil = null;
        execution.LastSequence++;
        transaction.AfterCommit(() => metrics.Settled(approval));
    }

    private void Remind(RegistryTransaction transaction, Execution execution, Approval approval, bool escalated)
    {
        execution.LastSequence++;
        Tell(transaction, execution, approval, ApprovalEvents.Reminder(execution, approval, escalated), ExecutionState.ApprovalRequired);
        audit.Append(transaction,
            ApprovalAudit.Of(ApprovalAudit.Platform, escalated ? ApprovalAudit.Escalate : ApprovalAudit.Remind, approval));
    }

    private void Tell<T>(RegistryTransaction transaction, Execution execution, Approval approval, T payload, ExecutionState state)
        where T : class => voice.TellApproval(transaction, execution, approval.Id, payload, approval.Status, state);

    private static Task<Approval> OfAsync(RegistryTransaction transaction, Execution execution) =>
        transaction.Db.Set<Approval>().SingleAsync(row => row.Id == execution.ApprovalId, transaction.CancellationToken);

    /// <summary>The row as this transaction has read it, else one to write a single column without reading.</summary>
    private static Approval Known(RegistryTransaction transaction, Execution execution)
    {
        var row = transaction.Db.ChangeTracker.Entries<Approval>().FirstOrDefault(entry => entry.Entity.Id == execution.ApprovalId)?.Entity;
        if (row is null)
        {
            row = new Approval { Id = execution.ApprovalId!.Value, ExecutionId = execution.CorrelationId };
            transaction.Db.Attach(row);
        }

        return row;
    }
}
