using System.Diagnostics.CodeAnalysis;
using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Approvals.Deciding;

/// <summary>What became of a decision: it is recorded, or why not.</summary>
internal sealed record DecisionAnswer
{
    /// <summary>As it is after the decision. Absent: there is none.</summary>
    public Approval? Approval { get; init; }

    /// <summary>All decisions after this one.</summary>
    public IReadOnlyList<ApprovalDecisionRow> Decisions { get; init; } = [];

    public ErrorCode? Refusal { get; init; }

    public string Message { get; init; } = string.Empty;

    [MemberNotNullWhen(true, nameof(Approval))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Recorded => Refusal is null && Approval is not null;

    /// <summary>The reply to a decision by message.</summary>
    public ToolApprovalRecorded Reply() => new()
    {
        ApprovalId = Approval!.Id,
        ExecutionId = Approval.ExecutionId,
        Status = Approval.Status,
        Approvals = Decisions.Count(row => row.Decision == ApprovalDecision.Approve),
        MinApprovals = Approval.MinApprovals,
    };

    public static DecisionAnswer Refused(ErrorCode code, string message, Approval? approval = null) =>
        new() { Refusal = code, Message = message, Approval = approval };
}
