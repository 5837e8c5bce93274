using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Executions.Events;

/// <summary><c>tool.execution.progress</c> of the kinds <c>retry</c> and <c>limited</c> (platform spec 3.16).</summary>
internal static class ProgressEvent
{
    /// <summary>Builds it from the execution as it is after the step; <see cref="Execution.LastSequence"/> is the event's own sequence.</summary>
    public static ToolExecutionProgress Of(Execution execution, ExecutionState state, ProgressKind kind, ResourceUsage resources, string message, ProgressData data, DateTimeOffset now)
    {
        var identity = execution.Identity;
        return new ToolExecutionProgress
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
            Kind = kind,
            Message = message,
            Error = data.AttemptError?.Message,
            Data = data,
        };
    }
}
