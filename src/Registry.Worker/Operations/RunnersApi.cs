using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;

namespace Capns.Registry.Worker.Operations;

/// <summary>Runners over HTTP (platform spec 4.3).</summary>
internal static class RunnersApi
{
    /// <summary><c>GET /api/v1/admin/runners</c>.</summary>
    public static void MapRunners(this IEndpointRouteBuilder app) => app.MapGet("/api/v1/admin/runners", ListAsync).Requires("admin:health")
        .Describe("Operations", "List the runners that are heard of").Gives<PageOf<RunnerView>>();

    private static async Task<IResult> ListAsync(RunnerStore runners, CancellationToken cancellationToken)
    {
        var items = await runners.ReadAsync(cancellationToken);
        return Results.Json(new Paging(1, Math.Max(items.Count, 1)).Of(items, items.Count), WireJson.Options);
    }
}
