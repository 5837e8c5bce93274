using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Executions.Endings;
using Capns.Registry.Worker.Executions.Timing;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>What follows from the end of an attempt (platform spec 5.7, 5.8). Pure but for the jitter.</summary>
internal static class EndDecisions
{
    /// <summary>Decides. The report of the start may still be on its way; the end tells it too.</summary>
    /// <param name="execution">As it is.</param>
    /// <param name="report">How the attempt ended.</param>
    /// <param name="resultMaxBytes"><c>RESULT_MAX_BYTES</c>.</param>
    /// <param name="random">0 to 1, for the jitter of the next attempt's delay.</param>
    public static Decision Decide(Execution execution, RunEnded report, int resultMaxBytes, double random)
    {
        if (!Reports.IsCurrent(execution, report.Dispatch))
        {
            return Decision.Nothing;
        }

        if (execution.KillReason is { } reason)
        {
            return new Decision(HasStarted(execution, report) ? Choice.Fail : Choice.Reject) { Error = Errors.Of(ErrorCodes.KillSwitch, reason) };
        }

        return report.Outcome switch
        {
            RunOutcome.Completed => Completed(execution, report, resultMaxBytes),
            RunOutcome.Failed => Failed(execution, report, report.Error ?? Errors.Of(ErrorCodes.InternalError, "The runner gave no reason."), random),
            RunOutcome.Cancelled => Stopped(execution, report),
            RunOutcome.Expired => Expired(execution),
            _ => Failed(execution, report, Errors.Of(ErrorCodes.InternalError, $"The runner reported the outcome {report.Outcome}."), random),
        };
    }

    private static Decision Completed(Execution execution, RunEnded report, int resultMaxBytes)
    {
        var result = ResultCheck.Check(execution.Plan, report.Result, resultMaxBytes);
        return result.Error is null
            ? new Decision(Choice.Complete) { Result = result }
            : new Decision(Choice.Fail) { Error = result.Error };
    }

    private static Decision Failed(Execution execution, RunEnded report, ErrorDetail error, double random)
    {
        if (execution.CancelRequestedAt is not null)
        {
            return new Decision(Choice.Cancel);
        }

        var started = HasStarted(execution, report);
        if (!RetrySchedule.MayRepeat(execution.Plan, report.Attempt, error))
        {
            return new Decision(started ? Choice.Fail : Choice.Reject) { Error = error };
        }

        return new Decision(started ? Choice.Repeat : Choice.StartLater)
        {
            Error = error,
            Delay = RetrySchedule.Delay(execution.Plan.Retry, report.Attempt + 1, random),
        };
    }

    // Nobody asked for it: the runner stopped the attempt for a reason of its own, as good as lost.
    private static Decision Stopped(Execution execution, RunEnded report)
    {
        if (execution.CancelRequestedAt is not null)
        {
            return new Decision(Choice.Cancel);
        }

        return HasStarted(execution, report)
            ? LostDecisions.Running(execution, "the runner stopped it.")
            : new Decision(Choice.StartLater)
            {
                Error = Errors.Of(ErrorCodes.WorkerLost, "The runner dropped the job before it started."),
                Delay = ExecutionOptions.LostRecheck,
            };
    }

    private static Decision Expired(Execution execution) => execution.State() == ExecutionState.Queued
        ? new Decision(Choice.Expire) { Error = ExecutionDeadlines.NotStarted(execution) }
        : Decision.Nothing;

    private static bool HasStarted(Execution execution, RunEnded report) =>
        execution.State() == ExecutionState.Running || report.StartedAt is not null;
}
