using MassTransit;

namespace Capns.Contracts.Running;

/// <summary>Report: the attempt goes on; the lease is renewed (every 5 s).</summary>
/// <remarks>A lease is lost 30 s after its last renewal (platform spec 5.8).</remarks>
[ExcludeFromTopology]
[EntityName("capns.run.lease")]
[MessageUrn("capns.run.lease")]
public sealed record RunLeaseRenewed
{
    /// <summary>Always <c>lease</c> (platform spec 3.3, rule 9).</summary>
    public string Kind { get; init; } = "lease";

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
}
