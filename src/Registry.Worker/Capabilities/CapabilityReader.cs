using System.Data;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Core.Versions;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>Reads what the catalogue offers, as of one moment; of what is known already only what has changed since. Thread-safe.</summary>
internal sealed class CapabilityReader(IDbContextFactory<RegistryDbContext> contexts)
{
    /// <summary>Everything that is not archived, in the order of registration.</summary>
    /// <param name="known">What was read last; revision 0: nothing.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when the catalogue still has the revision of <paramref name="known"/>.</returns>
    public async Task<CatalogueState?> ReadAsync(CatalogueState known, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await RevisionAsync(db, cancellationToken) == known.Revision)
        {
            return null;
        }

        await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var revision = await RevisionAsync(db, cancellationToken);

        // A revision that went back is that of a database that was restored: nothing that is known counts.
        var changed = known.Revision == 0 || revision < known.Revision ? null : await ChangedAsync(known.Revision, db, cancellationToken);
        var before = changed is null ? [] : known.Tools.Where(tool => changed.Contains(tool.ToolId)).ToDictionary(tool => tool.ToolId);
        var rows = await ToolsAsync(changed, db, cancellationToken);
        var versions = await VersionsAsync(changed, db, cancellationToken);
        var shown = rows.ConvertAll(row => (Row: row, Version: Shown(row, versions[row.Id])));
        var offered = await OfferedAsync([.. shown.Select(tool => (tool.Row.Id, tool.Version.Text))], before, db, cancellationToken);
        List<ToolProvider> read = [.. shown.Select(tool => Provider(tool.Row, tool.Version, offered))];
        return changed is null
            ? new CatalogueState(revision, read)
            : new CatalogueState(revision, Merge(known.Tools, changed, read), changed);
    }

    private static Task<long> RevisionAsync(RegistryDbContext db, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<long>($"""SELECT revision AS "Value" FROM catalogue_revision""").SingleAsync(cancellationToken);

    private static async Task<IReadOnlySet<Guid>> ChangedAsync(long since, RegistryDbContext db, CancellationToken cancellationToken) =>
        await db.Database.SqlQuery<Guid>($"""SELECT tool_id AS "Value" FROM catalogue_changes WHERE revision > {since}""").ToHashSetAsync(cancellationToken);

    private static Task<List<ToolRow>> ToolsAsync(IReadOnlySet<Guid>? among, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var tools = db.Set<Tool>().AsNoTracking().Where(tool => tool.ArchivedAt == null && tool.MaintenanceStatus != "archived");
        if (among is not null)
        {
            var ids = among.ToArray();
            tools = tools.Where(tool => ids.Contains(tool.Id));
        }

        return tools.OrderBy(tool => tool.CreatedAt).ThenBy(tool => tool.Id)
            .Select(tool => new ToolRow(tool.Id, tool.Slug, tool.Name, tool.Version, tool.IsEnabled, tool.MaintenanceStatus, tool.CreatedAt))
            .ToListAsync(cancellationToken);
    }

    private static async Task<ILookup<Guid, VersionEntry>> VersionsAsync(IReadOnlySet<Guid>? among, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var versions = db.Set<ToolVersion>().AsNoTracking();
        if (among is not null)
        {
            var ids = among.ToArray();
            versions = versions.Where(version => ids.Contains(version.ToolId));
        }

        var rows = await versions.Select(version => new { version.ToolId, version.Version, version.IsEnabled }).ToListAsync(cancellationToken);
        return rows.ToLookup(row => row.ToolId, row => new VersionEntry(row.Version, SemVersion.Parse(row.Version), row.IsEnabled, Deprecated: false));
    }

    private static VersionEntry Shown(ToolRow row, IEnumerable<VersionEntry> versions) =>
        VersionChoice.LatestOf(versions) ?? new VersionEntry(row.Version, SemVersion.Parse(row.Version), IsEnabled: false, Deprecated: false);

    /// <summary>A version's content never changes: only versions that were not known before are read.</summary>
    private static async Task<Dictionary<(Guid Tool, string Version), OfferedCapabilities>> OfferedAsync(
        IReadOnlyList<(Guid Tool, string Version)> wanted, Dictionary<Guid, ToolProvider> before, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var offered = before.Values.ToDictionary(tool => (tool.ToolId, tool.Version), tool => tool.Offered);
        var unknown = wanted.Where(version => !offered.ContainsKey(version)).ToList();
        if (unknown.Count > 0)
        {
            var (ids, versions) = (unknown.Select(version => version.Tool).ToArray(), unknown.Select(version => version.Version).ToArray());
            var rows = await db.Database.SqlQuery<VersionRow>(
                $"""
                SELECT v.tool_id AS "Tool", v.version AS "Version", v.definition::text AS "Definition"
                FROM tool_versions v JOIN unnest({ids}, {versions}) AS wanted (tool_id, version) ON v.tool_id = wanted.tool_id AND v.version = wanted.version
                """).ToListAsync(cancellationToken);
            foreach (var row in rows)
            {
                offered[(row.Tool, row.Version)] = Offered(row.Definition);
            }
        }

        return offered;
    }

    private static OfferedCapabilities Offered(string text)
    {
        var definition = JsonSerializer.Deserialize<ToolDefinition>(text, WireJson.Options)!;
        return OfferedCapabilities.Of(
            definition.Capabilities,
            new ToolShape(definition.Name, definition.Description, definition.Parameters, definition.ReturnType));
    }

    private static ToolProvider Provider(ToolRow row, VersionEntry version, Dictionary<(Guid Tool, string Version), OfferedCapabilities> offered) => new()
    {
        ToolId = row.Id,
        Slug = row.Slug,
        Name = row.Name,
        RegisteredAt = row.CreatedAt,
        Version = version.Text,
        Offered = offered.GetValueOrDefault((row.Id, version.Text)) ?? OfferedCapabilities.None,
        Unavailable = !row.IsEnabled ? "is disabled"
            : row.MaintenanceStatus == "maintenance" ? "is in maintenance"
            : !version.IsEnabled ? "has no enabled version"
            : null,
    };

    /// <summary>What has not changed and what was read, both in the order of registration, in that order.</summary>
    private static List<ToolProvider> Merge(IReadOnlyList<ToolProvider> known, IReadOnlySet<Guid> changed, List<ToolProvider> read)
    {
        var (merged, at) = (new List<ToolProvider>(known.Count + read.Count), 0);
        foreach (var tool in known.Where(tool => !changed.Contains(tool.ToolId)))
        {
            for (; at < read.Count && RegistrationOrder.Compare(read[at], tool) < 0; at++)
            {
                merged.Add(read[at]);
            }

            merged.Add(tool);
        }

        merged.AddRange(read[at..]);
        return merged;
    }

    private sealed record ToolRow(Guid Id, string Slug, string Name, string Version, bool IsEnabled, string MaintenanceStatus, DateTimeOffset CreatedAt);

    private sealed record VersionRow(Guid Tool, string Version, string Definition);
}

/// <summary>What was read.</summary>
/// <param name="Revision">Grows with every change.</param>
/// <param name="Tools">Everything that is not archived, in the order of registration.</param>
/// <param name="Changed">What may differ from the state before: also tools that are archived or gone. Absent: everything.</param>
internal sealed record CatalogueState(long Revision, IReadOnlyList<ToolProvider> Tools, IReadOnlySet<Guid>? Changed = null);

/// <summary>The order of registration as the database has it; ids decide where times are alike.</summary>
internal static class RegistrationOrder
{
    /// <summary>Below 0: the first was registered first.</summary>
    public static int Compare(ToolProvider one, ToolProvider other)
    {
        var byTime = one.RegisteredAt.CompareTo(other.RegisteredAt);

        // As PostgreSQL compares uuids: byte by byte, as they are written.
        return byTime != 0 ? byTime : string.CompareOrdinal(one.ToolId.ToString(), other.ToolId.ToString());
    }
}
