using System.Text.Json;
using MassTransit;

namespace Capns.Contracts.Executions;

/// <summary>Event: an attempt has started in a sandbox (platform spec 3.15).</summary>
/// <remarks>Published by the registry, once per attempt. It may arrive after the first progress; <see cref="Sequence"/> tells the order.</remarks>
[EntityName("tool.execution.started")]
[MessageUrn("tool.execution.started")]
public sealed record ToolExecutionStarted
{
    /// <summary>Version of the payload. Always <c>"1.0"</c>.</summary>
    public string SchemaVersion { get; init; } = "1.0";

    /// <summary>The execution this event belongs to.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>Uuid of the tool; for an unknown tool the text the caller gave.</summary>
    public required string ToolId { get; init; }

    /// <summary>Always <c>started</c>.</summary>
    public ExecutionStatus Status { get; init; } = ExecutionStatus.Started;

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

    /// <summary>When the attempt started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Milliseconds from <c>queuedAt</c> to <see cref="StartedAt"/>.</summary>
    public required int QueueWaitMs { get; init; }

    /// <summary>The sandbox driver that runs it: <c>native</c>, <c>container</c> or <c>vm</c>.</summary>
    public required string Isolation { get; init; }

    /// <summary>The limits in force.</summary>
    public required SandboxConfig Limits { get; init; }

    /// <summary>The tool's own estimate in milliseconds.</summary>
    public int? EstimatedDuration { get; init; }

    /// <summary>The runner that has the lease.</summary>
    public string? RunnerId { get; init; }
}
