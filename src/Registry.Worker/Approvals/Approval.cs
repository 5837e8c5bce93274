using Capns.Contracts;
using Capns.Contracts.Approvals;

namespace Capns.Registry.Worker.Approvals;

/// <summary>What people are asked for one execution, and what became of it (table <c>approvals</c>).</summary>
/// <remarks>Bound to tool, version, parameter hash and caller. Changed only while the execution's row is locked.</remarks>
internal sealed class Approval
{
    public Guid Id { get; init; }

    public Guid ExecutionId { get; init; }

    public Guid ToolId { get; init; }

    public string ToolName { get; init; } = string.Empty;

    public string ToolVersion { get; init; } = string.Empty;

    public SecurityLevel SecurityLevel { get; init; }

    public string CallerId { get; init; } = string.Empty;

    /// <summary>Who cannot decide: the caller, who acted for it, and everybody the request names.</summary>
    public string[] Requesters { get; init; } = [];

    /// <summary><c>sha256:</c> and hex (platform spec 5.2).</summary>
    public string ParametersHash { get; init; } = string.Empty;

    /// <summary>JSON object, without secrets.</summary>
    public string ParametersPreview { get; init; } = "{}";

    public string? Reason { get; init; }

    public string[] RequiredRoles { get; set; } = [];

    public string[] RequiredApprovers { get; init; } = [];

    public int MinApprovals { get; init; } = 1;

    public ApprovalStatus Status { get; set; } = ApprovalStatus.Pending;

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Half of the time.</summary>
    public DateTimeOffset RemindAt { get; init; }

    /// <summary>75 % of the time.</summary>
    public DateTimeOffset EscalateAt { get; init; }

    public DateTimeOffset? RemindedAt { get; set; }

    /// <summary>Since then the role <c>admin</c> decides too.</summary>
    public DateTimeOffset? EscalatedAt { get; set; }

    /// <summary>The latest start, once granted.</summary>
    public DateTimeOffset? UsableUntil { get; set; }

    /// <summary>First start.</summary>
    public DateTimeOffset? UsedAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it left <c>pending</c>.</summary>
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>Counts the changes; the database does.</summary>
    public long RowVersion { get; init; }
}

/// <summary>What one approver decided; the last word counts (table <c>approval_decisions</c>).</summary>
internal sealed class ApprovalDecisionRow
{
    public required Guid ApprovalId { get; init; }

    public required string ApproverId { get; init; }

    public required ApprovalDecision Decision { get; set; }

    public required string[] Conditions { get; set; }

    public string? Feedback { get; set; }

    /// <summary><c>rest</c>, <c>message</c> or <c>gateway</c>.</summary>
    public required string Via { get; set; }

    public required DateTimeOffset DecidedAt { get; set; }
}
