using System.Text.Json;
using MassTransit;

namespace Capns.Contracts.Running;

/// <summary>Command: make one attempt at a run (platform spec 3.3, rule 4). Exactly one runner of the pool takes it.</summary>
/// <remarks>
/// Complete: a runner needs no database. Answered on <c>capns.registry.run-reports</c> by <see cref="RunStarted"/>, confirmed
/// before the tool starts, and then <see cref="RunEnded"/>; or by <see cref="RunLimited"/>; or, when the broker says that
/// it was delivered before, by <see cref="RunLost"/>: a redelivered command is never silently run again.
/// </remarks>
[ExcludeFromTopology]
[EntityName("capns.run.tool")]
[MessageUrn("capns.run.tool")]
public sealed record RunTool
{
    /// <summary>The execution.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>1 and up.</summary>
    public required int Attempt { get; init; }

    /// <summary>Counts the hand-overs of this execution to a runner queue; a report of an older one is stale.</summary>
    public required int Dispatch { get; init; }

    /// <summary>Uuid of the tool.</summary>
    public required Guid ToolId { get; init; }

    /// <summary>SemVer.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>Name of the runner pool, <c>[a-z0-9-]{1,32}</c>.</summary>
    public required string Pool { get; init; }

    /// <summary>Which of the pool's queues it was sent to.</summary>
    public required Priority Priority { get; init; }

    /// <summary>What runs.</summary>
    public required RunExecutor Executor { get; init; }

    /// <summary>Under which limits.</summary>
    public required RunLimits Limits { get; init; }

    /// <summary>Completed parameters: a JSON object with all defaults filled in, and <c>"[redacted]"</c> in the place of every secret.</summary>
    public required JsonElement Parameters { get; init; }

    /// <summary>
    /// The secret values (<c>x-secret</c>), sealed with DATA_ENCRYPTION_KEY for this execution alone: base64. Opened, it is an object of
    /// JSON Pointers into <see cref="Parameters"/> and their values. Absent: there are none.
    /// </summary>
    public string? SealedParameters { get; init; }

    /// <summary>True: the tool's result may hold secrets, so its log and partial results do not travel on the bus (platform spec 3.13).</summary>
    public bool HasPrivateOutput { get; init; }

    /// <summary>True: the result is reported as <see cref="RunEnded.SealedResult"/>.</summary>
    public bool SealResult { get; init; }

    /// <summary>Names of the secrets the tool lists.</summary>
    public IReadOnlyList<string> SecretNames { get; init; } = [];

    /// <summary>Sequence of the attempt's <c>started</c> event; the runner's own events follow it.</summary>
    public required int FirstSequence { get; init; }

    /// <summary>Not started after this.</summary>
    public required DateTimeOffset QueueDeadline { get; init; }

    /// <summary>Taken in Redis immediately before the first attempt starts. Absent: not limited, or taken already.</summary>
    public RunRateLimit? RateLimit { get; init; }

    /// <summary>What every event of this execution repeats.</summary>
    public required ExecutionIdentity Identity { get; init; }
}
