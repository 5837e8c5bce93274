using Capns.Contracts.Running;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>The complete command for the next attempt (platform spec 3.3, rule 4). Pure.</summary>
internal static class RunCommand
{
    /// <summary>Of the execution as it is handed over.</summary>
    public static RunTool Of(Execution execution)
    {
        var plan = execution.Plan;
        return new RunTool
        {
            ExecutionId = execution.CorrelationId,
            Attempt = execution.Attempt + 1,
            Dispatch = execution.Dispatch,
            ToolId = plan.ToolId,
            ToolVersion = plan.ToolVersion,
            Pool = plan.Pool,
            Priority = plan.Priority,
            Executor = plan.Executor,
            Limits = plan.Limits,
            Parameters = plan.Parameters,
            SealedParameters = execution.SealedParameters is { } secrets ? Convert.ToBase64String(secrets) : null,
            HasPrivateOutput = plan.ResultHasSecrets,
            SealResult = plan.ResultHasSecrets || execution.SealedParameters is not null,
            SecretNames = plan.SecretNames,
            FirstSequence = execution.LastSequence + 1,
            QueueDeadline = execution.QueueDeadline ?? throw new InvalidOperationException("A queued execution has a deadline."),
            // Taken once for each execution; an attempt that follows was let through before.
            RateLimit = execution.Attempt == 0 ? plan.RateLimit : null,
            Identity = execution.Identity,
        };
    }
}
