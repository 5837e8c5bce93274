using Capns.Contracts.Executions;
using Capns.Contracts.Graph;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Discovery.Relations;

/// <summary>Relations between tools as people set them (platform spec 4.3, 9.3).</summary>
internal static class RelationsApi
{
    /// <summary>Maps the paths.</summary>
    public static void MapRelations(this IEndpointRouteBuilder app)
    {
        app.MapPost($"{ToolsApi.Path}/{{id}}/relationships", PutAsync).Requires("graph:write")
            .Describe("Discovery", "Say how a tool belongs to another").Takes<RelationOrder>().Gives<ToolRelation>(StatusCodes.Status201Created)
            .Refuses(ErrorCodes.ToolNotFound, ErrorCodes.InvalidParameters, ErrorCodes.DependencyCycle);
        app.MapDelete($"{ToolsApi.Path}/{{id}}/relationships/{{type}}/{{toToolId}}", RemoveAsync).Requires("graph:write")
            .Describe("Discovery", "Remove a relation between two tools").GivesNothing().Refuses(ErrorCodes.ToolNotFound, ErrorCodes.NotFound, ErrorCodes.InvalidParameters);
    }

    private static async Task<IResult> PutAsync(string id, HttpContext context, GraphCommands commands, TimeProvider time, IDbContextFactory<RegistryDbContext> contexts)
    {
        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        var order = RelationReader.Read(body, out var errors);
        if (order is null)
        {
            return new ProblemResult(ErrorCodes.InvalidParameters, errors.Sentence("the relation"), errors);
        }

        var (from, to, missing) = await FindAsync(id, order.ToToolId, context, contexts);
        if (missing is not null)
        {
            return missing;
        }

        var command = new PutToolRelation
        {
            CommandId = Guid.CreateVersion7(time.GetUtcNow()),
            FromToolId = from,
            ToToolId = to,
            Type = RelationTypes.Canonical(order.Type),
            Strength = order.Strength,
            Reason = order.Reason,
            Metadata = order.Metadata,
            SetBy = context.Caller().Id,
            SetAt = time.GetUtcNow(),
        };
        return await commands.PutAsync(command, context) ?? Results.Json(ToolRelation.Of(command), WireJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> RemoveAsync(
        string id, string type, string toToolId, HttpContext context, GraphCommands commands, TimeProvider time, IDbContextFactory<RegistryDbContext> contexts)
    {
        if (!RelationTypes.All.Contains(type, StringComparer.Ordinal))
        {
            var message = $"type must be one of {string.Join(", ", RelationTypes.All)}; it is {Preview.Of(type)}.";
            return new ProblemResult(ErrorCodes.InvalidParameters, message, [new FieldError("/type", "enum", message)]);
        }

        var (from, to, missing) = await FindAsync(id, toToolId, context, contexts);
        return missing ?? await commands.RemoveAsync(
            new RemoveToolRelation { CommandId = Guid.CreateVersion7(time.GetUtcNow()), FromToolId = from, ToToolId = to, Type = RelationTypes.Canonical(type) }, context);
    }

    /// <summary>The two tools, which must be different ones.</summary>
    private static async Task<(Guid From, Guid To, IResult? Problem)> FindAsync(string from, string to, HttpContext context, IDbContextFactory<RegistryDbContext> contexts)
    {
        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var tools = db.Set<Tool>().AsNoTracking();
        if (await ToolTarget.FindAsync(tools, from, context.RequestAborted) is not { } first)
        {
            return (default, default, ToolTarget.NotFound(from));
        }

        if (await ToolTarget.FindAsync(tools, to, context.RequestAborted) is not { } second)
        {
            return (default, default, ToolTarget.NotFound(to));
        }

        var same = $"toToolId must be another tool than {Preview.Of(first.Slug)}.";
        return first.Id == second.Id
            ? (default, default, new ProblemResult(ErrorCodes.InvalidParameters, same, [new FieldError("/toToolId", "not", same)]))
            : (first.Id, second.Id, null);
    }
}
