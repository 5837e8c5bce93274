using Microsoft.Extensions.Logging;

namespace Capns.Hosting;

/// <summary>Log lines of this package. Event ids 100 to 199.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Warning, "Part {Part} is away: {Reason}")]
    public static partial void PartAway(ILogger logger, string part, string reason);

    [LoggerMessage(101, LogLevel.Information, "Part {Part} is back")]
    public static partial void PartBack(ILogger logger, string part);

    [LoggerMessage(102, LogLevel.Warning, "Redis at {Host}:{Port} is away; work goes on without it")]
    public static partial void RedisAway(ILogger logger, string host, int port);

    [LoggerMessage(103, LogLevel.Information, "Redis at {Host}:{Port} is connected again")]
    public static partial void RedisBack(ILogger logger, string host, int port);

    [LoggerMessage(104, LogLevel.Warning, "Settings contradict each other: {Conflict}")]
    public static partial void SettingsConflict(ILogger logger, string conflict);

    [LoggerMessage(106, LogLevel.Critical, "{Service} failed; the worker stops")]
    public static partial void ServiceFailed(ILogger logger, Exception exception, string service);

    [LoggerMessage(105, LogLevel.Information, "Worker {Worker} {Version} started as {InstanceId}; traces go to {TraceEndpoint}")]
    public static partial void Started(ILogger logger, string worker, string version, string instanceId, string traceEndpoint);
}
