using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Contracts.Json;
using MassTransit;

namespace Capns.Contracts.Learning;

/// <summary>Event in: how useful a tool was (platform spec 3.22).</summary>
/// <remarks>Learned from once; not answered. A refusal goes to the reply target, when there is one.</remarks>
[EntityName("tool.learning.recorded")]
[MessageUrn("tool.learning.recorded")]
public sealed record ToolLearningEvent
{
    /// <summary>Chosen by the sender, unique for ever: what was learned from once is not learned from again.</summary>
    public required string EventId { get; init; }

    /// <summary>Uuid or slug.</summary>
    public required string ToolId { get; init; }

    /// <summary>Who used it.</summary>
    public required string AgentId { get; init; }

    /// <summary>Corrects the observation of this execution. Absent: counts as a use.</summary>
    public Guid? ExecutionId { get; init; }

    /// <summary>What came of it.</summary>
    public required LearningOutcome Outcome { get; init; }

    /// <summary>0 to 1. Default: 1 for success, 0 for failure, 0.5 for partial.</summary>
    [JsonConverter(typeof(AmountConverter))]
    public decimal? Effectiveness { get; init; }

    /// <summary>0 to 1; stored and shown, changes no weight.</summary>
    [JsonConverter(typeof(AmountConverter))]
    public decimal? UserSatisfaction { get; init; }

    /// <summary>0 to 1; stored and shown, changes no weight.</summary>
    [JsonConverter(typeof(AmountConverter))]
    public decimal? QualityScore { get; init; }

    /// <summary>Text, or <c>{topic, keywords[], intent}</c>.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>The session that companions are counted in: the run of a workflow, else the discussion, the session, the agent.</summary>
    public string? WorkflowRunId { get; init; }

    /// <inheritdoc cref="WorkflowRunId"/>
    public string? DiscussionId { get; init; }

    /// <inheritdoc cref="WorkflowRunId"/>
    public string? SessionId { get; init; }

    /// <summary>Tools it was used with, up to 20; uuids or slugs.</summary>
    public IReadOnlyList<string>? CompanionToolIds { get; init; }

    /// <summary>The tool that it served instead of; uuid or slug.</summary>
    public string? ReplacedToolId { get; init; }

    /// <summary>Whether that worked. Required with <see cref="ReplacedToolId"/>.</summary>
    public bool? ReplacementWorked { get; init; }

    /// <summary>Milliseconds.</summary>
    public int? ExecutionTime { get; init; }

    /// <summary>When it was used.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}
