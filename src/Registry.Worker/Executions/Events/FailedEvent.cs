using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Executions.Events;

/// <summary><c>tool.execution.failed</c> (platform spec 3.18).</summary>
internal static class FailedEvent
{
    /// <summary>Builds it from the execution as it is after the step; <see cref="Execution.LastSequence"/> is the event's own sequence.</summary>
    public static ToolExecutionError Of(Execution execution, ExecutionState state, ResourceUsage resources, ErrorDetail error, DateTimeOffset now)
    {
        var identity = execution.Identity;
        return new ToolExecutionError
        {
            ExecutionId = execution.CorrelationId,
            ToolId = identity.ToolId,
            State = state,
            Timestamp = now,
            Resources = resources,
            Sequence = execution.LastSequence,
            Attempt = execution.Attempt,
            ToolName = identity.ToolName,
            ToolVersion = identity.ToolVersion,
            SecurityLevel = identity.SecurityLevel,
            Cap = identity.Cap,
            MatchedCap = identity.MatchedCap,
            Provider = identity.Provider,
            RequestId = identity.RequestId,
            CallId = identity.RequestId,
            AgentId = identity.AgentId,
            UserId = identity.UserId,
            RequestedBy = identity.RequestedBy,
            DiscussionId = identity.DiscussionId,
            ConversationId = identity.ConversationId,
            OperationId = identity.OperationId,
            SessionId = identity.SessionId,
            ProjectId = identity.ProjectId,
            WorkflowRunId = identity.WorkflowRunId,
            StepId = identity.StepId,
            Error = error.Message,
            ErrorDetail = error,
            ExecutionTime = Milliseconds.Between(execution.StartedAt, execution.CompletedAt),
            RetryCount = Math.Max(0, execution.Attempt - 1),
            MaxRetries = Math.Max(0, execution.MaxAttempts - 1),
            CompletedAt = execution.CompletedAt ?? now,
            StartedAt = execution.StartedAt,
            Cost = execution.Cost,
        };
    }
}
