using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Access.Waiting;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>All that was decided about an execution when it was admitted; nothing of it is looked up again.</summary>
internal sealed record RunPlan
{
    public required Guid ToolId { get; init; }

    public required string ToolVersion { get; init; }

    public required SecurityLevel Level { get; init; }

    /// <summary>What its caller needs: the permission of the level, then those of the operation.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>Who asked. Absent: stored by a version that judged callers once, when they asked.</summary>
    public Asker? Asker { get; init; }

    public required string Pool { get; init; }

    public required Priority Priority { get; init; }

    public required RunExecutor Executor { get; init; }

    public required RunLimits Limits { get; init; }

    /// <summary>With all defaults filled in. As it is stored, <c>"[redacted]"</c> stands in the place of every secret.</summary>
    public required JsonElement Parameters { get; init; }

    /// <summary><c>sha256:</c> and hex, over the canonical JSON of <see cref="Parameters"/> (platform spec 5.2).</summary>
    public required string ParametersHash { get; init; }

    /// <summary>JSON Pointers of the secret parameters (<c>x-secret</c>).</summary>
    public IReadOnlyList<string> SecretPaths { get; init; } = [];

    public required ResolvedRetryPolicy Retry { get; init; }

    public required RunRateLimit RateLimit { get; init; }

    /// <summary>True: over the limit the execution is rejected; false: it waits.</summary>
    public required bool RejectWhenLimited { get; init; }

    public required bool Idempotent { get; init; }

    public required IReadOnlyList<string> SecretNames { get; init; }

    /// <summary>Milliseconds.</summary>
    public required int EstimatedDuration { get; init; }

    public required decimal EstimatedCost { get; init; }

    /// <summary>The tool's <c>returnType</c>. Absent: anything goes.</summary>
    public JsonElement? ResultSchema { get; init; }

    /// <summary>True: a result that does not fit is INVALID_RESULT.</summary>
    public required bool StrictResult { get; init; }

    /// <summary>True: the result is for the caller alone, as far as it is marked <c>x-secret</c>.</summary>
    public bool ResultHasSecrets { get; init; }

    /// <summary>False: <c>completed</c> carries a reference only (platform spec 3.13, what may travel on the bus).</summary>
    public required bool ResultMayTravel { get; init; }
}

/// <summary>A retry policy with every default filled in (platform spec 5.8).</summary>
internal sealed record ResolvedRetryPolicy
{
    public required int MaxAttempts { get; init; }

    public required string Backoff { get; init; }

    public required int InitialDelayMs { get; init; }

    public required double Multiplier { get; init; }

    public required int MaxDelayMs { get; init; }

    public required double Jitter { get; init; }

    public required IReadOnlyList<ErrorType> RetryOn { get; init; }
}
