using System.Text.Json;
using Capns.Contracts.Approvals;
using Capns.Registry.Worker.Executions;

namespace Capns.Registry.Worker.Approvals.Asking;

/// <summary>The payloads of <c>tool.approval.*</c> (platform spec 3.23), of rows as they are after the step. Pure.</summary>
internal static class ApprovalEvents
{
    public static ToolApprovalRequested Requested(Execution execution, Approval approval) => new()
    {
        ApprovalId = approval.Id,
        ExecutionId = approval.ExecutionId,
        OperationId = approval.ExecutionId,
        ToolId = approval.ToolId.ToString(),
        Status = approval.Status,
        Sequence = execution.LastSequence,
        ToolName = approval.ToolName,
        ToolVersion = approval.ToolVersion,
        SecurityLevel = approval.SecurityLevel,
        RequestedBy = execution.RequestedBy ?? approval.CallerId,
        AgentId = execution.AgentId,
        UserId = execution.UserId,
        DiscussionId = execution.DiscussionId,
        Reason = approval.Reason,
        ParametersPreview = JsonElement.Parse(approval.ParametersPreview),
        ParametersHash = approval.ParametersHash,
        RequiredRoles = approval.RequiredRoles,
        RequiredApprovers = approval.RequiredApprovers,
        MinApprovals = approval.MinApprovals,
        ExpiresAt = approval.ExpiresAt,
        CreatedAt = approval.CreatedAt,
    };

    public static ToolApprovalGranted Granted(Execution execution, Approval approval, IReadOnlyList<ApprovalDecisionRow> decisions) => new()
    {
        ApprovalId = approval.Id,
        ExecutionId = approval.ExecutionId,
        ToolId = approval.ToolId.ToString(),
        Status = approval.Status,
        Sequence = execution.LastSequence,
        ApproverIds = Approvers(decisions),
        DecidedAt = approval.DecidedAt!.Value,
        Feedback = Feedback(decisions),
        Conditions = Conditions(decisions),
        UsableUntil = approval.UsableUntil!.Value,
    };

    public static ToolApprovalDenied Denied(Execution execution, Approval approval, IReadOnlyList<ApprovalDecisionRow> decisions) => new()
    {
        ApprovalId = approval.Id,
        ExecutionId = approval.ExecutionId,
        ToolId = approval.ToolId.ToString(),
        Status = approval.Status,
        Sequence = execution.LastSequence,
        ApproverIds = Approvers(decisions),
        DecidedAt = approval.DecidedAt!.Value,
        Feedback = Feedback(decisions),
        Conditions = Conditions(decisions),
    };

    public static ToolApprovalExpired Expired(Execution execution, Approval approval) => new()
    {
        ApprovalId = approval.Id,
        ExecutionId = approval.ExecutionId,
        ToolId = approval.ToolId.ToString(),
        Status = approval.Status,
        Sequence = execution.LastSequence,
        ExpiresAt = approval.ExpiresAt,
    };

    public static ToolApprovalReminder Reminder(Execution execution, Approval approval, bool escalated) => new()
    {
        ApprovalId = approval.Id,
        ExecutionId = approval.ExecutionId,
        ToolId = approval.ToolId.ToString(),
        Status = approval.Status,
        Sequence = execution.LastSequence,
        ExpiresAt = approval.ExpiresAt,
        Escalated = escalated,
    };

    private static IReadOnlyList<string> Approvers(IReadOnlyList<ApprovalDecisionRow> decisions) =>
        [.. decisions.OrderBy(row => row.DecidedAt).Select(row => row.ApproverId)];

    private static string? Feedback(IReadOnlyList<ApprovalDecisionRow> decisions) =>
        decisions.OrderByDescending(row => row.DecidedAt).Select(row => row.Feedback).FirstOrDefault(text => text is not null);

    private static List<string>? Conditions(IReadOnlyList<ApprovalDecisionRow> decisions) =>
        decisions.SelectMany(row => row.Conditions).Distinct().ToList() is { Count: > 0 } all ? all : null;
}
