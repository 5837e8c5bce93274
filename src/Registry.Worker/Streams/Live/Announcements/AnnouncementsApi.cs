using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Streams.Live.Announcements;

/// <summary><c>POST /api/v1/admin/announcements</c> (platform spec 4.3).</summary>
internal static class AnnouncementsApi
{
    private const int MaxTitle = 200;
    private const int MaxText = 4000;

    private static readonly string[] Severities = ["info", "warning", "critical"];

    public static void MapAnnouncements(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/v1/admin/announcements", PostAsync).Requires("admin:broadcast")
            .Describe("Operations", "Announce something in room broadcast").Takes<AnnouncementOrder>().GivesNothing(StatusCodes.Status202Accepted)
            .Refuses(ErrorCodes.InvalidParameters);

    private static async Task<IResult> PostAsync(HttpContext http, ILiveAnnouncements announcements, IAuditTrail audit, CancellationToken cancellationToken)
    {
        var (body, refusal) = await JsonBody.ReadAsync(http.Request, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var errors = new List<FieldError>();
        var title = Text(body, "title", MaxTitle, errors);
        var text = Text(body, "text", MaxText, errors);
        var severity = Text(body, "severity", MaxTitle, errors);
        if (severity is not null && !Severities.Contains(severity, StringComparer.Ordinal))
        {
            errors.Add(new FieldError("/severity", "enum", $"must be one of {string.Join(", ", Severities)}"));
        }

        if (errors.Count > 0)
        {
            return new ProblemResult(ErrorCodes.InvalidParameters, "The announcement cannot be made.", errors);
        }

        var caller = http.Caller();
        announcements.Announce(new Announcement { Title = title!, Text = text!, Severity = severity!, By = caller.Id });
        await audit.AppendAsync(
            new AuditEntry { Actor = caller, Action = "announcement.create", ObjectKind = "announcement", Ip = http.Connection.RemoteIpAddress?.ToString(), RequestId = http.TraceIdentifier },
            cancellationToken);
        return Results.Accepted();
    }

    private static string? Text(JsonElement body, string name, int most, List<FieldError> errors)
    {
        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text && text.Length <= most)
        {
            return text;
        }

        errors.Add(new FieldError($"/{name}", "type", $"must be text of 1 to {most} characters"));
        return null;
    }
}

/// <summary>What is announced; for the description.</summary>
/// <param name="Title">1 to 200 characters.</param>
/// <param name="Text">1 to 4,000 characters.</param>
/// <param name="Severity"><c>info</c>, <c>warning</c> or <c>critical</c>.</param>
internal sealed record AnnouncementOrder(string Title, string Text, string Severity);
