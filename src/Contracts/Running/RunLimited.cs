using MassTransit;

namespace Capns.Contracts.Running;

/// <summary>Report: a rate or concurrency limit is reached; nothing has started.</summary>
/// <remarks>The registry acts by the tool's <c>rateLimits.onLimit</c> (platform spec 5.4).</remarks>
[ExcludeFromTopology]
[EntityName("capns.run.limited")]
[MessageUrn("capns.run.limited")]
public sealed record RunLimited
{
    /// <summary>Always <c>limited</c> (platform spec 3.3, rule 9).</summary>
    public string Kind { get; init; } = "limited";

    /// <summary>The execution.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>As in <see cref="RunTool"/>.</summary>
    public required int Attempt { get; init; }

    /// <inheritdoc cref="Attempt"/>
    public required int Dispatch { get; init; }

    /// <summary>Id of the runner's process; unique for ever.</summary>
    public required string RunnerId { get; init; }

    /// <summary>RATE_LIMITED, CONCURRENCY_LIMITED, or SERVICE_UNAVAILABLE when the limiter is away and the level forbids a local one.</summary>
    public required string Code { get; init; }

    /// <summary>Milliseconds until the window opens.</summary>
    public required int RetryAfterMs { get; init; }

    /// <summary>The limit that was reached.</summary>
    public required int Limit { get; init; }
}
