using System.Text.Json;
using MassTransit;

namespace Capns.Contracts.Approvals;

/// <summary>Event: an execution waits for people to decide (platform spec 3.23).</summary>
[EntityName("tool.approval.requested")]
[MessageUrn("tool.approval.requested")]
public sealed record ToolApprovalRequested
{
    /// <summary>Version of the payload. Always <c>"1.0"</c>.</summary>
    public string SchemaVersion { get; init; } = "1.0";

    /// <summary>The approval.</summary>
    public required Guid ApprovalId { get; init; }

    /// <summary>The execution that waits for it.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>Uuid of the tool.</summary>
    public required string ToolId { get; init; }

    /// <summary>State of the approval after the event.</summary>
    public required ApprovalStatus Status { get; init; }

    /// <summary>Sequence of the event in the execution's event log.</summary>
    public required int Sequence { get; init; }

    /// <summary>The execution again, under the name by which the security gateway knows it.</summary>
    public required Guid OperationId { get; init; }

    /// <summary>Name of the tool.</summary>
    public required string ToolName { get; init; }

    /// <summary>SemVer.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>Level at which it would run.</summary>
    public required SecurityLevel SecurityLevel { get; init; }

    /// <summary>Who asks: what the request says, else the caller.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Echo.</summary>
    public string? AgentId { get; init; }

    /// <summary>Echo.</summary>
    public string? UserId { get; init; }

    /// <summary>Echo.</summary>
    public string? DiscussionId { get; init; }

    /// <summary>Why approval is needed.</summary>
    public string? Reason { get; init; }

    /// <summary>Parameters without secrets; a long text is cut.</summary>
    public required JsonElement ParametersPreview { get; init; }

    /// <summary><c>sha256:</c> and hex: what is approved, and nothing else.</summary>
    public required string ParametersHash { get; init; }

    /// <summary>Roles of which one is needed to decide. Empty: only <see cref="RequiredApprovers"/> decide.</summary>
    public required IReadOnlyList<string> RequiredRoles { get; init; }

    /// <summary>Listed approvers. Below level dangerous they need no role.</summary>
    public required IReadOnlyList<string> RequiredApprovers { get; init; }

    /// <summary>So many must approve.</summary>
    public required int MinApprovals { get; init; }

    /// <summary>Not decided by then, the execution expires.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
