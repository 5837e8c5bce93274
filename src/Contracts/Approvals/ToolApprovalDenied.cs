using MassTransit;

namespace Capns.Contracts.Approvals;

/// <summary>Event: somebody rejected; the execution has ended (platform spec 3.23).</summary>
[EntityName("tool.approval.denied")]
[MessageUrn("tool.approval.denied")]
public sealed record ToolApprovalDenied
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

    /// <summary>Everybody who decided, the first one first.</summary>
    public required IReadOnlyList<string> ApproverIds { get; init; }

    /// <summary>When the last one decided.</summary>
    public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>What the last one said who said something.</summary>
    public string? Feedback { get; init; }

    /// <summary>Conditions of all; shown, not enforced.</summary>
    public IReadOnlyList<string>? Conditions { get; init; }
}
