using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Contracts;

namespace Capns.Registry.Worker.Audit;

/// <summary>One line of the audit log, before it has its place in a chain (platform spec 8.5).</summary>
internal sealed record AuditEntry
{
    /// <summary>Who did it.</summary>
    public required Caller Actor { get; init; }

    /// <summary>E.g. <c>tool.publish</c>, <c>approval.decide</c>, <c>login</c>: object and verb, lower case.</summary>
    public required string Action { get; init; }

    /// <summary>E.g. <c>tool</c>, <c>execution</c>, <c>approval</c>, <c>api-key</c>.</summary>
    public required string ObjectKind { get; init; }

    /// <summary>Absent: there is none, or it has no id yet.</summary>
    public string? ObjectId { get; init; }

    /// <summary>Decides how long it is kept; absent: 365 days.</summary>
    public SecurityLevel? Level { get; init; }

    /// <summary>What became of it.</summary>
    public AuditOutcome Outcome { get; init; } = AuditOutcome.Ok;

    /// <summary>Error code when it was denied or failed.</summary>
    public string? Code { get; init; }

    /// <summary>Address of the caller, over HTTP.</summary>
    public string? Ip { get; init; }

    /// <summary>Request id, over HTTP or as the message says.</summary>
    public string? RequestId { get; init; }

    /// <summary>W3C trace id.</summary>
    public string? TraceId { get; init; }

    /// <summary>Redacted already; how deep depends on the level (platform spec 5.3).</summary>
    public JsonObject? Details { get; init; }
}

/// <summary>What became of an act.</summary>
internal enum AuditOutcome
{
    /// <summary>It was done.</summary>
    Ok = 0,

    /// <summary>It was refused.</summary>
    Denied = 1,

    /// <summary>It broke.</summary>
    Failed = 2,
}
