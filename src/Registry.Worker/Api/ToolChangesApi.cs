using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Api.Limits;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Capns.Registry.Worker.Tools.Registration;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Api;

/// <summary>Changes of tools over HTTP: content by new versions, flags at any time, archiving (platform spec 4.3).</summary>
internal static class ToolChangesApi
{
    /// <summary>Maps the paths.</summary>
    public static void MapToolChanges(this IEndpointRouteBuilder app)
    {
        var tool = app.MapGroup($"{ToolsApi.Path}/{{id}}");
        tool.MapPut("", PutAsync).Requires("tool:write").CountsAsRegistration()
            .Describe("Tools", "Publish a new version, or change flags with the same version").Filter("force", "let a breaking change through (admin:force)", "boolean")
            .Takes<ToolDefinition>().Gives<ToolResource>(tagged: true).NeedsIfMatch()
            .Refuses(ErrorCodes.ToolNotFound, ErrorCodes.VersionExists, ErrorCodes.BreakingChange, ErrorCodes.ToolArchived, ErrorCodes.InvalidDefinition, ErrorCodes.DependencyCycle);
        tool.MapPatch("", PatchAsync).Requires("tool:write")
            .Describe("Tools", "Change flags (merge patch)").Takes<ToolFlagPatch>("application/merge-patch+json").Gives<ToolResource>(tagged: true).NeedsIfMatch()
            .Refuses(ErrorCodes.ToolNotFound, ErrorCodes.DuplicateTool, ErrorCodes.ToolArchived, ErrorCodes.InvalidDefinition);
        tool.MapDelete("", DeleteAsync).Requires("tool:write")
            .Describe("Tools", "Archive a tool, or remove it").Filter("force", "although others need it (admin:force)", "boolean")
            .Filter("purge", "remove the row; only what no other version names (admin:purge)", "boolean")
            .GivesNothing().NeedsIfMatch().Refuses(ErrorCodes.ToolNotFound, ErrorCodes.DependentsExist);
        tool.MapPost("/enable", (string id, HttpContext context, ToolWrites writes) => writes.SwitchAsync(id, context, enabled: true)).Requires("tool:write")
            .Describe("Tools", "Enable a tool").Gives<ToolResource>(tagged: true).Refuses(ErrorCodes.ToolNotFound, ErrorCodes.ToolArchived);
        tool.MapPost("/disable", (string id, HttpContext context, ToolWrites writes) => writes.SwitchAsync(id, context, enabled: false)).Requires("tool:write")
            .Describe("Tools", "Disable a tool").Filter("force", "although others need it (admin:force)", "boolean").Gives<ToolResource>(tagged: true)
            .Refuses(ErrorCodes.ToolNotFound, ErrorCodes.ToolArchived, ErrorCodes.DependentsExist);
        tool.MapPost("/deprecate", (string id, HttpContext context, ToolWrites writes) => writes.DeprecateAsync(id, context)).Requires("tool:write")
            .Describe("Tools", "Say that a tool should no longer be used").Gives<ToolResource>(tagged: true).Refuses(ErrorCodes.ToolNotFound, ErrorCodes.ToolArchived);
    }

    private static async Task<IResult> PutAsync(string id, HttpContext context, ToolWrites writes, ToolOptions options)
    {
        if (Preconditions.Read(context.Request, out var preconditions) is { } missing)
        {
            return missing;
        }

        var (definition, problem) = await ToolsApi.ReadDefinitionAsync(context, options);
        return definition is null ? problem! : await writes.PublishAsync(id, context, definition, preconditions);
    }

    private static async Task<IResult> PatchAsync(string id, HttpContext context, ToolWrites writes, IDbContextFactory<RegistryDbContext> contexts, Rights rights)
    {
        if (Preconditions.Read(context.Request, out var preconditions) is { } missing)
        {
            return missing;
        }

        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        if (await ToolTarget.FindAsync(db.Set<Tool>().AsNoTracking(), id, context.RequestAborted) is not { } tool)
        {
            return ToolTarget.NotFound(id);
        }

        var change = FlagPatchReader.Read(body, tool, out var errors);
        if (errors.Count > 0)
        {
            return new ProblemResult(ErrorCodes.InvalidDefinition, $"{errors.Count} error{(errors.Count == 1 ? "" : "s")} in the patch: {errors[0].Message}", errors);
        }

        if (await ToolRights.ForFlagsAsync(context, tool, change.Trust, change.Owner, rights, db) is { } lacking)
        {
            return lacking;
        }

        return await writes.RunAsync(context, tool.Id, preconditions, db, (row, edit) =>
            row.ArchivedAt is null
                ? FlagPatchReader.Read(body, row, out _).ApplyAsync(row, edit)
                : Task.FromResult(PublishResult.Refused(ErrorCodes.ToolArchived, $"Tool {Preview.Of(row.Slug)} is archived.")));
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, ToolWrites writes, IDbContextFactory<RegistryDbContext> contexts, Rights rights)
    {
        var query = new QueryReader(context.Request.Query);
        var (force, purge) = (query.Flag("force") ?? false, query.Flag("purge") ?? false);
        if ((query.Problem ?? Preconditions.Read(context.Request, out _)) is { } problem)
        {
            return problem;
        }

        _ = Preconditions.Read(context.Request, out var preconditions);
        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        if (await ToolTarget.FindAsync(db.Set<Tool>().AsNoTracking(), id, context.RequestAborted) is not { } tool)
        {
            return ToolTarget.NotFound(id);
        }

        var lacking = await ToolRights.ForAsync(context, tool, rights, db) ?? await ToolRights.ForForceAsync(context, force, tool, rights, db);
        lacking ??= purge ? await rights.LacksAsync(context.Caller(), "admin:purge", db, tool, context.RequestAborted) : null;
        if (lacking is not null)
        {
            return lacking;
        }

        var result = await writes.ChangeAsync(context, tool.Id, preconditions, (row, edit) =>
            purge ? ToolLifecycle.PurgeAsync(row, edit) : ToolLifecycle.ArchiveAsync(row, force, edit));
        return result.IsRefused ? ToolsApi.ProblemOf(result) : Results.NoContent();
    }
}
