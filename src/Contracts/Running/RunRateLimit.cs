namespace Capns.Contracts.Running;

/// <summary>The limits of one caller for one tool (platform spec 5.1 <c>rateLimits</c>, 9.2).</summary>
public sealed record RunRateLimit
{
    /// <summary>Middle part of the Redis key: <c>userId</c>, else <c>agentId</c>, else the service's name.</summary>
    public required string Caller { get; init; }

    /// <summary>Runs in a window of 60 s, 1 and up.</summary>
    public required int MaxCallsPerMinute { get; init; }

    /// <summary>Runs in a window of 3,600 s. Absent: not limited.</summary>
    public int? MaxCallsPerHour { get; init; }

    /// <summary>Runs at one time. Absent: not limited.</summary>
    public int? MaxConcurrentExecutions { get; init; }
}
