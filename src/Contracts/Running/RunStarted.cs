using MassTransit;

namespace Capns.Contracts.Running;

/// <summary>Report: the attempt is about to start in a sandbox; the lease begins.</summary>
/// <remarks>Confirmed by the broker before the tool starts, so a run that happened was always reported.</remarks>
[ExcludeFromTopology]
[EntityName("capns.run.started")]
[MessageUrn("capns.run.started")]
public sealed record RunStarted
{
    /// <summary>Always <c>started</c> (platform spec 3.3, rule 9).</summary>
    public string Kind { get; init; } = "started";

    /// <summary>The execution.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>As in <see cref="RunTool"/>.</summary>
    public required int Attempt { get; init; }

    /// <inheritdoc cref="Attempt"/>
    public required int Dispatch { get; init; }

    /// <summary>Id of the runner's process; unique for ever.</summary>
    public required string RunnerId { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The sandbox driver: <c>native</c>, <c>container</c> or <c>vm</c>.</summary>
    public required string Isolation { get; init; }

    /// <summary>The driver's own name of the sandbox.</summary>
    public string? SandboxId { get; init; }

    /// <summary>True when it came from the warm pool.</summary>
    public bool Warm { get; init; }
}
