using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Contracts.Json;
using MassTransit;

namespace Capns.Contracts.Executions;

/// <summary>Event: the execution failed, was refused, or waited too long (platform spec 3.18). Final.</summary>
/// <remarks><see cref="State"/> is <c>failed</c>, <c>rejected</c> or <c>expired</c>.</remarks>
[EntityName("tool.execution.failed")]
[MessageUrn("tool.execution.failed")]
public sealed record ToolExecutionError
{
    /// <summary>Version of the payload. Always <c>"1.0"</c>.</summary>
    public string SchemaVersion { get; init; } = "1.0";

    /// <summary>The execution this event belongs to.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>Uuid of the tool; for an unknown tool the text the caller gave.</summary>
    public required string ToolId { get; init; }

    /// <summary>Always <c>failed</c>.</summary>
    public ExecutionStatus Status { get; init; } = ExecutionStatus.Failed;

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

    /// <summary>Always false.</summary>
    public bool Success { get; init; }

    /// <summary>Human text; the same as the message of <see cref="ErrorDetail"/>.</summary>
    public required string Error { get; init; }

    /// <summary>The error for programs.</summary>
    public required ErrorDetail ErrorDetail { get; init; }

    /// <summary>Milliseconds of the last attempt; 0 when nothing ran.</summary>
    public required int ExecutionTime { get; init; }

    /// <summary>Attempts beyond the first.</summary>
    public required int RetryCount { get; init; }

    /// <summary>Attempts beyond the first that were allowed.</summary>
    public required int MaxRetries { get; init; }

    /// <summary>Always false: a failure that will be repeated is a progress of kind <c>retry</c>.</summary>
    public bool WillRetry { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>Start of the last attempt. Absent when nothing ran.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Sum over all attempts, 6 decimal places.</summary>
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Cost { get; init; }
}
