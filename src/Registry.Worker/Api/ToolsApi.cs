using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Api.Idempotency;
using Capns.Registry.Worker.Api.Limits;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Capns.Registry.Worker.Tools.Registration;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Api;

/// <summary>Tools over HTTP, to look at and to register (platform spec 4.3).</summary>
internal static class ToolsApi
{
    public const string Path = "/api/v1/tools";

    /// <summary>Maps the paths.</summary>
    public static void MapToolsApi(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, ListAsync).Requires("tool:read")
            .Describe("Tools", "List tools").Filters(ToolParameters.Filters).Sorts("name", "createdAt", "updatedAt", "popularity", "relevance").Pages().Gives<PageOf<ToolResource>>();
        app.MapPost(Path, RegisterAsync).Requires("tool:write").Idempotent().CountsAsRegistration()
            .Describe("Tools", "Register a tool").Takes<ToolDefinition>().Gives<ToolResource>(201, tagged: true)
            .Refuses(ErrorCodes.DuplicateTool, ErrorCodes.InvalidDefinition, ErrorCodes.DependencyCycle);
        app.MapPost($"{Path}/validate", ValidateAsync).Requires("tool:read")
            .Describe("Tools", "Check a definition without storing it").Takes<ToolDefinition>().Gives<ValidationReport>();
        app.MapGet($"{Path}/{{id}}", ShowAsync).Requires("tool:read")
            .Describe("Tools", "Show a tool").Filter("version", "exact version, range or latest").Gives<ToolResource>(tagged: true).Refuses(ErrorCodes.ToolNotFound, ErrorCodes.VersionNotFound);
        app.MapToolChanges();
        app.MapToolVersions();
        app.MapCatalogue();
    }

    /// <summary>A tool as it is now, with the ETag of this state.</summary>
    public static async Task<IResult> AnswerAsync(HttpContext context, PublishResult result, ToolCatalogue catalogue, RegistryDbContext db, string? version, int status)
    {
        if (result.IsRefused)
        {
            return ProblemOf(result);
        }

        var stored = (await catalogue.ShowAsync(result.ToolId.ToString(), version, db, context.RequestAborted)).Tool;
        if (stored is null)
        {
            return new ProblemResult(ErrorCodes.ToolNotFound, $"Tool {result.Slug} was removed meanwhile.");
        }

        context.Response.Headers.ETag = ToolView.ETag(stored.Row);
        return Results.Json(ToolView.Of(stored), WireJson.Options, statusCode: status);
    }

    /// <summary>The refusal of a change as a problem.</summary>
    public static ProblemResult ProblemOf(PublishResult result) => new(result.Code!, result.Message!, result.Errors, details: result.Details);

    /// <summary>A definition from the body, or the problem with it.</summary>
    public static async Task<(ToolDefinition? Definition, ProblemResult? Problem)> ReadDefinitionAsync(HttpContext context, ToolOptions options)
    {
        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return (null, problem);
        }

        return DefinitionCheck.Check(body, options, out var errors) is { } definition
            ? (definition, null)
            : (null, new ProblemResult(ErrorCodes.InvalidDefinition, $"{errors.Count} error{(errors.Count == 1 ? "" : "s")} in the definition: {errors[0].Message}", errors));
    }

    private static async Task<IResult> ListAsync(HttpContext context, IDbContextFactory<RegistryDbContext> contexts, ListTotals totals, CapabilityIndex capabilities)
    {
        var reader = new QueryReader(context.Request.Query);
        var query = ToolQuery.Read(reader);
        if (reader.Problem is { } problem)
        {
            return problem;
        }

        if (CapabilityFilter.Read(context.Request.Query, out var wrong) is not { } filter)
        {
            return wrong!;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var list = await ToolList.ReadAsync(query, filter.Choose(capabilities.Current), ranked: filter.Cap is not null, totals, db, context.RequestAborted);
        return Results.Json(query.Paging.Of(list.Items, list.Total), WireJson.Options);
    }

    private static async Task<IResult> ShowAsync(string id, HttpContext context, IDbContextFactory<RegistryDbContext> contexts, ToolCatalogue catalogue)
    {
        var query = new QueryReader(context.Request.Query);
        var version = query.Text("version");
        if (query.Problem is { } problem)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var found = await catalogue.ShowAsync(id, version, db, context.RequestAborted);
        return found.Found
            ? Preconditions.Answer(context, ToolView.ETag(found.Tool.Row), () => Results.Json(ToolView.Of(found.Tool), WireJson.Options))
            : new ProblemResult(found.Code == ErrorCodes.InvalidParameters ? ErrorCodes.InvalidRequest : found.Code, found.Message);
    }

    private static async Task<IResult> ValidateAsync(HttpContext context, ToolOptions options, IDbContextFactory<RegistryDbContext> contexts)
    {
        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        if (DefinitionCheck.Check(body, options, out var errors) is { Dependencies.Count: > 0 } definition)
        {
            await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
            errors = await ToolStore.CheckDependenciesAsync(definition, db, context.RequestAborted);
        }

        return Results.Json(new ValidationReport(errors.Count == 0, errors), WireJson.Options);
    }

    private static async Task<IResult> RegisterAsync(
        HttpContext context, ToolRegistration registration, ToolCatalogue catalogue, IDbContextFactory<RegistryDbContext> contexts, ToolOptions options, Rights rights)
    {
        var (definition, problem) = await ReadDefinitionAsync(context, options);
        if (definition is null)
        {
            return problem!;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        if (await ToolRights.ForNewAsync(context, definition, rights, db) is { } lacking)
        {
            return lacking;
        }

        var claim = context.IdempotencyClaim();
        var result = await registration.RegisterAsync(definition, Actor.Of(context), context.RequestAborted, claim?.ResourceId);
        if (result.Code == ErrorCodes.DuplicateTool && claim is { Resumed: true } && await IsOwnAsync(definition, claim, db, context.RequestAborted) is { } made)
        {
            // An earlier try of this very request had registered it before it could say so.
            result = PublishResult.Done(PublishKind.Registered, made.Id, made.Slug);
        }

        if (!result.IsRefused)
        {
            context.Response.Headers.Location = $"{Path}/{result.ToolId}";
        }

        return await AnswerAsync(context, result, catalogue, db, definition.Version, StatusCodes.Status201Created);
    }

    private static Task<Tool?> IsOwnAsync(ToolDefinition definition, IdempotencyClaim claim, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var id = Guid.TryParseExact(definition.Id, "D", out var named) ? named : claim.ResourceId;
        var hash = DefinitionContent.Hash(definition);
        return db.Set<Tool>().AsNoTracking()
            .Where(tool => tool.Id == id && db.Set<ToolVersion>().Any(version => version.ToolId == id && version.Version == definition.Version && version.DefinitionHash == hash))
            .FirstOrDefaultAsync(cancellationToken);
    }
}

/// <summary>Answer to a check of a definition.</summary>
internal sealed record ValidationReport(bool Valid, IReadOnlyList<Reading.FieldError> Errors);
