using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Executions.Timing;

/// <summary>The times at which an execution is looked at again. Pure; every state that is not final has one.</summary>
internal static class ExecutionDeadlines
{
    /// <summary>Not started by then, the execution expires: <c>MAX_QUEUE_MS</c> after it was queued or may start, or at its <c>expiresAt</c>.</summary>
    public static DateTimeOffset Queue(DateTimeOffset queuedAt, DateTimeOffset? notBefore, DateTimeOffset? expiresAt, TimeSpan maxQueue)
    {
        var ready = notBefore > queuedAt ? notBefore.Value : queuedAt;
        var deadline = ready + maxQueue;
        return expiresAt < deadline ? expiresAt.Value : deadline;
    }

    /// <summary>The same for an execution that people have approved: the first start is in their window, too (platform spec 5.6, rule 7).</summary>
    public static DateTimeOffset Approved(Execution execution, DateTimeOffset deadline) =>
        execution.StartedAt is null && execution.UsableUntil < deadline ? execution.UsableUntil.Value : deadline;

    /// <summary>Why an execution that waited in a queue has expired.</summary>
    public static ErrorDetail NotStarted(Execution execution) => execution.StartedAt is null && execution.UsableUntil == execution.QueueDeadline
        ? Errors.Of(ErrorCodes.ApprovalExpired, $"The approval was for a start by {execution.UsableUntil:O}, and the execution was not started by then.")
        : Errors.Of(ErrorCodes.QueueTimeout, $"The execution was not started by {execution.QueueDeadline:O}.");

    /// <summary>When the sweep looks at a running attempt: at the end of its lease, of its time, or of a cancel's grace.</summary>
    public static DateTimeOffset Running(Execution execution)
    {
        var due = Earlier(execution.LeaseUntil, execution.RunDeadline);
        return Earlier(due, CancelDeadline(execution)) ?? throw new InvalidOperationException("A running execution has a lease.");
    }

    /// <summary>The same when the lease has passed and cannot be judged yet: at <paramref name="recheck"/> in its place.</summary>
    public static DateTimeOffset RunningAgain(Execution execution, DateTimeOffset recheck) =>
        Earlier(Earlier(recheck, execution.RunDeadline), CancelDeadline(execution)) ?? recheck;

    /// <summary>A cancelled run is over by then. Absent when nobody has asked.</summary>
    public static DateTimeOffset? CancelDeadline(Execution execution) => execution.CancelRequestedAt + ExecutionOptions.CancelGrace;

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null ? other : other is null || one < other ? one : other;
}
