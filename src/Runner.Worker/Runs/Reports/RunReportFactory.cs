using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Runner.Worker.Runs.Output;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Runs.Reports;

/// <summary>Makes the reports of one attempt.</summary>
internal static class RunReportFactory
{
    private const double BytesPerMb = 1024 * 1024;

    /// <summary>The attempt starts.</summary>
    public static RunStarted Started(RunTool order, string runnerId, DateTimeOffset at, string isolation) => new()
    {
        ExecutionId = order.ExecutionId,
        Attempt = order.Attempt,
        Dispatch = order.Dispatch,
        RunnerId = runnerId,
        StartedAt = at,
        Isolation = isolation,
    };

    /// <summary>The attempt goes on.</summary>
    public static RunLeaseRenewed Lease(RunTool order, string runnerId, int lastSequence) => new()
    {
        ExecutionId = order.ExecutionId,
        Attempt = order.Attempt,
        Dispatch = order.Dispatch,
        RunnerId = runnerId,
        LastSequence = lastSequence,
    };

    /// <summary>A limit is reached.</summary>
    public static RunLimited Limited(RunTool order, string runnerId, string code, int retryAfterMs, int limit) => new()
    {
        ExecutionId = order.ExecutionId,
        Attempt = order.Attempt,
        Dispatch = order.Dispatch,
        RunnerId = runnerId,
        Code = code,
        RetryAfterMs = retryAfterMs,
        Limit = limit,
    };

    /// <summary>Nobody knows how the attempt went.</summary>
    public static RunLost Lost(RunTool order, string runnerId, int lastSequence, string reason) => new()
    {
        ExecutionId = order.ExecutionId,
        Attempt = order.Attempt,
        Dispatch = order.Dispatch,
        RunnerId = runnerId,
        LastSequence = lastSequence,
        Reason = reason,
    };

    /// <summary>The attempt was dropped before it started.</summary>
    public static RunEnded Dropped(RunTool order, string runnerId, RunEnding ending, DateTimeOffset at) =>
        Ended(order, runnerId, ending, order.FirstSequence - 1, at);

    /// <summary>The attempt has ended.</summary>
    /// <param name="order">The attempt.</param>
    /// <param name="runnerId">Id of this process.</param>
    /// <param name="ending">How.</param>
    /// <param name="lastSequence">Sequence of its last event.</param>
    /// <param name="startedAt">When it started.</param>
    /// <param name="at">When it ended.</param>
    /// <param name="isolation">The driver.</param>
    /// <param name="result">What the sandbox measured. Absent when it broke.</param>
    public static RunEnded Ended(
        RunTool order,
        string runnerId,
        RunEnding ending,
        int lastSequence,
        DateTimeOffset startedAt,
        DateTimeOffset at,
        string isolation,
        SandboxResult? result) => Ended(order, runnerId, ending, lastSequence, at) with
        {
            StartedAt = startedAt,
            Isolation = isolation,
            Resources = result is null ? new ResourceUsage { DurationMs = (long)(at - startedAt).TotalMilliseconds } : Used(result),
        };

    private static RunEnded Ended(RunTool order, string runnerId, RunEnding ending, int lastSequence, DateTimeOffset at) => new()
    {
        ExecutionId = order.ExecutionId,
        Attempt = order.Attempt,
        Dispatch = order.Dispatch,
        RunnerId = runnerId,
        LastSequence = lastSequence,
        Outcome = ending.Outcome,
        Result = ending.Result,
        SealedResult = ending.SealedResult,
        Metadata = ending.Metadata,
        Error = ending.Error,
        Resources = new ResourceUsage(),
        EndedAt = at,
    };

    private static ResourceUsage Used(SandboxResult result) => new()
    {
        Cpu = result.Duration > TimeSpan.Zero ? Math.Round(100 * (result.CpuTime / result.Duration), 1) : 0,
        CpuTimeMs = (long)result.CpuTime.TotalMilliseconds,
        MemoryPeakMb = Math.Round(result.PeakMemoryBytes / BytesPerMb, 1),
        DurationMs = (long)result.Duration.TotalMilliseconds,
    };
}
