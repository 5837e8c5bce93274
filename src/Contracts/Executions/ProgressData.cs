namespace Capns.Contracts.Executions;

/// <summary>Facts of the kinds <c>retry</c> and <c>limited</c> (platform spec 3.16).</summary>
public sealed record ProgressData
{
    /// <summary>When the next attempt is due, or the limit's window opens.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Why the attempt failed.</summary>
    public ErrorDetail? AttemptError { get; init; }

    /// <summary>Number of the attempt that follows.</summary>
    public int? NextAttempt { get; init; }
}
