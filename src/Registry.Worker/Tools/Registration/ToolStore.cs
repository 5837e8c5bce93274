using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Core.Versions;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>Writes definitions into the catalogue's tables, inside the caller's transaction.</summary>
internal static class ToolStore
{
    /// <summary>One writer of the catalogue at a time, over all instances: looking first and writing then is safe.</summary>
    private const long LockKey = 0x4341504E53_01;

    /// <summary>Registers a new tool.</summary>
    /// <param name="definition">Checked by <see cref="DefinitionCheck"/>.</param>
    /// <param name="by">Who does it; owner and author where the definition names none.</param>
    /// <param name="db">Inside a transaction; nothing is saved yet.</param>
    /// <param name="now">The transaction's time.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    /// <returns>Registered, or refused with DUPLICATE_TOOL, INVALID_DEFINITION.</returns>
    public static async Task<PublishResult> RegisterAsync(ToolDefinition definition, string by, RegistryDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await LockAsync(db, cancellationToken);
        var (id, slug) = Identify(definition);
        if (slug.Length == 0)
        {
            const string Message = "name must hold at least 1 letter or digit of a-z and 0-9 when no slug is given as id.";
            return PublishResult.Refused(ErrorCodes.InvalidDefinition, Message, new FieldError("/name", "pattern", Message));
        }

        var owner = definition.Owner ?? by;
        var clash = await db.Set<Tool>().AsNoTracking()
            .Where(tool => tool.Id == id || tool.Slug == slug || (tool.Owner == owner && tool.Name == definition.Name && tool.ArchivedAt == null))
            .FirstOrDefaultAsync(cancellationToken);
        if (clash is not null)
        {
            return Duplicate(clash, id, slug, definition.Name);
        }

        var row = NewRow(id, slug, owner, definition, by, now);
        var refusal = await AddVersionAsync(row, definition, by, db, now, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        db.Add(row);
        return PublishResult.Done(PublishKind.Registered, id, slug);
    }

    /// <summary>Publishes a version: of the tool the definition names by its <c>id</c>, else as a new tool.</summary>
    /// <returns>Registered, VersionPublished, Unchanged, or refused with DUPLICATE_TOOL, VERSION_EXISTS, TOOL_ARCHIVED, INVALID_DEFINITION, DEPENDENCY_CYCLE.</returns>
    public static async Task<PublishResult> PublishAsync(ToolDefinition definition, string by, RegistryDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await LockAsync(db, cancellationToken);
        var (id, slug) = Identify(definition);
        var isUuid = Guid.TryParseExact(definition.Id, "D", out _);
        var row = await db.Set<Tool>().FirstOrDefaultAsync(tool => isUuid ? tool.Id == id : tool.Slug == slug, cancellationToken);
        if (row is null)
        {
            return await RegisterAsync(definition, by, db, now, cancellationToken);
        }

        if (row.ArchivedAt is not null)
        {
            return PublishResult.Refused(ErrorCodes.ToolArchived, $"Tool {Preview.Of(row.Slug)} is archived; it takes no new version.");
        }

        var known = await db.Set<ToolVersion>().AsNoTracking()
            .Where(version => version.ToolId == row.Id && version.Version == definition.Version)
            .Select(version => version.DefinitionHash).FirstOrDefaultAsync(cancellationToken);
        if (known is not null)
        {
            return known == DefinitionContent.Hash(definition)
                ? PublishResult.Done(PublishKind.Unchanged, row.Id, row.Slug)
                : PublishResult.Refused(ErrorCodes.VersionExists, $"Version {definition.Version} of tool {Preview.Of(row.Slug)} is published with other content, and a published version never changes. Give the new content a higher version.");
        }

        var clash = await db.Set<Tool>().AsNoTracking()
            .FirstOrDefaultAsync(tool => tool.Id != row.Id && tool.Owner == row.Owner && tool.Name == definition.Name && tool.ArchivedAt == null, cancellationToken);
        return clash is not null
            ? Duplicate(clash, row.Id, row.Slug, definition.Name)
            : await AddVersionAsync(row, definition, by, db, now, cancellationToken) ?? await UpdateRowAsync(row, definition, db, now, cancellationToken);
    }

    private static async Task LockAsync(RegistryDbContext db, CancellationToken cancellationToken) =>
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);

    private static (Guid Id, string Slug) Identify(ToolDefinition definition)
    {
        return Guid.TryParseExact(definition.Id, "D", out var id) ? (id, Slugs.From(definition.Name))
            : (Guid.CreateVersion7(), definition.Id ?? Slugs.From(definition.Name));
    }

    private static PublishResult Duplicate(Tool clash, Guid id, string slug, string name)
    {
        var message = clash.Id == id ? $"There is a tool with id {id} already; its slug is {Preview.Of(clash.Slug)}."
            : clash.Slug == slug ? $"There is a tool with slug {Preview.Of(slug)} already; its id is {clash.Id}."
            : $"Owner {Preview.Of(clash.Owner)} has a tool with name {Preview.Of(name)} already; its id is {clash.Id}.";
        return PublishResult.Refused(ErrorCodes.DuplicateTool, message);
    }

    private static async Task<PublishResult?> AddVersionAsync(Tool row, ToolDefinition definition, string by, RegistryDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var links = await DependencyLinks.FindAsync(row, definition, db, cancellationToken);
        if (links.Refusal is not null)
        {
            return links.Refusal;
        }

        db.Add(new ToolVersion
        {
            ToolId = row.Id,
            Version = definition.Version,
            Definition = JsonSerializer.Serialize(definition, WireJson.Options),
            DefinitionHash = DefinitionContent.Hash(definition),
            SecurityLevel = definition.SecurityLevel,
            IsPrerelease = SemVersion.Parse(definition.Version).IsPrerelease,
            PublishedBy = by,
            PublishedAt = now,
        });
        db.AddRange(links.Links);
        return null;
    }

    /// <summary>The row shows the latest version; an older one that is published later changes nothing of it. What operators switch stays.</summary>
    private static async Task<PublishResult> UpdateRowAsync(Tool row, ToolDefinition definition, RegistryDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var versions = await ToolCatalogue.VersionsAsync(row.Id, db, cancellationToken);
        var added = new VersionEntry(definition.Version, SemVersion.Parse(definition.Version), IsEnabled: true, Deprecated: false);
        if (VersionChoice.LatestOf([.. versions, added]) == added)
        {
            ShowVersion(row, definition);
        }

        row.RowVersion++;
        row.UpdatedAt = now;
        return PublishResult.Done(PublishKind.VersionPublished, row.Id, row.Slug);
    }

    private static void ShowVersion(Tool row, ToolDefinition definition)
    {
        row.Name = definition.Name;
        row.DisplayName = definition.DisplayName;
        row.Description = definition.Description;
        row.Version = definition.Version;
        row.Category = definition.Category;
        row.Tags = [.. definition.Tags];
        row.Capabilities = [.. definition.Capabilities];
        row.SecurityLevel = definition.SecurityLevel;
        row.RequiresApproval = definition.RequiresApproval;
        row.Pool = definition.Pool;
        row.Config = JsonSerializer.Serialize(ToolFlags.Of(definition), WireJson.Options);
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
