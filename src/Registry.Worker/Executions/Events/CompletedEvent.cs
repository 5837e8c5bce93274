using System.Text.Json;
using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Executions.Events;

/// <summary><c>tool.execution.completed</c> (platform spec 3.17).</summary>
internal static class CompletedEvent
{
    /// <summary>Builds it from the execution as it is after the step; <see cref="Execution.LastSequence"/> is the event's own sequence.</summary>
    public static ToolExecutionResult Of(Execution execution, ResourceUsage resources, JsonElement? result, ResultReference? reference, bool fitsSchema, JsonElement? metadata, DateTimeOffset now)
    {
        var identity = execution.Identity;
        var state = ExecutionState.Completed;
        var elapsed = Milliseconds.Between(execution.StartedAt, execution.CompletedAt);
        return new ToolExecutionResult
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
            Result = result,
            ResultRef = reference,
            ExecutionTime = elapsed,
            ExecutionTimeMs = elapsed,
            Cost = execution.Cost,
            Cached = false,
            StartedAt = execution.StartedAt ?? now,
            CompletedAt = execution.CompletedAt ?? now,
            RetryCount = Math.Max(0, execution.Attempt - 1),
            ResultSchemaValid = fitsSchema,
            ShareResults = execution.ShareResults,
            NotifyParticipants = execution.NotifyParticipants,
            Format = execution.Format,
            Metadata = metadata,
        };
    }
}
