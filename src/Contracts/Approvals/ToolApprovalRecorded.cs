using MassTransit;

namespace Capns.Contracts.Approvals;

/// <summary>Reply only: a decision is stored (platform spec 3.8).</summary>
[ExcludeFromTopology]
[EntityName("tool.approval.recorded")]
[MessageUrn("tool.approval.recorded")]
public sealed record ToolApprovalRecorded
{
    /// <summary>Version of the payload. Always <c>"1.0"</c>.</summary>
    public string SchemaVersion { get; init; } = "1.0";

    /// <summary>The approval.</summary>
    public required Guid ApprovalId { get; init; }

    /// <summary>The execution that waits for it.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>State of the approval after the decision.</summary>
    public required ApprovalStatus Status { get; init; }

    /// <summary>So many have approved.</summary>
    public required int Approvals { get; init; }

    /// <summary>So many must approve.</summary>
    public required int MinApprovals { get; init; }
}
