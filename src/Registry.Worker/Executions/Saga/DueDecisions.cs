using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.Timing;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>What follows when the due time of an execution has come (platform spec 5.7, 5.8). Pure.</summary>
internal static class DueDecisions
{
    /// <summary>Decides. Before the due time, and for a sweep that came second, nothing.</summary>
    public static Decision Decide(Execution execution, DateTimeOffset now)
    {
        if (execution.DueAt is not { } due || now < due)
        {
            return Decision.Nothing;
        }

        return execution.State() switch
        {
            ExecutionState.Queued => Queued(execution, now),
            ExecutionState.Retrying => new Decision(Choice.HandOver),
            ExecutionState.Running => Running(execution, now),
            _ => Decision.Nothing,
        };
    }

    private static Decision Queued(Execution execution, DateTimeOffset now)
    {
        if (now >= execution.QueueDeadline)
        {
            return new Decision(Choice.Expire)
            {
                Error = Errors.Of(ErrorCodes.QueueTimeout, $"The execution was not started by {execution.QueueDeadline:O}."),
                StopRunner = execution.HandedOverAt is not null,
            };
        }

        // In a runner queue and not lost, only the deadline counts.
        return execution.HandedOverAt is null || execution.LostAt is not null ? new Decision(Choice.HandOver) : Decision.Nothing;
    }

    private static Decision Running(Execution execution, DateTimeOffset now)
    {
        if (now >= ExecutionDeadlines.CancelDeadline(execution))
        {
            return new Decision(Choice.Cancel) { StopRunner = true };
        }

        if (now >= execution.LeaseUntil)
        {
            return LostDecisions.Running(execution, $"The runner {execution.RunnerId} was silent for {ExecutionOptions.Lease.TotalSeconds} s.");
        }

        return now >= execution.RunDeadline
            ? new Decision(Choice.Fail)
            {
                Error = Errors.Of(
                    ErrorCodes.ExecutionTimeout,
                    $"The attempt exceeded its time limit of {execution.TimeoutMs} ms and its runner did not end it.",
                    new { limitMs = execution.TimeoutMs }),
                StopRunner = true,
            }
            : Decision.Nothing;
    }
}
