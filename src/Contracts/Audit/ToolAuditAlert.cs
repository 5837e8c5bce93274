using MassTransit;

namespace Capns.Contracts.Audit;

/// <summary>Event: an alert rule fired (platform spec 3.24, 8.5). At most once per window of the rule.</summary>
[EntityName("tool.audit.alert")]
[MessageUrn("tool.audit.alert")]
public sealed record ToolAuditAlert
{
    /// <summary>Version of the payload. Always <c>"1.0"</c>.</summary>
    public string SchemaVersion { get; init; } = "1.0";

    /// <summary>Name of the rule.</summary>
    public required string Rule { get; init; }

    /// <summary>How bad it is.</summary>
    public required AlertSeverity Severity { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Summary { get; init; }

    /// <summary>Matching entries in the window, 1 or more.</summary>
    public required int Count { get; init; }

    /// <summary>When the first of them was written.</summary>
    public required DateTimeOffset FirstAt { get; init; }

    /// <summary>When the last of them was written.</summary>
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>Ids of the last of them, at most 20.</summary>
    public IReadOnlyList<string>? AuditIds { get; init; }

    /// <summary>The tool, when they are about one.</summary>
    public string? ToolId { get; init; }

    /// <summary>Who did it, when it was one.</summary>
    public string? ActorId { get; init; }
}
