using Capns.Access;
using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access.Waiting;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.HandingOver;

/// <summary>Gate 6 again: what was taken from the caller while the job waited is gone (platform spec 5.4, 8).</summary>
/// <remarks>An approval is no permission: people who approve say that it may happen, not that the caller may do it.</remarks>
internal sealed class CallerStillMay(AccessGates gates, CallerToday callers) : IHandOverCheck
{
    public async ValueTask<ErrorDetail?> CheckAsync(RegistryTransaction transaction, Execution execution)
    {
        var plan = execution.Plan;
        if (plan.Asker is not { } asker)
        {
            return null;
        }

        if (await transaction.Db.Set<Tool>().AsNoTracking().FirstOrDefaultAsync(row => row.Id == plan.ToolId, transaction.CancellationToken) is not { } tool)
        {
            // Gate 4 has said so.
            return null;
        }

        var (caller, gone) = await callers.FindAsync(asker, transaction.CancellationToken);
        if (caller is null)
        {
            return Denied(tool, plan, gone!);
        }

        var demand = new RunDemand
        {
            Tool = tool,
            Level = plan.Level,
            Permissions = plan.Permissions,
            AgentId = execution.AgentId,
            ProjectId = execution.ProjectId,
            ExecutionId = execution.CorrelationId,
        };
        var decision = await gates.CheckAsync(caller, demand, transaction.Db, transaction.CancellationToken);
        return decision.Effect switch
        {
            AccessEffect.Denied => Denied(tool, plan, decision.Reason),
            AccessEffect.NeedsApproval => await FindMissingApprovalAsync(transaction, execution, decision),
            _ => null,
        };
    }

    private static ErrorDetail Denied(Tool tool, RunPlan plan, string reason) =>
        Errors.Of(ErrorCodes.InsufficientPermissions, $"Running {Preview.Of(tool.Slug)} at level {Words.Level(plan.Level)}: {reason}");

    /// <summary>A policy that came while it waited must be content with those who have approved.</summary>
    private static async Task<ErrorDetail?> FindMissingApprovalAsync(RegistryTransaction transaction, Execution execution, AccessDecision decision)
    {
        var approvers = execution.ApprovalId is not { } id ? [] : await transaction.Db.Set<ApprovalDecisionRow>().AsNoTracking()
            .Where(row => row.ApprovalId == id && row.Decision == ApprovalDecision.Approve)
            .Select(row => row.ApproverId)
            .ToListAsync(transaction.CancellationToken);
        var (wanted, given) = (decision.MinApprovals ?? 1,
            decision.Approvers.Count == 0 ? approvers.Count : approvers.Intersect(decision.Approvers, StringComparer.Ordinal).Count());
        var whose = decision.Approvers.Count == 0 ? "" : $" of {string.Join(", ", decision.Approvers)}";
        return given >= wanted ? null
            : Errors.Of(ErrorCodes.ApprovalRejected, $"{decision.Reason} It wants {wanted}{whose}; there are {given}. Send the request again.");
    }
}
