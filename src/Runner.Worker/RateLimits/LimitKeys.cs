using Capns.Contracts.Running;

namespace Capns.Runner.Worker.RateLimits;

/// <summary>Redis keys of the limits of one caller and tool (platform spec 9.2).</summary>
internal static class LimitKeys
{
    /// <summary>Counter of the open minute.</summary>
    public static string Minute(RunTool order, RunRateLimit limits) => $"ratelimit:{limits.Caller}:{order.ToolId}";

    /// <summary>Counter of the open hour.</summary>
    public static string Hour(RunTool order, RunRateLimit limits) => $"ratelimit:{limits.Caller}:{order.ToolId}:hour";

    /// <summary>Sorted set of the running executions.</summary>
    public static string Concurrency(RunTool order, RunRateLimit limits) => $"concurrency:{limits.Caller}:{order.ToolId}";
}
