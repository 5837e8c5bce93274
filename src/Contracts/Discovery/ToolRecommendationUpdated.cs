using MassTransit;

namespace Capns.Contracts.Discovery;

/// <summary>Event: the tools that fit best, best first (platform spec 3.21).</summary>
[EntityName("tool.recommendation.updated")]
[MessageUrn("tool.recommendation.updated")]
public sealed record ToolRecommendationUpdated
{
    /// <summary>Version of the payload. Always <c>"1.0"</c>.</summary>
    public string SchemaVersion { get; init; } = "1.0";

    /// <summary>Echo of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>Agent or user is always present.</summary>
    public string? AgentId { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? UserId { get; init; }

    /// <summary><c>discovery</c>, <c>learning</c> or <c>catalog</c>.</summary>
    public required string Trigger { get; init; }

    /// <summary>As in the request; <c>recommend</c> for the other triggers.</summary>
    public required string Mode { get; init; }

    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset GeneratedAt { get; init; }

    /// <summary>State of the graph the answer was made from.</summary>
    public required long GraphEpoch { get; init; }

    /// <summary>True when the answer is slower or partial because a store is away.</summary>
    public required bool Degraded { get; init; }

    /// <summary>Best first; empty when nothing fits.</summary>
    public required IReadOnlyList<ToolRecommendation> Recommendations { get; init; }
}
