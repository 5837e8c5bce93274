using System.Diagnostics;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Contracts;
using Capns.Registry.Worker.Access;

namespace Capns.Registry.Worker.Audit;

/// <summary>Who does something, and by which request: what every audit entry of that request repeats.</summary>
internal sealed record Actor(Caller Caller, string? Ip = null, string? RequestId = null, string? TraceId = null)
{
    /// <summary>This installation itself.</summary>
    public static Actor Platform { get; } = new(new Caller { Kind = CallerKind.Platform, Id = "platform" });

    /// <summary>The caller of an HTTP request.</summary>
    public static Actor Of(HttpContext context) =>
        new(context.Caller(), context.Connection.RemoteIpAddress?.ToString(), context.TraceIdentifier, Activity.Current?.TraceId.ToString());

    /// <summary>An entry about a thing.</summary>
    public AuditEntry Entry(string action, string objectKind, string? objectId, SecurityLevel? level = null, JsonObject? details = null) => new()
    {
        Actor = Caller,
        Action = action,
        ObjectKind = objectKind,
        ObjectId = objectId,
        Level = level,
        Ip = Ip,
        RequestId = RequestId,
        TraceId = TraceId,
        Details = details,
    };
}
