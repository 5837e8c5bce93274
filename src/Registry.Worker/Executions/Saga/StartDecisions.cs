using Capns.Contracts.Executions;
using Capns.Contracts.Running;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>What follows from a runner's first word: the attempt has started, or a limit forbids it. Pure.</summary>
internal static class StartDecisions
{
    /// <summary>Decides about the report of a start.</summary>
    public static Decision Decide(Execution execution, RunStarted report)
    {
        if (execution.State() == ExecutionState.Queued && Reports.IsCurrent(execution, report.Dispatch))
        {
            return new Decision(Choice.Begin);
        }

        return Reports.IsLateStart(execution, report.Dispatch, report.Attempt) && !execution.Plan.Idempotent
            ? new Decision(Choice.Fail)
            {
                Error = Errors.Of(ErrorCodes.WorkerLost, "The attempt was lost after it had started, and the tool must not run twice."),
                StopRunner = true,
            }
            : Decision.Nothing;
    }

    /// <summary>Decides about the report of a limit (platform spec 5.4).</summary>
    public static Decision Decide(Execution execution, RunLimited report)
    {
        if (execution.State() != ExecutionState.Queued || !Reports.IsCurrent(execution, report.Dispatch))
        {
            return Decision.Nothing;
        }

        var code = ErrorCodes.All.GetValueOrDefault(report.Code, ErrorCodes.RateLimited);
        var away = code == ErrorCodes.ServiceUnavailable;
        if (!away && !execution.Plan.RejectWhenLimited)
        {
            return new Decision(Choice.Wait) { Delay = TimeSpan.FromMilliseconds(Math.Max(1, report.RetryAfterMs)) };
        }

        return new Decision(Choice.Reject)
        {
            Error = away
                ? Errors.Of(code, $"The limiter is away, and tools of level {execution.SecurityLevel} do not run without it.")
                : Errors.Of(
                    code,
                    $"The limit of {report.Limit} runs for this caller and tool is reached; try again in {report.RetryAfterMs} ms.",
                    new { retryAfterMs = report.RetryAfterMs, limit = report.Limit }),
        };
    }
}
