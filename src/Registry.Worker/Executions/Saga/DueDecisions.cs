using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.Timing;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>What follows when the due time of an execution has come (platform spec 5.7, 5.8). Pure.</summary>
internal static class DueDecisions
{
    /// <summary>Decides. Before the due time, and for a sweep that came second, nothing.</summary>
    /// <param name="execution">In any state.</param>
    /// <param name="now">The time of the transaction.</param>
    /// <param name="mayJudgeLeases">See <see cref="LeaseWatch.MayJudge"/>. False: a lease that has passed is looked at again later; other deadlines count.</param>
    public static Decision Decide(Execution execution, DateTimeOffset now, bool mayJudgeLeases)
    {
        if (execution.DueAt is not { } due || now < due)
        {
            return Decision.Nothing;
        }

        if (execution.KillReason is { } reason)
        {
            return Killed(execution, reason);
        }

        return execution.State() switch
        {
            ExecutionState.ApprovalRequired => Asked(execution, now),
            ExecutionState.Queued => Queued(execution, now),
            ExecutionState.Retrying => new Decision(Choice.HandOver),
            ExecutionState.Running => Running(execution, now, mayJudgeLeases),
            _ => Decision.Nothing,
        };
    }

    private static Decision Asked(Execution execution, DateTimeOffset now) => now >= execution.ApprovalUntil
        ? new Decision(Choice.Expire) { Error = Errors.Of(ErrorCodes.ApprovalExpired, $"Nobody decided by {execution.ApprovalUntil:O}.") }
        : new Decision(Choice.Remind);
    /// <summary>A kill switch of mode <c>stop</c> ends it, whatever it is at (platform spec 5.11).</summary>
    public static Decision Killed(Execution execution, string reason) => new(execution.State() == ExecutionState.Running ? Choice.Fail : Choice.Reject)
    {
        Error = Errors.Of(ErrorCodes.KillSwitch, reason),
        StopRunner = execution.HandedOverAt is not null,
    };

    private static Decision Queued(Execution execution, DateTimeOffset now)
    {
        if (now >= execution.QueueDeadline)
        {
            return new Decision(Choice.Expire)
            {
                Error = ExecutionDeadlines.NotStarted(execution),
                StopRunner = execution.HandedOverAt is not null,
            };
        }

        // In a runner queue and not lost, only the deadline counts.
        return execution.HandedOverAt is null || execution.LostAt is not null ? new Decision(Choice.HandOver) : Decision.Nothing;
    }

    private static Decision Running(Execution execution, DateTimeOffset now, bool mayJudgeLeases)
    {
        if (now >= ExecutionDeadlines.CancelDeadline(execution))
        {
            return new Decision(Choice.Cancel) { StopRunner = true };
        }

        // What the broker has said to be lost is so, whatever is still in the queue.
        var leasePassed = now >= execution.LeaseUntil;
        if (leasePassed && (mayJudgeLeases || execution.LostAt is not null))
        {
            return LostDecisions.Running(execution, $"The runner {execution.RunnerId} was silent for {ExecutionOptions.Lease.TotalSeconds} s.");
        }

        return now >= execution.RunDeadline ? TimedOut(execution)
            : leasePassed ? new Decision(Choice.LookAgain) { Delay = ExecutionOptions.LeaseRecheck }
            : Decision.Nothing;
    }

    private static Decision TimedOut(Execution execution) => new(Choice.Fail)
    {
        Error = Errors.Of(
            ErrorCodes.ExecutionTimeout,
            $"The attempt exceeded its time limit of {execution.TimeoutMs} ms and its runner did not end it.",
            new { limitMs = execution.TimeoutMs }),
        StopRunner = true,
    };
}
