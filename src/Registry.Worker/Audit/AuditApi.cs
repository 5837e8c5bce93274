using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Audit.Alerts;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Audit;

/// <summary>The audit log over HTTP (platform spec 4.3, 8.5).</summary>
internal static class AuditApi
{
    private const string Path = "/api/v1/audit";
    private static readonly byte[] NewLine = [(byte)'\n'];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly QueryMark[] Filters =
    [
        new("actorId", "string", "exactly this actor"),
        new("actorKind", "string", "exactly this kind of actor"),
        new("action", "string", "exactly, or all that start with what stands before a final *"),
        new("objectKind", "string", "exactly this kind of object"),
        new("objectId", "string", "exactly this object"),
        new("outcome", "string", "ok, denied or failed"),
        new("code", "string", "exactly this error code"),
        new("securityLevel", "string", "safe, moderate, restricted or dangerous"),
        new("chain", "string", "30d, 90d, 365d or 2555d"),
        new("onBehalfOf", "string", "whom the actor acted for"),
        new("requestId", "string", "exactly this request"),
        new("traceId", "string", "exactly this trace"),
        new("from", "string", "ISO 8601 time, included"),
        new("to", "string", "ISO 8601 time, not included"),
    ];

    /// <summary>Maps the paths.</summary>
    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        var audit = app.MapGroup(Path);
        audit.MapGet("", ListAsync).Requires("audit:read")
            .Describe("Audit", "List audit entries").Filters(Filters).Sorts("at").Pages().Gives<PageOf<AuditEntryResource>>();
        audit.MapGet("/export", ExportAsync).Requires("audit:read")
            .Describe("Audit", "Export audit entries and signed ends, one JSON object a line").Filters(Filters).Sorts("at").GivesText("application/x-ndjson");
        audit.MapGet("/verify", VerifyAsync).Requires("audit:read")
            .Describe("Audit", "Verify the chains").Filter("chain", "30d, 90d, 365d or 2555d; left out: all").Gives<AuditVerificationResource>();
        audit.MapAlertRules(Path);
    }

    private static async Task<IResult> ListAsync(HttpContext context, AuditStore store, AuditLoop loop)
    {
        if (AuditQuery.Read(context.Request.Query, out var wrong) is not { } query)
        {
            return wrong!;
        }

        await loop.CatchUpAsync(Patience, context.RequestAborted);
        var (items, total) = await store.PageAsync(query, context.RequestAborted);
        return Results.Json(query.Paging.Of([.. items.Select(AuditView.Of)], total), WireJson.Options);
    }

    private static async Task<IResult> ExportAsync(HttpContext context, AuditStore store, AuditLoop loop, AuditKeys keys, IAuditTrail trail, TimeProvider time)
    {
        if (AuditQuery.Read(context.Request.Query, out var wrong) is not { } query)
        {
            return wrong!;
        }

        await trail.AppendAsync(
            new AuditEntry
            {
                Actor = context.Caller(),
                Action = "audit.export",
                ObjectKind = "audit",
                Ip = context.Connection.RemoteIpAddress?.ToString(),
                RequestId = context.TraceIdentifier,
                Details = new() { ["query"] = Preview.Cut(context.Request.QueryString.Value ?? "", 1000) },
            },
            context.RequestAborted);
        await loop.CatchUpAsync(Patience, context.RequestAborted);
        context.Response.ContentType = "application/x-ndjson";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"audit.ndjson\"";
        var body = context.Response.BodyWriter;
        async Task WriteAsync(ReadOnlyMemory<byte> line)
        {
            await body.WriteAsync(line, context.RequestAborted);
            await body.WriteAsync(NewLine, context.RequestAborted);
        }

        await store.ExportAsync(
            query,
            entry => WriteAsync(JsonSerializer.SerializeToUtf8Bytes(AuditView.Of(entry), WireJson.Options)),
            checkpoint => WriteAsync(JsonSerializer.SerializeToUtf8Bytes(AuditView.Of(checkpoint), WireJson.Options)),
            keys,
            DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
            context.RequestAborted);
        return Results.Empty;
    }

    private static async Task<IResult> VerifyAsync(HttpContext context, AuditVerifier verifier, AuditLoop loop)
    {
        var query = new QueryReader(context.Request.Query);
        var chain = query.OneOf("chain", "30d", "90d", "365d", "2555d");
        if (query.Problem is { } wrong)
        {
            return wrong;
        }

        await loop.CatchUpAsync(Patience, context.RequestAborted);
        return Results.Json(AuditView.Of(await verifier.WatchAsync(context.RequestAborted, chain)), WireJson.Options);
    }
}
