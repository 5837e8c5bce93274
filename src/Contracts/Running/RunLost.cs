using MassTransit;

namespace Capns.Contracts.Running;

/// <summary>Report: the command was delivered before and may have started; or the runner shut down before the attempt ended.</summary>
/// <remarks>The registry alone decides what follows (platform spec 5.8).</remarks>
[ExcludeFromTopology]
[EntityName("capns.run.lost")]
[MessageUrn("capns.run.lost")]
public sealed record RunLost
{
    /// <summary>Always <c>lost</c> (platform spec 3.3, rule 9).</summary>
    public string Kind { get; init; } = "lost";

    /// <summary>The execution.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>As in <see cref="RunTool"/>.</summary>
    public required int Attempt { get; init; }

    /// <inheritdoc cref="Attempt"/>
    public required int Dispatch { get; init; }

    /// <summary>Id of the runner's process; unique for ever.</summary>
    public required string RunnerId { get; init; }

    /// <summary>Sequence of the last event this runner knows of; 0 when it knows none.</summary>
    public required int LastSequence { get; init; }

    /// <summary>For people.</summary>
    public required string Reason { get; init; }
}
