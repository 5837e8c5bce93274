using System.Text.Json.Nodes;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Capns.Registry.Worker.Tools.Registration;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Api;

/// <summary>The catalogue over HTTP: <c>/api/v1/tools</c> (platform spec 4.3).</summary>
internal static class ToolsApi
{
    private const string Path = "/api/v1/tools";

    /// <summary>Who registers, as long as nobody can log in.</summary>
    private const string Anonymous = "anonymous";

    /// <summary>Maps the paths, and the conventions that every answer under <c>/api/</c> keeps.</summary>
    public static void MapToolsApi(this WebApplication app)
    {
        app.UseMiddleware<ApiConventions>();
        app.MapGet(Path, ListAsync);
        app.MapPost(Path, RegisterAsync);
        app.MapPost($"{Path}/validate", ValidateAsync);
        app.MapGet($"{Path}/{{id}}", ShowAsync);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, IDbContextFactory<RegistryDbContext> contexts, ToolCatalogue catalogue, CapabilityIndex capabilities, AdmissionOptions access)
    {
        if (ApiAccess.Lacks(access, "tool:read") is { } refusal)
        {
            return refusal;
        }

        if (ToolQuery.Read(context.Request.Query, out var error) is not { } query)
        {
            return new ProblemResult(ErrorCodes.InvalidRequest, error!);
        }

        if (CapabilityFilter.Read(context.Request.Query, out var problem) is not { } filter)
        {
            return problem!;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var list = await ToolList.ReadAsync(query, filter.Choose(capabilities.Current), ranked: filter.Cap is not null, db, context.RequestAborted);
        var items = new JsonArray();
        foreach (var slug in list.Slugs)
        {
            var found = await catalogue.ShowAsync(slug, null, db, context.RequestAborted);
            if (found.Found)
            {
                items.Add((JsonNode)ToolView.Of(found.Tool));
            }
        }

        return Results.Json(
            new { items, total = list.Total, page = query.Page, limit = query.Limit, pages = (list.Total + query.Limit - 1) / query.Limit },
            WireJson.Options);
    }

    private static async Task<IResult> ShowAsync(string id, string? version, HttpContext context, IDbContextFactory<RegistryDbContext> contexts, ToolCatalogue catalogue, AdmissionOptions access)
    {
        if (ApiAccess.Lacks(access, "tool:read") is { } refusal)
        {
            return refusal;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var found = await catalogue.ShowAsync(id, version, db, context.RequestAborted);
        if (!found.Found)
        {
            return found.Code == ErrorCodes.InvalidParameters
                ? new ProblemResult(ErrorCodes.InvalidRequest, found.Message)
                : new ProblemResult(found.Code, found.Message);
        }

        var tag = ToolView.ETag(found.Tool.Row);
        context.Response.Headers.ETag = tag;
        return context.Request.Headers.IfNoneMatch.SelectMany(header => (header ?? "").Split(',', StringSplitOptions.TrimEntries)).Any(known => known == tag || known == "*")
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Json(ToolView.Of(found.Tool), WireJson.Options);
    }

    private static async Task<IResult> ValidateAsync(HttpContext context, ToolOptions options, AdmissionOptions access)
    {
        if (ApiAccess.Lacks(access, "tool:read") is { } refusal)
        {
            return refusal;
        }

        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        DefinitionCheck.Check(body, options, out var errors);
        return Results.Json(new { valid = errors.Count == 0, errors }, WireJson.Options);
    }

    private static async Task<IResult> RegisterAsync(
        HttpContext context, ToolRegistration registration, ToolCatalogue catalogue, IDbContextFactory<RegistryDbContext> contexts, ToolOptions options, AdmissionOptions access)
    {
        if (ApiAccess.Lacks(access, "tool:write") is { } refusal)
        {
            return refusal;
        }

        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        if (DefinitionCheck.Check(body, options, out var errors) is not { } definition)
        {
            return new ProblemResult(ErrorCodes.InvalidDefinition, $"{errors.Count} error{(errors.Count == 1 ? "" : "s")} in the definition: {errors[0].Message}", errors);
        }

        if ((definition.Pool is not null || definition.Trust == "trusted") && ApiAccess.Lacks(access, "tool:trust") is { } untrusted)
        {
            return untrusted;
        }

        var result = await registration.RegisterAsync(definition, Anonymous, context.RequestAborted);
        if (result.IsRefused)
        {
            return new ProblemResult(result.Code, result.Message, result.Errors);
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var stored = (await catalogue.ShowAsync(result.Slug, definition.Version, db, context.RequestAborted)).Tool!;
        context.Response.Headers.Location = $"{Path}/{result.ToolId}";
        context.Response.Headers.ETag = ToolView.ETag(stored.Row);
        return Results.Json(ToolView.Of(stored), WireJson.Options, statusCode: StatusCodes.Status201Created);
    }
}
