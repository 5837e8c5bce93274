using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Executions.Timing;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>What follows when a runner or its job is lost (platform spec 5.8). Pure.</summary>
internal static class LostDecisions
{
    /// <summary>Decides about a report of loss.</summary>
    public static Decision Decide(Execution execution, RunLost report)
    {
        if (!Reports.IsCurrent(execution, report.Dispatch))
        {
            return Decision.Nothing;
        }

        return execution.State() == ExecutionState.Running
            ? Running(execution, report.Reason)
            : execution.LostAt is null ? new Decision(Choice.Recheck) { Delay = RecheckDelay(execution) } : Decision.Nothing;
    }

    /// <summary>A running attempt has no runner any more.</summary>
    /// <param name="execution">Running.</param>
    /// <param name="reason">For people.</param>
    public static Decision Running(Execution execution, string reason)
    {
        if (execution.CancelRequestedAt is not null)
        {
            return new Decision(Choice.Cancel) { StopRunner = true };
        }

        var error = Errors.Of(ErrorCodes.WorkerLost, $"The attempt was lost: {reason}");
        return RetrySchedule.MayRepeatLost(execution.Plan, execution.Attempt)
            ? new Decision(Choice.Requeue) { Error = error }
            : new Decision(Choice.Fail) { Error = error, StopRunner = true };
    }

    private static TimeSpan RecheckDelay(Execution execution) =>
        execution.Plan.Idempotent ? ExecutionOptions.LostRecheck : ExecutionOptions.LostRecheckOnce;
}
