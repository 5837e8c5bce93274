using Capns.Contracts.Running;

namespace Capns.Runner.Worker.RateLimits;

/// <summary>Rate and concurrency limits per caller and tool, taken immediately before the first attempt starts (platform spec 5.4, 9.2).</summary>
internal interface IRunLimiter
{
    /// <summary>Takes all limits of the attempt, or none.</summary>
    Task<LimitDecision> TakeAsync(RunTool order);

    /// <summary>Keeps the place of a running attempt for another 30 s. Best effort.</summary>
    Task RenewAsync(RunTool order);

    /// <summary>Gives the place of an ended attempt back. Best effort: a place not given back is free 30 s later.</summary>
    Task ReleaseAsync(RunTool order);
}

/// <summary>Whether an attempt may start.</summary>
/// <param name="Refusal">Absent: it may.</param>
internal readonly record struct LimitDecision(LimitRefusal? Refusal)
{
    /// <summary>It may start.</summary>
    public static LimitDecision Allowed { get; }
}

/// <summary>The limit that is reached.</summary>
/// <param name="Code">RATE_LIMITED, CONCURRENCY_LIMITED or SERVICE_UNAVAILABLE.</param>
/// <param name="RetryAfterMs">Milliseconds until another try makes sense.</param>
/// <param name="Limit">The limit; 0 for SERVICE_UNAVAILABLE.</param>
internal sealed record LimitRefusal(string Code, int RetryAfterMs, int Limit);
