using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Core.Versions;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Api.Idempotency;
using Capns.Registry.Worker.Api.Limits;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Capns.Registry.Worker.Tools.Registration;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Api;

/// <summary>Versions of a tool over HTTP (platform spec 4.3, 5.10).</summary>
internal static class ToolVersionsApi
{
    /// <summary>Maps the paths.</summary>
    public static void MapToolVersions(this IEndpointRouteBuilder app)
    {
        var versions = app.MapGroup($"{ToolsApi.Path}/{{id}}/versions");
        versions.MapGet("", ListAsync).Requires("tool:read")
            .Describe("Tools", "List the versions of a tool").Pages().Gives<PageOf<VersionResource>>().Refuses(ErrorCodes.ToolNotFound);
        versions.MapPost("", PublishAsync).Requires("tool:write").Idempotent().CountsAsRegistration()
            .Describe("Tools", "Publish a version").Filter("force", "let a breaking change through (admin:force)", "boolean").Takes<ToolDefinition>().Gives<VersionResource>(201)
            .Refuses(ErrorCodes.ToolNotFound, ErrorCodes.VersionExists, ErrorCodes.BreakingChange, ErrorCodes.ToolArchived, ErrorCodes.InvalidDefinition, ErrorCodes.DependencyCycle);
        versions.MapPatch("/{version}", FlagAsync).Requires("tool:write")
            .Describe("Tools", "Enable, disable or deprecate a version").Takes<VersionFlagChange>().Gives<VersionResource>()
            .Refuses(ErrorCodes.ToolNotFound, ErrorCodes.VersionNotFound, ErrorCodes.ToolArchived, ErrorCodes.InvalidParameters);
    }

    private static async Task<IResult> ListAsync(string id, HttpContext context, IDbContextFactory<RegistryDbContext> contexts)
    {
        var query = new QueryReader(context.Request.Query);
        var paging = query.Paging();
        if (query.Problem is { } problem)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        if (await ToolTarget.FindAsync(db.Set<Tool>().AsNoTracking(), id, context.RequestAborted) is not { } tool)
        {
            return ToolTarget.NotFound(id);
        }

        // The order of versions is not one the database knows; a tool has some dozens at most.
        var all = await db.Set<ToolVersion>().AsNoTracking().Where(version => version.ToolId == tool.Id)
            .Select(version => new ToolVersion
            {
                ToolId = version.ToolId,
                Version = version.Version,
                Definition = "",
                DefinitionHash = version.DefinitionHash,
                SecurityLevel = version.SecurityLevel,
                IsPrerelease = version.IsPrerelease,
                IsEnabled = version.IsEnabled,
                DeprecatedAt = version.DeprecatedAt,
                DeprecationMessage = version.DeprecationMessage,
                PublishedBy = version.PublishedBy,
                PublishedAt = version.PublishedAt,
            }).ToListAsync(context.RequestAborted);
        var page = all.OrderByDescending(version => SemVersion.Parse(version.Version)).Skip(paging.Skip).Take(paging.Limit).Select(version => VersionResource.Of(tool, version, null)).ToList();
        return Results.Json(paging.Of(page, all.Count), WireJson.Options);
    }

    private static async Task<IResult> PublishAsync(string id, HttpContext context, ToolWrites writes, IDbContextFactory<RegistryDbContext> contexts, ToolOptions options)
    {
        var (definition, problem) = await ToolsApi.ReadDefinitionAsync(context, options);
        if (definition is null)
        {
            return problem!;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var (tool, force, refusal) = await writes.PrepareAsync(id, context, definition, db);
        if (tool is null)
        {
            return refusal!;
        }

        var resumed = context.IdempotencyClaim() is { Resumed: true };
        var result = await writes.ChangeAsync(context, tool.Id, null, async (row, edit) =>
        {
            var done = await ToolStore.PublishAsync(row, definition, edit, force);

            // With the same content it was an earlier try of this very request, else somebody else's.
            return done.Kind == PublishKind.Unchanged && !resumed
                ? PublishResult.Refused(ErrorCodes.VersionExists, $"Version {definition.Version} of tool {row.Slug} is published already, with this content.")
                : done;
        });
        if (result.IsRefused)
        {
            return ToolsApi.ProblemOf(result);
        }

        context.Response.Headers.Location = $"{ToolsApi.Path}/{tool.Id}?version={Uri.EscapeDataString(definition.Version)}";
        return await ShowAsync(tool, definition.Version, db, StatusCodes.Status201Created, context.RequestAborted);
    }

    private static async Task<IResult> FlagAsync(string id, string version, HttpContext context, ToolWrites writes, IDbContextFactory<RegistryDbContext> contexts, Rights rights)
    {
        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        var change = VersionFlagChange.Read(body, out var errors);
        if (errors.Count > 0)
        {
            return new ProblemResult(ErrorCodes.InvalidParameters, $"{errors.Count} error{(errors.Count == 1 ? "" : "s")}: {errors[0].Message}", errors);
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        if (await ToolTarget.FindAsync(db.Set<Tool>().AsNoTracking(), id, context.RequestAborted) is not { } tool)
        {
            return ToolTarget.NotFound(id);
        }

        if (await ToolRights.ForAsync(context, tool, rights, db) is { } lacking)
        {
            return lacking;
        }

        var result = await writes.ChangeAsync(context, tool.Id, null, (row, edit) => ToolLifecycle.FlagVersionAsync(row, version, change, edit));
        return result.IsRefused ? ToolsApi.ProblemOf(result) : await ShowAsync(tool, version, db, StatusCodes.Status200OK, context.RequestAborted);
    }

    private static async Task<IResult> ShowAsync(Tool tool, string version, RegistryDbContext db, int status, CancellationToken cancellationToken)
    {
        var row = await db.Set<ToolVersion>().AsNoTracking().SingleAsync(known => known.ToolId == tool.Id && known.Version == version, cancellationToken);
        return Results.Json(VersionResource.Of(tool, row, JsonSerializer.Deserialize<JsonElement>(row.Definition)), WireJson.Options, statusCode: status);
    }
}
