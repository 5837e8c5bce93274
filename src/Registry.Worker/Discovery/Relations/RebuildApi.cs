using Capns.Contracts.Graph;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api.Description;

namespace Capns.Registry.Worker.Discovery.Relations;

/// <summary>Has the graph, and with it everything that is cached of it, made anew from PostgreSQL (platform spec 4.3, 7.1).</summary>
internal static class RebuildApi
{
    /// <summary>Maps the paths; both do the same, because what is cached belongs to one state of the graph and ends with it.</summary>
    public static void MapRebuild(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/graph/rebuild", RebuildAsync).Requires("admin:graph")
            .Describe("Operations", "Make the graph of tools anew").Gives<RebuildStarted>(StatusCodes.Status202Accepted);
        app.MapPost("/api/v1/admin/rebuild-cache", RebuildAsync).Requires("admin:graph")
            .Describe("Operations", "Make the graph of tools and what is cached of it anew").Gives<RebuildStarted>(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> RebuildAsync(HttpContext context, GraphCommands commands, TimeProvider time)
    {
        var command = new RebuildGraph { JobId = Guid.CreateVersion7(time.GetUtcNow()) };
        return await commands.RebuildAsync(command, context)
            ?? Results.Json(new RebuildStarted(command.JobId), WireJson.Options, statusCode: StatusCodes.Status202Accepted);
    }
}

/// <summary>Answer to an order to rebuild: the work has begun.</summary>
/// <param name="JobId">Stands in the log of discovery.</param>
internal sealed record RebuildStarted(Guid JobId);
