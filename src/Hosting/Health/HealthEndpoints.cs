using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Capns.Hosting.Health;

/// <summary>The health addresses of platform spec 10.2.</summary>
internal static class HealthEndpoints
{
    /// <summary>For everything beyond the one word.</summary>
    private const string DetailPermission = "admin:health";

    public static void MapHealth(this IEndpointRouteBuilder routes, Action<IEndpointConventionBuilder, string>? guard)
    {
        routes.MapGet("/health", async (HealthReader reader) => Answer(await reader.ReadAsync()));
        // Alive is: it answers. Whether it can work is another question; restarting would not bring a database back.
        routes.MapGet("/health/live", () => TypedResults.Ok(new JsonObject { ["status"] = "alive" }));
        routes.MapGet("/health/ready", async (HealthReader reader, IHostApplicationLifetime lifetime) =>
            lifetime.ApplicationStopping.IsCancellationRequested
                ? TypedResults.Json(new JsonObject { ["status"] = "stopping" }, statusCode: StatusCodes.Status503ServiceUnavailable)
                : Answer(await reader.ReadAsync()));
        var detailed = routes.MapGet("/health/detailed", async (HealthReader reader, DetailedHealth document) => TypedResults.Ok(document.Write(await reader.ReadAsync())));
        guard?.Invoke(detailed, DetailPermission);
        var one = routes.MapGet("/health/{part}", async (string part, HealthReader reader) =>
            DetailedHealth.WritePart(await reader.ReadAsync(), part) is { } found
                ? TypedResults.Json(found)
                : TypedResults.Json(
                    new JsonObject { ["error"] = new JsonObject { ["code"] = "NOT_FOUND", ["message"] = $"There is no part {part}." } },
                    statusCode: StatusCodes.Status404NotFound));
        guard?.Invoke(one, DetailPermission);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<JsonObject> Answer(HealthSnapshot snapshot) => TypedResults.Json(
        new JsonObject { ["status"] = snapshot.Status },
        statusCode: snapshot.Status == "unhealthy" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
}
