using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>Takes tools and versions in and out of use (platform spec 4.3, 5.10). Each step runs inside a <see cref="CatalogueEdit"/>, the catalogue locked.</summary>
internal static class ToolLifecycle
{
    /// <summary>Switches a tool on or off.</summary>
    /// <returns>Changed, Unchanged, TOOL_ARCHIVED, or DEPENDENTS_EXIST without <paramref name="force"/>.</returns>
    public static Task<PublishResult> SwitchAsync(Tool row, bool enabled, bool force, CatalogueEdit edit) =>
        FlagAsync(row, new ToolFlagChange { IsEnabled = enabled }, force, edit);

    /// <summary>Changes flags; when they switch the tool off, <see cref="SwitchAsync"/>'s rule holds.</summary>
    /// <inheritdoc cref="SwitchAsync"/>
    public static async Task<PublishResult> FlagAsync(Tool row, ToolFlagChange change, bool force, CatalogueEdit edit)
    {
        if (Archived(row) is { } archived)
        {
            return archived;
        }

        return change.IsEnabled == false && row.IsEnabled && !force && await DependentsAsync(row, "disabled", edit) is { } needed
            ? needed
            : await change.ApplyAsync(row, edit);
    }

    /// <summary>Says that a tool should no longer be used; it still runs.</summary>
    public static async Task<PublishResult> DeprecateAsync(Tool row, CatalogueEdit edit) =>
        Archived(row) ?? await new ToolFlagChange { MaintenanceStatus = "deprecated" }.ApplyAsync(row, edit);

    /// <summary>Takes a tool out of use for good; its history stays.</summary>
    public static async Task<PublishResult> ArchiveAsync(Tool row, bool force, CatalogueEdit edit)
    {
        if (row.ArchivedAt is not null)
        {
            return PublishResult.Done(PublishKind.Unchanged, row.Id, row.Slug);
        }

        if (!force && await DependentsAsync(row, "archived", edit) is { } needed)
        {
            return needed;
        }

        row.ArchivedAt = edit.Now;
        row.MaintenanceStatus = "archived";
        row.UpdatedAt = edit.Now;
        row.RowVersion++;
        edit.Say(EventNames.ToolUnregistered, "tool.archive", row);
        return PublishResult.Done(PublishKind.Removed, row.Id, row.Slug);
    }

    /// <summary>Removes a tool and its versions. Executions stay and keep what was asked for.</summary>
    /// <remarks>No force helps against a version that names it: published versions never change.</remarks>
    public static async Task<PublishResult> PurgeAsync(Tool row, CatalogueEdit edit)
    {
        if (await DependentsAsync(row, "purged", edit, everyVersion: true) is { } needed)
        {
            return needed;
        }

        edit.Say(EventNames.ToolUnregistered, "tool.purge", row);
        await edit.Db.Set<ToolDependencyLink>().Where(link => link.ToolId == row.Id).ExecuteDeleteAsync(edit.CancellationToken);
        await edit.Db.Set<ToolVersion>().Where(version => version.ToolId == row.Id).ExecuteDeleteAsync(edit.CancellationToken);
        edit.Db.Remove(row);
        return PublishResult.Done(PublishKind.Removed, row.Id, row.Slug);
    }

    /// <summary>Changes the flags of one version (platform spec 4.3: PATCH of a version).</summary>
    public static async Task<PublishResult> FlagVersionAsync(Tool row, string version, VersionFlagChange change, CatalogueEdit edit)
    {
        if (Archived(row) is { } archived)
        {
            return archived;
        }

        var known = await edit.Db.Set<ToolVersion>().FirstOrDefaultAsync(entry => entry.ToolId == row.Id && entry.Version == version, edit.CancellationToken);
        if (known is null)
        {
            return PublishResult.Refused(ErrorCodes.VersionNotFound, $"Tool {Preview.Of(row.Slug)} has no version {Preview.Of(version)}.");
        }

        var changes = change.Apply(known, edit.Now);
        if (changes.Count == 0)
        {
            return PublishResult.Done(PublishKind.Unchanged, row.Id, row.Slug);
        }

        await edit.Db.SaveChangesAsync(edit.CancellationToken);
        await ShowLatestAsync(row, edit);
        row.RowVersion++;
        row.UpdatedAt = edit.Now;
        var (name, action) = changes.Contains("isEnabled")
            ? known.IsEnabled ? (EventNames.ToolEnabled, "tool.enable") : (EventNames.ToolDisabled, "tool.disable")
            : known.DeprecatedAt is not null ? (EventNames.ToolDeprecated, "tool.deprecate") : (EventNames.ToolUpdated, "tool.update");
        edit.Say(name, action, row, version, changes);
        return PublishResult.Done(PublishKind.Changed, row.Id, row.Slug);
    }

    /// <summary>DEPENDENTS_EXIST with the list, when tools in use need this one.</summary>
    private static async Task<PublishResult?> DependentsAsync(Tool row, string what, CatalogueEdit edit, bool everyVersion = false)
    {
        var needing = await (from link in edit.Db.Set<ToolDependencyLink>().AsNoTracking()
                             join tool in edit.Db.Set<Tool>().AsNoTracking() on link.ToolId equals tool.Id
                             where link.DependsOn == row.Id && tool.Id != row.Id && (everyVersion || (tool.ArchivedAt == null && tool.IsEnabled && tool.Version == link.Version))
                             orderby tool.Slug
                             select new { tool.Slug, tool.Id, link.Version }).ToListAsync(edit.CancellationToken);
        return needing.Count == 0 ? null : PublishResult.RefusedWith(
            ErrorCodes.DependentsExist,
            $"Tool {Preview.Of(row.Slug)} cannot be {what}: {string.Join(", ", needing.Take(10).Select(tool => $"{tool.Slug} {tool.Version}"))} need{(needing.Count == 1 ? "s" : "")} it.",
            JsonSerializer.SerializeToElement(new { dependents = needing.Select(tool => new { toolId = tool.Id, tool.Slug, tool.Version }) }, WireJson.Options));
    }

    private static async Task ShowLatestAsync(Tool row, CatalogueEdit edit)
    {
        var versions = await ToolCatalogue.VersionsAsync(row.Id, edit.Db, edit.CancellationToken);
        if (VersionChoice.LatestOf(versions) is { } latest && latest.Text != row.Version)
        {
            var text = await edit.Db.Set<ToolVersion>().AsNoTracking().Where(entry => entry.ToolId == row.Id && entry.Version == latest.Text)
                .Select(entry => entry.Definition).SingleAsync(edit.CancellationToken);
            ToolStore.ShowContent(row, JsonSerializer.Deserialize<ToolDefinition>(text, WireJson.Options)!);
        }
    }

    private static PublishResult? Archived(Tool row) =>
        row.ArchivedAt is null ? null : PublishResult.Refused(ErrorCodes.ToolArchived, $"Tool {Preview.Of(row.Slug)} is archived.");
}
