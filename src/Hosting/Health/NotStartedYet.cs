using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Capns.Hosting.Health;

/// <summary>Until the worker's services have started, everything but health, metrics and documents is refused with SERVICE_UNAVAILABLE (platform spec 4.2).</summary>
internal sealed class NotStartedYet(RequestDelegate next, LaterStart start)
{
    private static readonly string[] Open = ["/health", "/metrics", "/openapi.json", "/asyncapi.json", "/docs"];

    public Task InvokeAsync(HttpContext context) =>
        start.IsComplete || Array.Exists(Open, path => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal)) ? next(context) : RefuseAsync(context);

    private static async Task RefuseAsync(HttpContext context)
    {
        var problem = new Dictionary<string, object?>
        {
            ["type"] = "urn:capns:problem:service-unavailable",
            ["title"] = "Service unavailable",
            ["status"] = StatusCodes.Status503ServiceUnavailable,
            ["detail"] = "The service is starting, or waits for its database. Try again in a few seconds.",
            ["instance"] = context.Request.Path.Value,
            ["code"] = "SERVICE_UNAVAILABLE",
            ["requestId"] = context.TraceIdentifier,
        };
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "1";
        context.Response.Headers["X-Request-ID"] = context.TraceIdentifier;
        context.Response.ContentType = "application/problem+json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(problem), context.RequestAborted);
    }
}
