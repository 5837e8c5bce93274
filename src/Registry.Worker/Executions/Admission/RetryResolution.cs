using Capns.Contracts;
using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>One retry policy out of the tool's and the request's (platform spec 5.8). Pure.</summary>
internal static class RetryResolution
{
    private const int DefaultAttempts = 3;

    private static readonly IReadOnlyList<ErrorType> DefaultRetryOn = [ErrorType.Timeout, ErrorType.Quota, ErrorType.Dependency];

    /// <summary>Resolves every field.</summary>
    /// <param name="tool">The tool's policy; absent fields have their defaults.</param>
    /// <param name="request">May lower the tool's attempts; may raise them, or repeat further types of errors, only for idempotent tools.</param>
    /// <param name="idempotent">The tool's word.</param>
    /// <param name="level">Of the execution: <c>dangerous</c> is never repeated, <c>restricted</c> only when idempotent.</param>
    public static ResolvedRetryPolicy Resolve(RetryPolicy? tool, ToolExecutionRequest request, bool idempotent, SecurityLevel level)
    {
        var asked = request.RetryPolicy;
        return new ResolvedRetryPolicy
        {
            MaxAttempts = Attempts(tool, request, idempotent, level),
            Backoff = Backoff(asked) ?? Backoff(tool) ?? "exponential",
            InitialDelayMs = InitialDelay(asked) ?? InitialDelay(tool) ?? 1000,
            Multiplier = asked?.Multiplier ?? tool?.Multiplier ?? 2,
            MaxDelayMs = MaxDelay(asked) ?? MaxDelay(tool) ?? 30_000,
            Jitter = asked?.Jitter ?? tool?.Jitter ?? 0.2,
            RetryOn = Types(RetryOn(tool) ?? DefaultRetryOn, RetryOn(asked), idempotent),
        };
    }

    private static int Attempts(RetryPolicy? tool, ToolExecutionRequest request, bool idempotent, SecurityLevel level)
    {
        if (level == SecurityLevel.Dangerous || (level == SecurityLevel.Restricted && !idempotent))
        {
            return 1;
        }

        var own = AttemptsOf(tool) ?? (idempotent ? DefaultAttempts : 1);
        var asked = AttemptsOf(request.RetryPolicy) ?? (request.MaxRetries is { } retries ? retries + 1 : Switch(request.RetryOnFailure));
        return asked is null ? own : idempotent ? asked.Value : Math.Min(asked.Value, own);
    }

    private static int? AttemptsOf(RetryPolicy? policy) =>
        policy?.MaxAttempts ?? policy?.MaxRetries + 1 ?? policy?.RetryAttempts + 1 ?? Switch(policy?.RetryOnFailure);

    private static int? Switch(bool? retryOnFailure) => retryOnFailure switch { true => DefaultAttempts, false => 1, null => null };

    private static string? Backoff(RetryPolicy? policy) => policy?.Backoff ?? policy?.BackoffStrategy;

    private static int? InitialDelay(RetryPolicy? policy) => policy?.InitialDelayMs ?? policy?.RetryDelay ?? policy?.BaseDelay;

    private static int? MaxDelay(RetryPolicy? policy) => policy?.MaxDelayMs ?? policy?.MaxDelay;

    private static IReadOnlyList<ErrorType>? RetryOn(RetryPolicy? policy) => policy?.RetryOn ?? policy?.RetryConditions ?? policy?.RetryableErrors;

    private static IReadOnlyList<ErrorType> Types(IReadOnlyList<ErrorType> own, IReadOnlyList<ErrorType>? asked, bool idempotent) =>
        asked is null ? own : idempotent ? [.. asked.Distinct()] : [.. own.Intersect(asked)];
}
