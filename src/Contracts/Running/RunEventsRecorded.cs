using Capns.Contracts.Executions;
using MassTransit;

namespace Capns.Contracts.Running;

/// <summary>Report: progress events for the event log, every 500 ms or 100 events.</summary>
/// <remarks>The events were published already; this makes them durable. Repeats are recognised by their sequence.</remarks>
[ExcludeFromTopology]
[EntityName("capns.run.events")]
[MessageUrn("capns.run.events")]
public sealed record RunEventsRecorded
{
    /// <summary>Always <c>events</c> (platform spec 3.3, rule 9).</summary>
    public string Kind { get; init; } = "events";

    /// <summary>The execution.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>As in <see cref="RunTool"/>.</summary>
    public required int Attempt { get; init; }

    /// <inheritdoc cref="Attempt"/>
    public required int Dispatch { get; init; }

    /// <summary>Id of the runner's process; unique for ever.</summary>
    public required string RunnerId { get; init; }

    /// <summary>Sequence of the last event.</summary>
    public required int LastSequence { get; init; }

    /// <summary>In order of sequence.</summary>
    public required IReadOnlyList<ToolExecutionProgress> Events { get; init; }
}
