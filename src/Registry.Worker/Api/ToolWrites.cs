using Capns.Contracts.Executions;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Capns.Registry.Worker.Tools.Registration;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Api;

/// <summary>What the paths that write a tool have in common: find it, ask for the right, change it, show it. Thread-safe.</summary>
internal sealed class ToolWrites(ToolRegistration registration, ToolCatalogue catalogue, IDbContextFactory<RegistryDbContext> contexts, Rights rights)
{
    /// <summary>Changes the row and shows the tool.</summary>
    public async Task<IResult> RunAsync(
        HttpContext context, Guid id, Preconditions? preconditions, RegistryDbContext db, Func<Tool, CatalogueEdit, Task<PublishResult>> change, string? version = null, int status = 200) =>
        await ToolsApi.AnswerAsync(context, await ChangeAsync(context, id, preconditions, change), catalogue, db, version, status);

    /// <summary>Changes the row in one transaction.</summary>
    public Task<PublishResult> ChangeAsync(HttpContext context, Guid id, Preconditions? preconditions, Func<Tool, CatalogueEdit, Task<PublishResult>> change) =>
        registration.ChangeAsync(
            Actor.Of(context), edit => ToolTarget.ChangeAsync(edit, id, preconditions, row => change(row, edit)), context.RequestAborted);

    /// <summary>PUT of a tool: a new version is published; the same one may change flags only.</summary>
    public async Task<IResult> PublishAsync(string reference, HttpContext context, ToolDefinition definition, Preconditions preconditions)
    {
        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var (tool, force, problem) = await PrepareAsync(reference, context, definition, db);
        if (tool is null)
        {
            return problem!;
        }

        if (await ToolRights.ForFlagsAsync(context, tool, definition.Trust, definition.Owner, rights, db) is { } lacking)
        {
            return lacking;
        }

        return await RunAsync(context, tool.Id, preconditions, db, async (row, edit) =>
        {
            var result = await ToolStore.PublishAsync(row, definition, edit, force);
            return result.Kind == PublishKind.Unchanged ? await ToolLifecycle.FlagAsync(row, ToolFlagChange.Of(definition), force, edit) : result;
        });
    }

    /// <summary>The tool a new version is for, whether by force, and whether the caller may.</summary>
    public async Task<(Tool? Tool, bool Force, ProblemResult? Problem)> PrepareAsync(string reference, HttpContext context, ToolDefinition definition, RegistryDbContext db)
    {
        var query = new QueryReader(context.Request.Query);
        var force = query.Flag("force") ?? false;
        if (query.Problem is { } unreadable)
        {
            return (null, false, unreadable);
        }

        if (await ToolTarget.FindAsync(db.Set<Tool>().AsNoTracking(), reference, context.RequestAborted) is not { } tool)
        {
            return (null, false, ToolTarget.NotFound(reference));
        }

        if (definition.Id is { } id && id != tool.Slug && id != tool.Id.ToString())
        {
            var message = $"id must be {tool.Id} or {Preview.Of(tool.Slug)}, or be left out; it is {Preview.Of(id)}.";
            return (null, false, new ProblemResult(ErrorCodes.InvalidDefinition, message, [new FieldError("/id", "const", message)]));
        }

        var lacking = await ToolRights.ForVersionAsync(context, tool, definition, rights, db) ?? await ToolRights.ForForceAsync(context, force, tool, rights, db);
        return lacking is null ? (tool, force, null) : (null, false, lacking);
    }

    /// <summary>Enables or disables.</summary>
    public async Task<IResult> SwitchAsync(string reference, HttpContext context, bool enabled)
    {
        var query = new QueryReader(context.Request.Query);
        var force = query.Flag("force") ?? false;
        return query.Problem ?? await SimplyAsync(reference, context, force, (row, edit) => ToolLifecycle.SwitchAsync(row, enabled, force, edit));
    }

    /// <summary>Deprecates.</summary>
    public Task<IResult> DeprecateAsync(string reference, HttpContext context) => SimplyAsync(reference, context, force: false, ToolLifecycle.DeprecateAsync);

    private async Task<IResult> SimplyAsync(string reference, HttpContext context, bool force, Func<Tool, CatalogueEdit, Task<PublishResult>> change)
    {
        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        if (await ToolTarget.FindAsync(db.Set<Tool>().AsNoTracking(), reference, context.RequestAborted) is not { } tool)
        {
            return ToolTarget.NotFound(reference);
        }

        return await ToolRights.ForAsync(context, tool, rights, db)
            ?? await ToolRights.ForForceAsync(context, force, tool, rights, db)
            ?? await RunAsync(context, tool.Id, null, db, change);
    }
}
