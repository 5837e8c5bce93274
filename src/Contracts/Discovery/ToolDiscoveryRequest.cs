using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Contracts.Json;
using MassTransit;

namespace Capns.Contracts.Discovery;

/// <summary>Event in: somebody looks for tools (platform spec 3.20).</summary>
/// <remarks>Answered by <see cref="ToolRecommendationUpdated"/>, as an event and to the reply target.</remarks>
[EntityName("tool.discovery.requested")]
[MessageUrn("tool.discovery.requested")]
public sealed record ToolDiscoveryRequest
{
    /// <summary>Echoed.</summary>
    public string? RequestId { get; init; }

    /// <summary>One of agent and user is required.</summary>
    public string? AgentId { get; init; }

    /// <inheritdoc cref="AgentId"/>
    public string? UserId { get; init; }

    /// <summary>Words, up to 500 characters.</summary>
    public string? Query { get; init; }

    /// <summary>Read as <see cref="Query"/>.</summary>
    public string? Intent { get; init; }

    /// <summary>Text, or <c>{topic, userIntent, discussionId, recentToolIds[], keywords[]}</c>.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>All needed; values starting with <c>cap:</c> are capability URNs.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>Any of them.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Any of them.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Bonus only.</summary>
    public IReadOnlyList<string>? PreferredCategories { get; init; }

    /// <summary>Ceiling. Default: the highest level the caller may run.</summary>
    public SecurityLevel? SecurityLevel { get; init; }

    /// <summary>Seeds for used-with.</summary>
    public IReadOnlyList<string>? CurrentToolIds { get; init; }

    /// <summary>Left out of the answer.</summary>
    public IReadOnlyList<string>? ExcludeToolIds { get; init; }

    /// <summary>Default: false.</summary>
    public bool? ExcludeUsed { get; init; }

    /// <summary>Milliseconds.</summary>
    public int? MaxExecutionTime { get; init; }

    /// <summary>Per run.</summary>
    [JsonConverter(typeof(AmountConverter))]
    public decimal? CostLimit { get; init; }

    /// <summary>Default: false.</summary>
    public bool? IncludeDeprecated { get; init; }

    /// <summary>Default: false; true adds the parameter schema.</summary>
    public bool? IncludeParameters { get; init; }

    /// <summary><c>recommend</c> (default), <c>search</c>, <c>similar</c>, <c>related</c> or <c>dependencies</c>.</summary>
    /// <remarks>In addition to platform spec 3.20, for the lists of 7.2: <c>used-with</c> and <c>dependents</c>.</remarks>
    public string? Mode { get; init; }

    /// <summary>Uuid or slug; required for all modes but <c>recommend</c> and <c>search</c>.</summary>
    public string? ToolId { get; init; }

    /// <summary>1 to 50. Default: 5.</summary>
    public int? Limit { get; init; }

    /// <summary>For <c>related</c>: only relations of these types. Default: all.</summary>
    /// <remarks>In addition to platform spec 3.20: <c>SIMILAR_TO</c>, <c>USED_WITH</c>, <c>ENHANCES</c>, <c>REPLACES</c>, <c>REQUIRES</c>.</remarks>
    public IReadOnlyList<string>? RelationTypes { get; init; }

    /// <summary>For <c>related</c> and <c>similar</c>: only relations at least so strong, 0 to 1. Default: 0.5, and 0.6 for <c>similar</c>.</summary>
    /// <remarks>In addition to platform spec 3.20.</remarks>
    public double? MinStrength { get; init; }

    /// <summary>Reply is published on <c>events</c> with this key.</summary>
    public string? ResponseEventType { get; init; }

    /// <summary><c>{token}</c>; removed before anything is stored or logged.</summary>
    public JsonElement? Auth { get; init; }
}
