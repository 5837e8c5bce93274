using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Executions.Events;

/// <summary><c>tool.execution.started</c> (platform spec 3.15).</summary>
internal static class StartedEvent
{
    /// <summary>Builds it from the execution as it is after the step; <see cref="Execution.LastSequence"/> is the event's own sequence.</summary>
    public static ToolExecutionStarted Of(Execution execution, DateTimeOffset now)
    {
        var identity = execution.Identity;
        var (state, resources) = (ExecutionState.Running, new ResourceUsage());
        return new ToolExecutionStarted
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
            StartedAt = execution.StartedAt ?? now,
            QueueWaitMs = Milliseconds.Between(execution.QueuedAt, execution.StartedAt ?? now),
            Isolation = execution.Isolation!,
            Limits = Limits(execution),
            EstimatedDuration = execution.Plan.EstimatedDuration,
            RunnerId = execution.RunnerId,
        };
    }

    private static SandboxConfig Limits(Execution execution)
    {
        var limits = execution.Plan.Limits;
        return new SandboxConfig
        {
            ResourceLimits = new ResourceLimits
            {
                MaxMemory = limits.MemoryMb,
                MaxCpu = limits.Cpu,
                MaxDuration = limits.TimeoutMs,
                MaxNetworkCalls = limits.MaxNetworkCalls,
            },
            SecurityLevel = limits.SecurityLevel,
            Isolation = execution.Isolation!,
            NetworkAccess = limits.NetworkAccess,
            PersistentStorage = limits.PersistentStorage,
            AllowedHosts = limits.AllowedHosts,
        };
    }
}
