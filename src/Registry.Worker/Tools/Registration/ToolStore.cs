using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Core.Versions;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Compatibility;
using Capns.Registry.Worker.Tools.Definitions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>Writes definitions into the catalogue's tables, inside the caller's transaction.</summary>
internal static class ToolStore
{
    /// <summary>Registers a new tool.</summary>
    /// <param name="definition">Checked by <see cref="DefinitionCheck"/>.</param>
    /// <param name="edit">Inside a transaction; nothing is saved yet. Its name is owner and author where the definition names none.</param>
    /// <param name="newId">Uuid when the definition names none.</param>
    /// <returns>Registered, or refused with DUPLICATE_TOOL, INVALID_DEFINITION.</returns>
    public static async Task<PublishResult> RegisterAsync(ToolDefinition definition, CatalogueEdit edit, Guid? newId = null)
    {
        // Without dependencies the unique keys alone decide: who comes second fails, looks again and finds the first.
        if (definition.Dependencies.Count > 0)
        {
            await edit.LockAsync();
        }

        var (id, slug) = Identify(definition, newId);
        if (slug.Length == 0)
        {
            const string Message = "name must hold at least 1 letter or digit of a-z and 0-9 when no slug is given as id.";
            return PublishResult.Refused(ErrorCodes.InvalidDefinition, Message, new FieldError("/name", "pattern", Message));
        }

        var owner = definition.Owner ?? edit.By;
        var clash = await edit.Db.Set<Tool>().AsNoTracking()
            .Where(tool => tool.Id == id || tool.Slug == slug || (tool.Owner == owner && tool.Name == definition.Name && tool.ArchivedAt == null))
            .FirstOrDefaultAsync(edit.CancellationToken);
        if (clash is not null)
        {
            return Duplicate(clash, id, slug, definition.Name);
        }

        var row = NewRow(id, slug, owner, definition, edit.By, edit.Now);
        var refusal = await AddVersionAsync(row, definition, edit);
        if (refusal is not null)
        {
            return refusal;
        }

        edit.Db.Add(row);
        edit.Say(EventNames.ToolRegistered, "tool.create", row);
        return PublishResult.Done(PublishKind.Registered, id, slug);
    }

    /// <summary>Publishes a version: of the tool the definition names by its <c>id</c>, else as a new tool.</summary>
    /// <returns>Registered, VersionPublished, Unchanged, or refused with DUPLICATE_TOOL, VERSION_EXISTS, BREAKING_CHANGE, TOOL_ARCHIVED, INVALID_DEFINITION, DEPENDENCY_CYCLE.</returns>
    public static async Task<PublishResult> PublishAsync(ToolDefinition definition, CatalogueEdit edit)
    {
        await edit.LockAsync();
        return await FindAsync(definition, edit) is { } row ? await PublishAsync(row, definition, edit, force: false) : await RegisterAsync(definition, edit);
    }

    /// <summary>The tool that <see cref="PublishAsync(ToolDefinition, CatalogueEdit)"/> would publish a version of, tracked; null: it would register a new one.</summary>
    /// <remarks>A definition without <c>id</c> has the slug of its name, and means the tool of that slug, whosever it is.</remarks>
    public static Task<Tool?> FindAsync(ToolDefinition definition, CatalogueEdit edit)
    {
        var (id, slug) = Identify(definition, null);
        var isUuid = Guid.TryParseExact(definition.Id, "D", out _);
        return edit.Db.Set<Tool>().FirstOrDefaultAsync(tool => isUuid ? tool.Id == id : tool.Slug == slug, edit.CancellationToken);
    }

    /// <summary>What a registration would say of the dependencies: paths lead into the definition. Nothing is written.</summary>
    public static async Task<IReadOnlyList<FieldError>> CheckDependenciesAsync(ToolDefinition definition, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var (id, slug) = Identify(definition, null);
        var known = await db.Set<Tool>().AsNoTracking().Where(tool => tool.Slug == slug || tool.Id == id).Select(tool => (Guid?)tool.Id).FirstOrDefaultAsync(cancellationToken);
        var refusal = (await DependencyLinks.FindAsync((known ?? id, slug), definition, db, cancellationToken)).Refusal;
        return refusal is null ? [] : refusal.Errors.Count > 0 ? refusal.Errors : [new FieldError("/dependencies", "cycle", refusal.Message!)];
    }

    /// <summary>Publishes a version of a tool.</summary>
    /// <param name="row">The tool, tracked; the catalogue is locked.</param>
    /// <param name="definition">Checked; its <c>id</c> is not looked at.</param>
    /// <param name="edit">The transaction.</param>
    /// <param name="force">True: a change that breaks callers is let through.</param>
    /// <returns>As above, without Registered.</returns>
    public static async Task<PublishResult> PublishAsync(Tool row, ToolDefinition definition, CatalogueEdit edit, bool force)
    {
        if (row.ArchivedAt is not null)
        {
            return PublishResult.Refused(ErrorCodes.ToolArchived, $"Tool {Preview.Of(row.Slug)} is archived; it takes no new version.");
        }

        var known = await edit.Db.Set<ToolVersion>().AsNoTracking()
            .Where(version => version.ToolId == row.Id && version.Version == definition.Version)
            .Select(version => version.DefinitionHash).FirstOrDefaultAsync(edit.CancellationToken);
        if (known is not null)
        {
            return known == DefinitionContent.Hash(definition)
                ? PublishResult.Done(PublishKind.Unchanged, row.Id, row.Slug)
                : Taken(row, definition);
        }

        var clash = await edit.Db.Set<Tool>().AsNoTracking()
            .FirstOrDefaultAsync(tool => tool.Id != row.Id && tool.Owner == row.Owner && tool.Name == definition.Name && tool.ArchivedAt == null, edit.CancellationToken);
        if (clash is not null)
        {
            return Duplicate(clash, row.Id, row.Slug, definition.Name);
        }

        var broken = force ? null : await VersionStep.CheckAsync(row, definition, edit.Db, edit.CancellationToken);
        return broken
            ?? await AddVersionAsync(row, definition, edit)
            ?? await UpdateRowAsync(row, definition, edit);
    }

    /// <summary>The refusal of other content under a number that is published.</summary>
    public static PublishResult Taken(Tool row, ToolDefinition definition) => PublishResult.Refused(
        ErrorCodes.VersionExists,
        $"Version {definition.Version} of tool {Preview.Of(row.Slug)} is published with other content, and a published version never changes. Take a new version.");

    private static (Guid Id, string Slug) Identify(ToolDefinition definition, Guid? newId) =>
        Guid.TryParseExact(definition.Id, "D", out var id) ? (id, Slugs.From(definition.Name))
            : (newId ?? Guid.CreateVersion7(), definition.Id ?? Slugs.From(definition.Name));

    private static PublishResult Duplicate(Tool clash, Guid id, string slug, string name)
    {
        var message = clash.Id == id ? $"There is a tool with id {id} already; its slug is {Preview.Of(clash.Slug)}."
            : clash.Slug == slug ? $"There is a tool with slug {Preview.Of(slug)} already; its id is {clash.Id}."
            : $"Owner {Preview.Of(clash.Owner)} has a tool with name {Preview.Of(name)} already; its id is {clash.Id}.";
        return PublishResult.Refused(ErrorCodes.DuplicateTool, message);
    }

    private static async Task<PublishResult?> AddVersionAsync(Tool row, ToolDefinition definition, CatalogueEdit edit)
    {
        var links = await DependencyLinks.FindAsync((row.Id, row.Slug), definition, edit.Db, edit.CancellationToken);
        if (links.Refusal is not null)
        {
            return links.Refusal;
        }

        edit.Db.Add(new ToolVersion
        {
            ToolId = row.Id,
            Version = definition.Version,
            Definition = JsonSerializer.Serialize(definition, WireJson.Options),
            DefinitionHash = DefinitionContent.Hash(definition),
            SecurityLevel = definition.SecurityLevel,
            IsPrerelease = SemVersion.Parse(definition.Version).IsPrerelease,
            PublishedBy = edit.By,
            PublishedAt = edit.Now,
        });
        edit.Db.AddRange(links.Links);
        return null;
    }

    /// <summary>The row shows the latest version; an older one that is published later changes nothing of it. What operators switch stays.</summary>
    private static async Task<PublishResult> UpdateRowAsync(Tool row, ToolDefinition definition, CatalogueEdit edit)
    {
        var versions = await ToolCatalogue.VersionsAsync(row.Id, edit.Db, edit.CancellationToken);
        var added = new VersionEntry(definition.Version, SemVersion.Parse(definition.Version), IsEnabled: true, Deprecated: false);
        if (VersionChoice.LatestOf([.. versions, added]) == added)
        {
            ShowContent(row, definition);
            row.DisplayName = definition.DisplayName;
            row.Config = JsonSerializer.Serialize(ToolFlags.Of(definition), WireJson.Options);
        }

        row.RowVersion++;
        row.UpdatedAt = edit.Now;
        edit.Say(EventNames.ToolVersionPublished, "tool.publish", row, definition.Version);
        return PublishResult.Done(PublishKind.VersionPublished, row.Id, row.Slug);
    }

    /// <summary>The row shows the content of a version; its flags stay.</summary>
    public static void ShowContent(Tool row, ToolDefinition definition)
    {
        row.Name = definition.Name;
        row.Description = definition.Description;
        row.Version = definition.Version;
        row.Category = definition.Category;
        row.Tags = [.. definition.Tags];
        row.Capabilities = [.. definition.Capabilities];
        row.SecurityLevel = definition.SecurityLevel;
        row.RequiresApproval = definition.RequiresApproval;
        row.Pool = definition.Pool;
    }

    private static Tool NewRow(Guid id, string slug, string owner, ToolDefinition definition, string by, DateTimeOffset now) => new()
    {
        Id = id,
        Slug = slug,
        Name = definition.Name,
        DisplayName = definition.DisplayName,
        Description = definition.Description,
        Version = definition.Version,
        Category = definition.Category,
        Tags = [.. definition.Tags],
        Capabilities = [.. definition.Capabilities],
        Owner = owner,
        Author = definition.Author ?? by,
        SecurityLevel = definition.SecurityLevel,
        RequiresApproval = definition.RequiresApproval,
        IsEnabled = definition.IsEnabled,
        MaintenanceStatus = definition.MaintenanceStatus,
        Trust = definition.Trust,
        Pool = definition.Pool,
        Config = JsonSerializer.Serialize(ToolFlags.Of(definition), WireJson.Options),
        CreatedAt = now,
        UpdatedAt = now,
    };
}
