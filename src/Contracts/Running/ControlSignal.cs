using System.Text.Json.Serialization;
using Capns.Contracts.Json;
using MassTransit;

namespace Capns.Contracts.Running;

/// <summary>Signal to every instance, on <c>capns.control</c> (platform spec 3.3, rule 9).</summary>
/// <remarks>Best effort: an instance that misses it is corrected by the answer to its next report.</remarks>
[EntityName("capns.control")]
[MessageUrn("capns.control")]
public sealed record ControlSignal
{
    /// <summary>What to do.</summary>
    public required ControlKind Kind { get; init; }

    /// <summary>The execution, for <c>cancel</c> and <c>ended</c>.</summary>
    public Guid? ExecutionId { get; init; }

    /// <summary>The tool, for <c>kill</c>. Absent: every tool.</summary>
    public Guid? ToolId { get; init; }

    /// <summary>False: signal, then 5 s of grace. True: killed at once.</summary>
    public bool Force { get; init; }

    /// <summary>Cache keys, for <c>invalidate</c>.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];
}

/// <summary>Kinds of <see cref="ControlSignal"/>.</summary>
[JsonConverter(typeof(WordEnumConverter<ControlKind>))]
public enum ControlKind
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>Stop one execution.</summary>
    Cancel = 1,

    /// <summary>Stop all executions of a tool.</summary>
    Kill = 2,

    /// <summary>Forget cached keys.</summary>
    Invalidate = 3,

    /// <summary>An execution has ended for which the addressed instance waits; sent to that instance alone.</summary>
    Ended = 4,
}
