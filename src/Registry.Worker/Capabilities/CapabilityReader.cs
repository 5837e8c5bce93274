using System.Data;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Core.Versions;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>Reads what the catalogue offers, as of one moment. Not thread-safe: remembers what it has read of versions.</summary>
internal sealed class CapabilityReader(IDbContextFactory<RegistryDbContext> contexts)
{
    private Dictionary<(Guid Tool, string Version), OfferedCapabilities> _known = [];

    /// <summary>Everything that is not archived, in the order of registration.</summary>
    /// <param name="unless">A revision that is known already.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when the catalogue still has the revision <paramref name="unless"/>.</returns>
    public async Task<CatalogueState?> ReadAsync(long unless, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await RevisionAsync(db, cancellationToken) == unless)
        {
            return null;
        }

        await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var revision = await RevisionAsync(db, cancellationToken);
        var rows = await ToolsAsync(db, cancellationToken);
        var versions = (await VersionsAsync(db, cancellationToken)).ToLookup(version => version.Tool, version => version.Entry);
        var shown = rows.ConvertAll(row => (Row: row, Version: Shown(row, versions[row.Id])));
        var offered = await OfferedAsync([.. shown.Select(tool => (tool.Row.Id, tool.Version.Text))], db, cancellationToken);
        _known = offered;
        return new CatalogueState(revision, [.. shown.Select(tool => Provider(tool.Row, tool.Version, offered))]);
    }

    private static Task<long> RevisionAsync(RegistryDbContext db, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<long>($"""SELECT revision AS "Value" FROM catalogue_revision""").SingleAsync(cancellationToken);

    private static Task<List<ToolRow>> ToolsAsync(RegistryDbContext db, CancellationToken cancellationToken) =>
        db.Set<Tool>().AsNoTracking()
            .Where(tool => tool.ArchivedAt == null && tool.MaintenanceStatus != "archived")
            .OrderBy(tool => tool.CreatedAt).ThenBy(tool => tool.Id)
            .Select(tool => new ToolRow(tool.Id, tool.Slug, tool.Name, tool.Version, tool.IsEnabled, tool.MaintenanceStatus))
            .ToListAsync(cancellationToken);

    private static async Task<IEnumerable<(Guid Tool, VersionEntry Entry)>> VersionsAsync(RegistryDbContext db, CancellationToken cancellationToken)
    {
        var rows = await db.Set<ToolVersion>().AsNoTracking()
            .Select(version => new { version.ToolId, version.Version, version.IsEnabled })
            .ToListAsync(cancellationToken);
        return rows.Select(row => (row.ToolId, new VersionEntry(row.Version, SemVersion.Parse(row.Version), row.IsEnabled, Deprecated: false)));
    }

    private static VersionEntry Shown(ToolRow row, IEnumerable<VersionEntry> versions) =>
        VersionChoice.LatestOf(versions) ?? new VersionEntry(row.Version, SemVersion.Parse(row.Version), IsEnabled: false, Deprecated: false);

    /// <summary>A version's content never changes: only versions that were not known before are read.</summary>
    private async Task<Dictionary<(Guid Tool, string Version), OfferedCapabilities>> OfferedAsync(
        IReadOnlyList<(Guid Tool, string Version)> wanted, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var offered = wanted.Where(_known.ContainsKey).ToDictionary(version => version, version => _known[version]);
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
        Version = version.Text,
        Offered = offered.GetValueOrDefault((row.Id, version.Text)) ?? OfferedCapabilities.None,
        Unavailable = !row.IsEnabled ? "is disabled"
            : row.MaintenanceStatus == "maintenance" ? "is in maintenance"
            : !version.IsEnabled ? "has no enabled version"
            : null,
    };

    private sealed record ToolRow(Guid Id, string Slug, string Name, string Version, bool IsEnabled, string MaintenanceStatus);

    private sealed record VersionRow(Guid Tool, string Version, string Definition);
}

/// <summary>What was read.</summary>
/// <param name="Revision">Grows with every change.</param>
/// <param name="Tools">Everything that is not archived, in the order of registration.</param>
internal sealed record CatalogueState(long Revision, IReadOnlyList<ToolProvider> Tools);
