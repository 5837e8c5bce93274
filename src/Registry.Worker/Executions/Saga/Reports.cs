using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>Which reports of runners count.</summary>
internal static class Reports
{
    /// <summary>True for a report of the hand-over that is open now; every hand-over has a number of its own.</summary>
    public static bool IsCurrent(Execution execution, int dispatch) =>
        execution.State() is ExecutionState.Queued or ExecutionState.Running && execution.HandedOverAt is not null && dispatch == execution.Dispatch;

    /// <summary>
    /// True for a start that was taken for lost: the same attempt was handed over again since. For a tool that must not run
    /// twice this is the end, because it has run once already.
    /// </summary>
    public static bool IsLateStart(Execution execution, int dispatch, int attempt) =>
        execution.State() == ExecutionState.Queued && dispatch < execution.Dispatch && attempt == execution.Attempt + 1;
}
