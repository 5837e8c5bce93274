namespace Capns.Contracts.Executions;

/// <summary>When and how a failed attempt is repeated (platform spec 5.8).</summary>
/// <remarks>
/// Delay before attempt k (k ≥ 2): fixed d; linear d·(k−1); exponential d·m^(k−2); cut to <see cref="MaxDelayMs"/>, then
/// times 1 plus a random number in ±<see cref="Jitter"/>.
/// </remarks>
public sealed record RetryPolicy
{
    /// <summary>1 to 10, the first try included. Default: 3 for idempotent tools, else 1.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary><c>fixed</c>, <c>linear</c> or <c>exponential</c> (default).</summary>
    public string? Backoff { get; init; }

    /// <summary>Milliseconds, 0 and up. Default: 1,000.</summary>
    public int? InitialDelayMs { get; init; }

    /// <summary>1 and up. Default: 2.</summary>
    public double? Multiplier { get; init; }

    /// <summary>Milliseconds, 0 and up. Default: 30,000.</summary>
    public int? MaxDelayMs { get; init; }

    /// <summary>0 to 1. Default: 0.2.</summary>
    public double? Jitter { get; init; }

    /// <summary>Error types that are repeated. Default: timeout, quota, dependency.</summary>
    public IReadOnlyList<ErrorType>? RetryOn { get; init; }

    /// <summary>Also read as <see cref="MaxAttempts"/> − 1.</summary>
    public int? MaxRetries { get; init; }

    /// <inheritdoc cref="MaxRetries"/>
    public int? RetryAttempts { get; init; }

    /// <summary>True is read as 3 attempts.</summary>
    public bool? RetryOnFailure { get; init; }

    /// <summary>Also read as <see cref="Backoff"/>.</summary>
    public string? BackoffStrategy { get; init; }

    /// <summary>Also read as <see cref="InitialDelayMs"/>.</summary>
    public int? RetryDelay { get; init; }

    /// <inheritdoc cref="RetryDelay"/>
    public int? BaseDelay { get; init; }

    /// <summary>Also read as <see cref="MaxDelayMs"/>.</summary>
    public int? MaxDelay { get; init; }

    /// <summary>Also read as <see cref="RetryOn"/>.</summary>
    public IReadOnlyList<ErrorType>? RetryConditions { get; init; }

    /// <inheritdoc cref="RetryConditions"/>
    public IReadOnlyList<ErrorType>? RetryableErrors { get; init; }
}
