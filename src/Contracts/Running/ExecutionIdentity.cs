namespace Capns.Contracts.Running;

/// <summary>What every event of an execution repeats of its request and tool (platform spec 3.13, 3.7).</summary>
public sealed record ExecutionIdentity
{
    /// <inheritdoc cref="Executions.ToolExecutionStarted.ToolId"/>
    public required string ToolId { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.ToolName"/>
    public string? ToolName { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.ToolVersion"/>
    public string? ToolVersion { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.SecurityLevel"/>
    public SecurityLevel? SecurityLevel { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.Cap"/>
    public string? Cap { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.MatchedCap"/>
    public string? MatchedCap { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.Provider"/>
    public string? Provider { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.RequestId"/>
    public string? RequestId { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.AgentId"/>
    public string? AgentId { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.UserId"/>
    public string? UserId { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.RequestedBy"/>
    public string? RequestedBy { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.DiscussionId"/>
    public string? DiscussionId { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.ConversationId"/>
    public string? ConversationId { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.OperationId"/>
    public string? OperationId { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.SessionId"/>
    public string? SessionId { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.ProjectId"/>
    public string? ProjectId { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.WorkflowRunId"/>
    public string? WorkflowRunId { get; init; }

    /// <inheritdoc cref="Executions.ToolExecutionStarted.StepId"/>
    public string? StepId { get; init; }

    /// <summary>The correlation id of the request; an AMQP property and an envelope member, not part of the payload.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>W3C trace context of the request.</summary>
    public string? TraceParent { get; init; }

    /// <inheritdoc cref="TraceParent"/>
    public string? TraceState { get; init; }
}
