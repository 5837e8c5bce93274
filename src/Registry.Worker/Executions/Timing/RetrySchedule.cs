using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.Admission;

namespace Capns.Registry.Worker.Executions.Timing;

/// <summary>Whether and when a failed attempt is repeated (platform spec 5.8). Pure.</summary>
internal static class RetrySchedule
{
    /// <summary>Delay before attempt <paramref name="attempt"/>.</summary>
    /// <param name="policy">Resolved.</param>
    /// <param name="attempt">2 and up; the first attempt has no delay.</param>
    /// <param name="random">0 (included) to 1 (excluded); 0.5 means no jitter.</param>
    /// <returns>Not negative.</returns>
    public static TimeSpan Delay(ResolvedRetryPolicy policy, int attempt, double random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 2);
        var steps = policy.Backoff switch
        {
            "fixed" => 1.0,
            "linear" => attempt - 1,
            "exponential" => Math.Pow(policy.Multiplier, attempt - 2),
            _ => throw new ArgumentException($"Backoff must be fixed, linear or exponential, not {policy.Backoff}.", nameof(policy)),
        };
        var cut = Math.Min(policy.InitialDelayMs * steps, policy.MaxDelayMs);
        return TimeSpan.FromMilliseconds(Math.Max(0, cut * (1 + (((random * 2) - 1) * policy.Jitter))));
    }

    /// <summary>True when the error is worth another attempt and one is left.</summary>
    /// <param name="plan">Of the execution.</param>
    /// <param name="attempt">The attempt that failed.</param>
    /// <param name="error">How.</param>
    public static bool MayRepeat(RunPlan plan, int attempt, ErrorDetail error) =>
        error.Recoverable
        && attempt < plan.Retry.MaxAttempts
        && plan.Retry.RetryOn.Contains(error.Type)
        && LevelAllows(plan);

    /// <summary>True when a lost attempt may be made again: it may have done its work already.</summary>
    public static bool MayRepeatLost(RunPlan plan, int attempt) =>
        plan.Idempotent && attempt < plan.Retry.MaxAttempts && plan.Level != SecurityLevel.Dangerous;

    private static bool LevelAllows(RunPlan plan) => plan.Level switch
    {
        SecurityLevel.Safe or SecurityLevel.Moderate => true,
        SecurityLevel.Restricted => plan.Idempotent,
        _ => false,
    };
}
