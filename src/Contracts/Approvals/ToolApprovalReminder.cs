using MassTransit;

namespace Capns.Contracts.Approvals;

/// <summary>Event: an approval still waits: at half of its time, and at 75 % (platform spec 3.23, 5.6).</summary>
[EntityName("tool.approval.reminder")]
[MessageUrn("tool.approval.reminder")]
public sealed record ToolApprovalReminder
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

    /// <summary>When the time is over.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>True at 75 %: from now on the role <c>admin</c> may decide too.</summary>
    public required bool Escalated { get; init; }
}
