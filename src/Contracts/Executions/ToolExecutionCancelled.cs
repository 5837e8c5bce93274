using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Contracts.Json;
using MassTransit;

namespace Capns.Contracts.Executions;

/// <summary>Event: the execution ended by request, after its work has stopped (platform spec 3.19). Final.</summary>
/// <remarks>Cancelling a finished execution publishes nothing.</remarks>
[EntityName("tool.execution.cancelled")]
[MessageUrn("tool.execution.cancelled")]
public sealed record ToolExecutionCancelled
{
    /// <summary>Version of the payload. Always <c>"1.0"</c>.</summary>
    public string SchemaVersion { get; init; } = "1.0";

    /// <summary>The execution this event belongs to.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>Uuid of the tool; for an unknown tool the text the caller gave.</summary>
    public required string ToolId { get; init; }

    /// <summary>Always <c>cancelled</c>.</summary>
    public ExecutionStatus Status { get; init; } = ExecutionStatus.Cancelled;

    /// <summary>State of the execution after this event.</summary>
    public required ExecutionState State { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>What the attempt has used so far; zeros when nothing ran.</summary>
    public required ResourceUsage Resources { get; init; }

    /// <summary>1, 2, 3 … per execution, for order and gap check. The only allowed gap is one jump after a lost runner.</summary>
    public required int Sequence { get; init; }

    /// <summary>1 and up; 0 when nothing ran.</summary>
    public required int Attempt { get; init; }

    /// <summary>Absent when the tool is unknown.</summary>
    public string? ToolName { get; init; }

    /// <summary>SemVer. Absent when the tool is unknown.</summary>
    public string? ToolVersion { get; init; }

    /// <summary>The level of this execution. Absent when the tool is unknown.</summary>
    public SecurityLevel? SecurityLevel { get; init; }

    /// <summary>The requested capability URN in canonical form; present when requested by <c>cap</c>.</summary>
    public string? Cap { get; init; }

    /// <summary>URN of the provider that matched; present when requested by <c>cap</c>.</summary>
    public string? MatchedCap { get; init; }

    /// <summary>Slug of the provider; present when requested by <c>cap</c>.</summary>
    public string? Provider { get; init; }

    /// <summary>The caller's id of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>The same as <see cref="RequestId"/>.</summary>
    public string? CallId { get; init; }

    /// <summary>Echo of the request.</summary>
    public string? AgentId { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? UserId { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? RequestedBy { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? DiscussionId { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? ConversationId { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? OperationId { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? SessionId { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? ProjectId { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? WorkflowRunId { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? StepId { get; init; }

    /// <summary>Further facts of this event.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>Human text, when something went wrong.</summary>
    public string? Error { get; init; }

    /// <summary>As given with the request.</summary>
    public string? Reason { get; init; }

    /// <summary>Who asked.</summary>
    public required string CancelledBy { get; init; }

    /// <summary>State of the execution before.</summary>
    public required ExecutionState PreviousStatus { get; init; }

    /// <summary>Milliseconds of the last attempt; 0 when nothing ran.</summary>
    public required int ExecutionTime { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>Sum over all attempts, 6 decimal places.</summary>
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Cost { get; init; }
}
