using Capns.Contracts.Running;

namespace Capns.Runner.Worker;

/// <summary>Log lines of runs, limits and executors. Ids 3000 to 3199.</summary>
internal static partial class RunnerLog
{
    [LoggerMessage(3000, LogLevel.Information, "Run {ExecutionId} attempt {Attempt} ended as {Outcome} {Code} in sandbox {Isolation} after {DurationMs} ms")]
    public static partial void RunEnded(ILogger logger, Guid executionId, int attempt, RunOutcome outcome, string? code, string isolation, long durationMs);

    [LoggerMessage(3001, LogLevel.Information, "Run {ExecutionId} attempt {Attempt} was dropped before it started: {Outcome} {Code}")]
    public static partial void RunDropped(ILogger logger, Guid executionId, int attempt, RunOutcome outcome, string? code);

    [LoggerMessage(3002, LogLevel.Warning, "Run {ExecutionId} attempt {Attempt} was reported as lost: {Reason}")]
    public static partial void RunLost(ILogger logger, Guid executionId, int attempt, string reason);

    [LoggerMessage(3003, LogLevel.Warning, "Run {ExecutionId} attempt {Attempt} was left to the broker, which could not be told of it")]
    public static partial void RunAbandoned(ILogger logger, Guid executionId, int attempt);

    [LoggerMessage(3004, LogLevel.Error, "Run {ExecutionId} attempt {Attempt} broke the runner")]
    public static partial void RunBroke(ILogger logger, Guid executionId, int attempt, Exception bug);

    [LoggerMessage(3005, LogLevel.Warning, "Run {ExecutionId} attempt {Attempt} is stopped: its lease could not be renewed for {LimitMs} ms")]
    public static partial void LeaseLost(ILogger logger, Guid executionId, int attempt, long limitMs);

    [LoggerMessage(3006, LogLevel.Error, "Run {ExecutionId} attempt {Attempt}: sandbox {Isolation} broke")]
    public static partial void SandboxBroke(ILogger logger, Guid executionId, int attempt, string isolation, Exception broken);

    [LoggerMessage(3010, LogLevel.Error, "No sandbox driver can be used; every run will be refused")]
    public static partial void NoDriverUsable(ILogger logger);

    [LoggerMessage(3011, LogLevel.Critical, "CAPNS_BENCH_NOOP_EXECUTOR is on: built-in tools of level safe do nothing and run in no sandbox. Never use this for real work")]
    public static partial void BenchmarkNoop(ILogger logger);

    [LoggerMessage(3020, LogLevel.Warning, "Redis is away ({Reason}); limits are kept by this process, restricted and dangerous tools are refused")]
    public static partial void RedisAway(ILogger logger, string reason);

    [LoggerMessage(3021, LogLevel.Information, "Redis is back; limits are shared again")]
    public static partial void RedisBack(ILogger logger);

    [LoggerMessage(3030, LogLevel.Information, "Runner {RunnerId} consumes {Queues}")]
    public static partial void Consuming(ILogger logger, string runnerId, string queues);

    [LoggerMessage(3031, LogLevel.Warning, "The broker connection of the run queues is gone ({Reason}); trying again")]
    public static partial void ConnectionGone(ILogger logger, string reason);

    [LoggerMessage(3032, LogLevel.Information, "Runner {RunnerId} shuts down: {Count} runs in hand may end within {DrainMs} ms")]
    public static partial void Draining(ILogger logger, string runnerId, int count, long drainMs);

    [LoggerMessage(3033, LogLevel.Warning, "A message on {Queue} is no command: {Reason}")]
    public static partial void Unreadable(ILogger logger, string queue, string reason);

    [LoggerMessage(3034, LogLevel.Warning, "A report could not be sent ({Reason}); trying again")]
    public static partial void ReportRetried(ILogger logger, string reason);

    [LoggerMessage(3035, LogLevel.Debug, "A progress event could not be {Act} ({Reason})")]
    public static partial void ProgressDropped(ILogger logger, string act, string reason);

    [LoggerMessage(3037, LogLevel.Debug, "A heartbeat was not sent: {Reason}")]
    public static partial void HeartbeatMissed(ILogger logger, string reason);

    [LoggerMessage(3036, LogLevel.Critical, "The run queues cannot be consumed; the runner stops")]
    public static partial void ConsumerBroke(ILogger logger, Exception broken);
}
