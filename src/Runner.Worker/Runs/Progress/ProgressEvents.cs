using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;

namespace Capns.Runner.Worker.Runs.Progress;

/// <summary>Makes the payload of <c>tool.execution.progress</c> (platform spec 3.13, 3.16).</summary>
internal static class ProgressEvents
{
    /// <summary>A complete event.</summary>
    public static ToolExecutionProgress Create(RunTool order, ProgressDraft draft, int sequence, DateTimeOffset now, TimeSpan elapsed)
    {
        var identity = order.Identity;
        return new ToolExecutionProgress
        {
            ExecutionId = order.ExecutionId,
            ToolId = identity.ToolId,
            State = ExecutionState.Running,
            Timestamp = now,
            Resources = new ResourceUsage { DurationMs = (long)elapsed.TotalMilliseconds },
            Sequence = sequence,
            Attempt = order.Attempt,
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
            Kind = draft.Kind,
            Progress = draft.Progress,
            CurrentStep = draft.CurrentStep,
            Message = draft.Message,
            Log = draft.Log,
            PartialResult = draft.PartialResult,
            Truncated = draft.Truncated ? true : null,
        };
    }

    /// <summary>The event as every service may read it: without log and partial result for the higher levels.</summary>
    /// <remarks>The event itself still goes out, so that the sequence has no gap.</remarks>
    public static ToolExecutionProgress ForTheBus(ToolExecutionProgress happened, SecurityLevel level) =>
        MayTravelWhole(happened, level) ? happened : happened with { Log = null, PartialResult = null };

    /// <summary>True when every service may read all of the event (platform spec 3.13).</summary>
    public static bool MayTravelWhole(ToolExecutionProgress happened, SecurityLevel level) =>
        level < SecurityLevel.Restricted || (happened.Log is null && happened.PartialResult is null);
}
