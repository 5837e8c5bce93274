using System.Text.Json;
using Capns.Contracts.Executions;
using MassTransit;

namespace Capns.Contracts.Running;

/// <summary>Report: the attempt has ended, or was dropped before it started.</summary>
/// <remarks>Sent after every process of the sandbox is gone. A result larger than 256 KiB travels here too, up to <c>RESULT_MAX_BYTES</c>: the broker is the only durable store a runner has.</remarks>
[ExcludeFromTopology]
[EntityName("capns.run.ended")]
[MessageUrn("capns.run.ended")]
public sealed record RunEnded
{
    /// <summary>Always <c>ended</c> (platform spec 3.3, rule 9).</summary>
    public string Kind { get; init; } = "ended";

    /// <summary>The execution.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>As in <see cref="RunTool"/>.</summary>
    public required int Attempt { get; init; }

    /// <inheritdoc cref="Attempt"/>
    public required int Dispatch { get; init; }

    /// <summary>Id of the runner's process; unique for ever.</summary>
    public required string RunnerId { get; init; }

    /// <summary>Sequence of the last event before the ending.</summary>
    public required int LastSequence { get; init; }

    /// <summary>How.</summary>
    public required RunOutcome Outcome { get; init; }

    /// <summary>Present when <see cref="Outcome"/> is completed and there is no <see cref="SealedResult"/>.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>The result's JSON, sealed with DATA_ENCRYPTION_KEY for this execution: base64. In place of <see cref="Result"/> when the command asks for it.</summary>
    public string? SealedResult { get; init; }

    /// <summary>Set by the tool with its result.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>Present when <see cref="Outcome"/> is failed.</summary>
    public ErrorDetail? Error { get; init; }

    /// <summary>What was used.</summary>
    public required ResourceUsage Resources { get; init; }

    /// <summary>Absent when nothing started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>The driver that ran it. Absent when nothing started.</summary>
    public string? Isolation { get; init; }
}
