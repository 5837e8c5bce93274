using System.Text.Json;

namespace Capns.Registry.Worker.Discovery.Feedback;

/// <summary>Feedback as it is sent and passed on (platform spec 3.22).</summary>
internal sealed record FeedbackOrder
{
    /// <summary>Unique for ever; a repeat with the same content changes nothing. 1 to 128 characters.</summary>
    public required string EventId { get; init; }

    /// <summary>Uuid or slug.</summary>
    public required string ToolId { get; init; }

    /// <summary>Who used it: the login itself, or its own agent. Default: the login.</summary>
    public string? AgentId { get; init; }

    /// <summary>Corrects what was learned from that execution.</summary>
    public Guid? ExecutionId { get; init; }

    /// <summary><c>success</c>, <c>failure</c> or <c>partial</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>0 to 1. Default: 1, 0 or 0.5 by outcome.</summary>
    public decimal? Effectiveness { get; init; }

    /// <summary>0 to 1.</summary>
    public decimal? UserSatisfaction { get; init; }

    /// <summary>0 to 1.</summary>
    public decimal? QualityScore { get; init; }

    /// <summary>Text, or <c>{topic, keywords[], intent}</c>; up to 32 KiB.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>In whose session the tool was used.</summary>
    public string? SessionId { get; init; }

    /// <inheritdoc cref="SessionId"/>
    public string? DiscussionId { get; init; }

    /// <inheritdoc cref="SessionId"/>
    public string? WorkflowRunId { get; init; }

    /// <summary>Up to 20 tools that were used with it.</summary>
    public IReadOnlyList<string>? CompanionToolIds { get; init; }

    /// <summary>This tool served instead of that one.</summary>
    public string? ReplacedToolId { get; init; }

    /// <summary>Required with <see cref="ReplacedToolId"/>.</summary>
    public bool? ReplacementWorked { get; init; }

    /// <summary>Milliseconds.</summary>
    public int? ExecutionTime { get; init; }

    /// <summary>When it was observed.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}
