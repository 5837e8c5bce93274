using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Contracts.Json;
using MassTransit;

namespace Capns.Contracts.Executions;

/// <summary>Event: the execution ended well (platform spec 3.17). Final.</summary>
/// <remarks>Exactly one of completed, failed and cancelled is published for each execution. A cache hit has <see cref="Cached"/> true and attempt 0.</remarks>
[EntityName("tool.execution.completed")]
[MessageUrn("tool.execution.completed")]
public sealed record ToolExecutionResult
{
    /// <summary>Version of the payload. Always <c>"1.0"</c>.</summary>
    public string SchemaVersion { get; init; } = "1.0";

    /// <summary>The execution this event belongs to.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>Uuid of the tool; for an unknown tool the text the caller gave.</summary>
    public required string ToolId { get; init; }

    /// <summary>Always <c>completed</c>.</summary>
    public ExecutionStatus Status { get; init; } = ExecutionStatus.Completed;

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

    /// <summary>Always true.</summary>
    public bool Success { get; init; } = true;

    /// <summary>The result, up to 256 KiB. Absent when <see cref="ResultRef"/> is present.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Where a result lies that is larger, or may not travel on the bus.</summary>
    public ResultReference? ResultRef { get; init; }

    /// <summary>Milliseconds of the last attempt.</summary>
    public required int ExecutionTime { get; init; }

    /// <summary>The same as <see cref="ExecutionTime"/>.</summary>
    public required int ExecutionTimeMs { get; init; }

    /// <summary>Sum over all attempts, 6 decimal places.</summary>
    [JsonConverter(typeof(AmountConverter))]
    public required decimal Cost { get; init; }

    /// <summary>True when it came from the result cache and nothing ran.</summary>
    public required bool Cached { get; init; }

    /// <summary>Start of the last attempt.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>End of the last attempt.</summary>
    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>Attempts beyond the first.</summary>
    public required int RetryCount { get; init; }

    /// <summary>False only for tools with <c>strictResult</c> false.</summary>
    public required bool ResultSchemaValid { get; init; }

    /// <summary>Echo of the request.</summary>
    public required bool ShareResults { get; init; }

    /// <inheritdoc cref="ShareResults"/>
    public bool? NotifyParticipants { get; init; }

    /// <inheritdoc cref="ShareResults"/>
    public string? Format { get; init; }

    /// <summary>Set by the tool: an object of at most 64 KiB; a larger one is left out.</summary>
    public JsonElement? Metadata { get; init; }
}
