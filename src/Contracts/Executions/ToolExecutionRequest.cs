using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Contracts.Json;
using MassTransit;

namespace Capns.Contracts.Executions;

/// <summary>Event in: somebody asks for a tool to be run (platform spec 3.14).</summary>
/// <remarks>
/// Ends in exactly one <see cref="ToolExecutionResult"/>, <see cref="ToolExecutionError"/> or
/// <see cref="ToolExecutionCancelled"/>. Exactly one of <see cref="ToolId"/> and <see cref="Cap"/> is given. A repeat with
/// the same key (<see cref="IdempotencyKey"/>, else <see cref="RequestId"/>, per source, 24 h) never runs a second time.
/// </remarks>
[EntityName("tool.execution.requested")]
[MessageUrn("tool.execution.requested")]
public sealed record ToolExecutionRequest
{
    /// <summary>Uuid or slug of the tool.</summary>
    public string? ToolId { get; init; }

    /// <summary>Capability URN; the best-matching provider is chosen and echoed.</summary>
    public string? Cap { get; init; }

    /// <summary>A JSON object, at most 256 KiB, checked against the tool's schema. Required.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary>The caller's id, up to 128 characters; echoed.</summary>
    public string? RequestId { get; init; }

    /// <summary>Chosen by the caller; absent: ours. Used already by another request: INVALID_REQUEST.</summary>
    public Guid? ExecutionId { get; init; }

    /// <summary>Up to 128 characters. Absent: <see cref="RequestId"/>.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Exact version, range (<c>^1.2</c>) or <c>latest</c> (default). Not allowed with <see cref="Cap"/>.</summary>
    public string? Version { get; init; }

    /// <summary>For tools with operations.</summary>
    public string? Operation { get; init; }

    /// <summary>A label; one of these three is required when the caller is a service or anonymous.</summary>
    public string? AgentId { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? UserId { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? RequestedBy { get; init; }

    /// <summary>Copied to all events, up to 128 characters.</summary>
    public string? DiscussionId { get; init; }

    /// <inheritdoc cref="DiscussionId"/>
    public string? ConversationId { get; init; }

    /// <inheritdoc cref="DiscussionId"/>
    public string? OperationId { get; init; }

    /// <inheritdoc cref="DiscussionId"/>
    public string? SessionId { get; init; }

    /// <inheritdoc cref="DiscussionId"/>
    public string? ProjectId { get; init; }

    /// <inheritdoc cref="DiscussionId"/>
    public string? WorkflowRunId { get; init; }

    /// <summary>Free, up to 32 KiB; <c>discussionId</c> and <c>agentId</c> are read from it when the top-level ones are missing.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>Default: normal.</summary>
    public Priority? Priority { get; init; }

    /// <summary>Milliseconds; lowers the tool's limit only.</summary>
    public int? Timeout { get; init; }

    /// <summary>May lower the tool's attempts; may raise them only for idempotent tools.</summary>
    public RetryPolicy? RetryPolicy { get; init; }

    /// <summary>True is read as 3 attempts.</summary>
    public bool? RetryOnFailure { get; init; }

    /// <summary>Attempts beyond the first.</summary>
    public int? MaxRetries { get; init; }

    /// <summary>Refused when the estimate is above, stopped when exceeded.</summary>
    [JsonConverter(typeof(AmountConverter))]
    public decimal? MaxCost { get; init; }

    /// <summary>Can raise the tool's level for this execution, never lower it.</summary>
    public SecurityLevel? SecurityLevel { get; init; }

    /// <summary>Default: false; true shows the result in the discussion room.</summary>
    public bool? ShareResults { get; init; }

    /// <summary><c>text</c>, <c>interactive</c> or <c>attachment</c>; carried through.</summary>
    public string? Format { get; init; }

    /// <summary>Default: false; carried through.</summary>
    public bool? NotifyParticipants { get; init; }

    /// <summary>Default: false; true passes all gates, runs and stores nothing, and only replies.</summary>
    public bool? DryRun { get; init; }

    /// <summary><c>use</c> (default), <c>bypass</c> or <c>refresh</c>.</summary>
    public string? Cache { get; init; }

    /// <summary><c>{text, confidence 0..1, alternatives: [{toolId, reason}]}</c>, up to 32 KiB.</summary>
    public JsonElement? Reasoning { get; init; }

    /// <summary><c>finished</c> (default) or <c>accepted</c>.</summary>
    public string? ReplyOn { get; init; }

    /// <summary>Reply is published on <c>events</c> with this key: <c>tool.execution.requested.response.&lt;text&gt;</c>.</summary>
    public string? ResponseEventType { get; init; }

    /// <summary>Start not before, at most 30 days ahead.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Give up after.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary><c>{token}</c>; removed before anything is stored or logged.</summary>
    public JsonElement? Auth { get; init; }
}
