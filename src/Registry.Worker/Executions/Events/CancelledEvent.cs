using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Executions.Events;

/// <summary><c>tool.execution.cancelled</c> (platform spec 3.19).</summary>
internal static class CancelledEvent
{
    /// <summary>Builds it from the execution as it is after the step; <see cref="Execution.LastSequence"/> is the event's own sequence.</summary>
    public static ToolExecutionCancelled Of(Execution execution, ExecutionState previous, ResourceUsage resources, DateTimeOffset now)
    {
        var identity = execution.Identity;
        var state = ExecutionState.Cancelled;
        return new ToolExecutionCancelled
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
            Reason = execution.CancelReason,
            CancelledBy = execution.CancelledBy ?? "unknown",
            PreviousStatus = previous,
            ExecutionTime = Milliseconds.Between(execution.StartedAt, execution.CompletedAt),
            CompletedAt = execution.CompletedAt ?? now,
            Cost = execution.Cost,
        };
    }
}
