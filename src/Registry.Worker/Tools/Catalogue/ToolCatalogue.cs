using System.Collections.Concurrent;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Core.Versions;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Definitions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Tools.Catalogue;

/// <summary>Finds tools by uuid or slug, and their versions, with a small cache per instance.</summary>
/// <remarks>
/// What it says of a tool is at most <see cref="Freshness"/> old. A version's content never changes, so it is read and its
/// schemas are compiled once. Thread-safe.
/// </remarks>
internal sealed class ToolCatalogue(TimeProvider time, IToolCache? shared = null)
{
    /// <summary>Longest time a change of a tool may go unseen by another instance; the one that made it sees it at once.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    /// <summary>Compiled versions that are kept; beyond it all are dropped and made again as they are asked for.</summary>
    private const int MaxCompiled = 1000;

    private readonly IToolCache _shared = shared ?? new NoToolCache();
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(Guid Tool, string Version), Compiled> _compiled = new();

    /// <summary>Finds a tool that may run: there, not archived, enabled, not in maintenance, its version enabled (platform spec 5.4, gate 4).</summary>
    /// <param name="reference">Uuid or slug.</param>
    /// <param name="version">Exact version, range or <c>latest</c>; null is <c>latest</c>.</param>
    /// <param name="db">For the look-up.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public async Task<Resolution> ResolveAsync(string reference, string? version, RegistryDbContext db, CancellationToken cancellationToken)
    {
        if (await FindAsync(reference, db, cancellationToken) is not { } entry)
        {
            return Resolution.Refused(ErrorCodes.ToolNotFound, $"There is no tool {Preview.Of(reference)}.");
        }

        var tool = entry.Row;
        if (tool.ArchivedAt is not null || tool.MaintenanceStatus == "archived")
        {
            return Resolution.Refused(ErrorCodes.ToolArchived, $"Tool {Preview.Of(tool.Slug)} is archived.", tool.Id);
        }

        if (!tool.IsEnabled)
        {
            return Resolution.Refused(ErrorCodes.ToolDisabled, $"Tool {Preview.Of(tool.Slug)} is disabled.", tool.Id);
        }

        if (tool.MaintenanceStatus == "maintenance")
        {
            return Resolution.Refused(ErrorCodes.ToolDisabled, $"Tool {Preview.Of(tool.Slug)} is in maintenance.", tool.Id);
        }

        var (chosen, code, message) = VersionChoice.Choose(tool.Slug, entry.Versions, version);
        return chosen is null
            ? Resolution.Refused(code!, message, tool.Id)
            : Resolution.Of(await CompleteAsync(entry, chosen, db, cancellationToken));
    }

    /// <summary>Finds a tool and a version for showing: also one that may not run now. Archived tools are found by uuid and slug too.</summary>
    public async Task<Resolution> ShowAsync(string reference, string? version, RegistryDbContext db, CancellationToken cancellationToken)
    {
        if (await FindAsync(reference, db, cancellationToken) is not { } entry)
        {
            return Resolution.Refused(ErrorCodes.ToolNotFound, $"There is no tool {Preview.Of(reference)}.");
        }

        // A disabled version is shown as well: only running it is refused.
        var all = entry.Versions.Select(known => known with { IsEnabled = true }).ToList();
        var wanted = version is null or VersionChoice.Latest ? entry.Row.Version : version;
        var (chosen, code, message) = VersionChoice.Choose(entry.Row.Slug, all, wanted);
        return chosen is null
            ? Resolution.Refused(code!, message, entry.Row.Id)
            : Resolution.Of(await CompleteAsync(entry, chosen, db, cancellationToken));
    }

    /// <summary>Forgets what it knew of a tool; called after this instance has changed it.</summary>
    public void Forget(Guid toolId, string slug)
    {
        _entries.TryRemove(slug, out _);
        _entries.TryRemove(toolId.ToString(), out _);
    }

    /// <summary>Forgets what it knew of every tool; what never changes of their versions it keeps.</summary>
    public void ForgetAll() => _entries.Clear();

    private async Task<Entry?> FindAsync(string reference, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var isUuid = Guid.TryParseExact(reference, "D", out var uuid);
        var key = isUuid ? uuid.ToString() : reference;
        if (!isUuid && !DefinitionReader.IsSlug(key))
        {
            return null;
        }

        // The time from before the look-up: an entry is never older than it says.
        var now = time.GetUtcNow();
        if (_entries.TryGetValue(key, out var known) && now < known.LoadedAt + Freshness)
        {
            return known;
        }

        if (await _shared.FindAsync(key) is { } told)
        {
            return _entries[key] = EntryOf(told.Row, [.. told.Versions.Select(version => new VersionEntry(version.Version, SemVersion.Parse(version.Version), version.IsEnabled, version.Deprecated))], now);
        }

        var revision = _shared.Revision;
        var tools = db.Set<Tool>().AsNoTracking();
        var row = isUuid
            ? await tools.FirstOrDefaultAsync(tool => tool.Id == uuid, cancellationToken)
            : await tools.FirstOrDefaultAsync(tool => tool.Slug == key, cancellationToken);
        if (row is null)
        {
            _entries.TryRemove(key, out _);
            return null;
        }

        var versions = await VersionsAsync(row.Id, db, cancellationToken);
        if (revision != 0)
        {
            await _shared.KeepAsync(key, revision, new CachedTool { Row = row, Versions = [.. versions.Select(version => new CachedVersion(version.Text, version.IsEnabled, version.Deprecated))] });
        }

        return _entries[key] = EntryOf(row, versions, now);
    }

    private static Entry EntryOf(Tool row, IReadOnlyList<VersionEntry> versions, DateTimeOffset now) =>
        new(row, JsonSerializer.Deserialize<ToolFlags>(row.Config, WireJson.Options) ?? new ToolFlags(), versions, now);

    /// <summary>All versions of a tool.</summary>
    public static async Task<IReadOnlyList<VersionEntry>> VersionsAsync(Guid toolId, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var rows = await db.Set<ToolVersion>().AsNoTracking().Where(version => version.ToolId == toolId)
            .Select(version => new { version.Version, version.IsEnabled, Deprecated = version.DeprecatedAt != null })
            .ToListAsync(cancellationToken);
        return [.. rows.Select(row => new VersionEntry(row.Version, SemVersion.Parse(row.Version), row.IsEnabled, row.Deprecated))];
    }

    private async Task<ResolvedTool> CompleteAsync(Entry entry, VersionEntry version, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var key = (entry.Row.Id, version.Text);
        if (!_compiled.TryGetValue(key, out var compiled))
        {
            var text = await db.Set<ToolVersion>().AsNoTracking()
                .Where(row => row.ToolId == entry.Row.Id && row.Version == version.Text)
                .Select(row => row.Definition).SingleAsync(cancellationToken);
            compiled = Compile(text);
            if (_compiled.Count >= MaxCompiled)
            {
                _compiled.Clear();
            }

            _compiled[key] = compiled;
        }

        return new ResolvedTool(entry.Row, entry.Flags, compiled.Definition, compiled.Schemas, version.Deprecated || entry.Row.MaintenanceStatus == "deprecated");
    }

    private static Compiled Compile(string text)
    {
        var definition = JsonSerializer.Deserialize<ToolDefinition>(text, WireJson.Options)!;
        var errors = new List<FieldError>();
        return ToolSchemas.Compile(definition, errors) is { } schemas
            ? new Compiled(definition, schemas)
            : throw new InvalidOperationException($"The stored schema of tool {definition.Name} {definition.Version} does not compile: {errors[0].Message}");
    }

    private sealed record Entry(Tool Row, ToolFlags Flags, IReadOnlyList<VersionEntry> Versions, DateTimeOffset LoadedAt);

    private sealed record Compiled(ToolDefinition Definition, ToolSchemas Schemas);
}
