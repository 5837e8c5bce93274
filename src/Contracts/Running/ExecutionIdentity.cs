namespace Capns.Contracts.Running;

/// <summary>What every event of an execution repeats of its request and tool (platform spec 3.13, 3.7).</summary>
public sealed record ExecutionIdentity
{
    public required string ToolId { get; init; }

    public string? ToolName { get; init; }

    public string? ToolVersion { get; init; }

    public SecurityLevel? SecurityLevel { get; init; }

    public string? Cap { get; init; }

    public string? MatchedCap { get; init; }

    public string? Provider { get; init; }

    public string? RequestId { get; init; }

    public string? AgentId { get; init; }

    public string? UserId { get; init; }

    public string? RequestedBy { get; init; }

    public string? DiscussionId { get; init; }

    public string? ConversationId { get; init; }

    public string? OperationId { get; init; }

    public string? SessionId { get; init; }

    public string? ProjectId { get; init; }

    public string? WorkflowRunId { get; init; }

    public string? StepId { get; init; }

    /// <summary>The correlation id of the request; an AMQP property and an envelope member, not part of the payload.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>W3C trace context of the request.</summary>
    public string? TraceParent { get; init; }

    /// <inheritdoc cref="TraceParent"/>
    public string? TraceState { get; init; }
}
