using Capns.Contracts.Executions;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>Checks at registration that every dependency is there and enabled, and that none leads back (platform spec 5.10).</summary>
internal sealed record DependencyLinks
{
    public IReadOnlyList<ToolDependencyLink> Links { get; private init; } = [];

    public PublishResult? Refusal { get; private init; }

    /// <summary>Looks them up.</summary>
    /// <param name="tool">Uuid and slug of the tool, which need not be there yet.</param>
    /// <param name="definition">Checked.</param>
    /// <param name="db">The catalogue.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public static async Task<DependencyLinks> FindAsync((Guid Id, string Slug) tool, ToolDefinition definition, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var links = new List<ToolDependencyLink>();
        var errors = new List<FieldError>();
        for (var index = 0; index < definition.Dependencies.Count; index++)
        {
            var dependency = definition.Dependencies[index];
            var (needed, problem) = await LookUpAsync(tool, dependency, db, cancellationToken);
            if (problem is not null)
            {
                errors.Add(new FieldError($"/dependencies/{index}", "dependency", problem));
            }
            else if (links.TrueForAll(link => link.DependsOn != needed))
            {
                links.Add(new ToolDependencyLink { ToolId = tool.Id, Version = definition.Version, DependsOn = needed, VersionRange = dependency.Version });
            }
        }

        if (errors.Count > 0)
        {
            return new DependencyLinks { Refusal = PublishResult.Refused(ErrorCodes.InvalidDefinition, errors[0].Message, errors) };
        }

        return await FindCycleAsync(tool, links, db, cancellationToken) is { } cycle
            ? new DependencyLinks { Refusal = PublishResult.Refused(ErrorCodes.DependencyCycle, $"The dependencies of {Preview.Of(tool.Slug)} lead back to it: {cycle}.") }
            : new DependencyLinks { Links = links };
    }

    private static async Task<(Guid ToolId, string? Problem)> LookUpAsync(
        (Guid Id, string Slug) self, ToolDependency dependency, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var isUuid = Guid.TryParseExact(dependency.ToolId, "D", out var id);
        if (isUuid ? id == self.Id : dependency.ToolId == self.Slug)
        {
            return (self.Id, null);
        }

        var tool = await db.Set<Tool>().AsNoTracking().FirstOrDefaultAsync(other => isUuid ? other.Id == id : other.Slug == dependency.ToolId, cancellationToken);
        if (tool is null || tool.ArchivedAt is not null)
        {
            return (default, $"Tool {Preview.Of(dependency.ToolId)}, which this tool depends on, does not exist.");
        }

        if (!tool.IsEnabled)
        {
            return (default, $"Tool {Preview.Of(dependency.ToolId)}, which this tool depends on, is disabled.");
        }

        var versions = await ToolCatalogue.VersionsAsync(tool.Id, db, cancellationToken);
        return dependency.Version is { } wanted && VersionChoice.Choose(tool.Slug, versions, wanted).Code is not null
            ? (default, $"Tool {Preview.Of(dependency.ToolId)}, which this tool depends on, has no enabled version {Preview.Of(wanted)}.")
            : (tool.Id, null);
    }

    /// <summary>Follows what the latest versions depend on.</summary>
    /// <returns>The way back as slugs, or null.</returns>
    private static async Task<string?> FindCycleAsync((Guid Id, string Slug) row, List<ToolDependencyLink> links, RegistryDbContext db, CancellationToken cancellationToken)
    {
        if (links.Count == 0)
        {
            return null;
        }

        // Only what can be reached: a catalogue may hold many tools that have nothing to do with this one.
        var starts = links.Select(link => link.DependsOn).ToArray();
        var edges = await db.Database.SqlQuery<Edge>(
            $"""
            WITH RECURSIVE latest AS NOT MATERIALIZED (
                SELECT link.tool_id, link.depends_on FROM tool_dependencies link JOIN tools tool ON tool.id = link.tool_id AND tool.version = link.version
                WHERE tool.id <> {row.Id}),
            way (id) AS (SELECT unnest({starts}) UNION SELECT latest.depends_on FROM way JOIN latest ON latest.tool_id = way.id)
            SELECT latest.tool_id AS "From", latest.depends_on AS "To" FROM way JOIN latest ON latest.tool_id = way.id
            """).ToListAsync(cancellationToken);
        var next = edges.ToLookup(edge => edge.From, edge => edge.To);
        var from = new Dictionary<Guid, Guid>();
        var open = new Queue<Guid>();
        foreach (var link in links.Where(link => from.TryAdd(link.DependsOn, row.Id)))
        {
            open.Enqueue(link.DependsOn);
        }

        while (open.TryDequeue(out var at) && !from.ContainsKey(row.Id))
        {
            foreach (var to in next[at].Where(to => from.TryAdd(to, at)))
            {
                open.Enqueue(to);
            }
        }

        return from.ContainsKey(row.Id) ? await DescribeAsync(row, from, db, cancellationToken) : null;
    }

    private sealed record Edge(Guid From, Guid To);

    private static async Task<string> DescribeAsync((Guid Id, string Slug) row, Dictionary<Guid, Guid> from, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var way = new List<Guid> { row.Id };
        for (var at = from[row.Id]; at != row.Id; at = from[at])
        {
            way.Insert(0, at);
        }

        var slugs = await db.Set<Tool>().AsNoTracking().Where(tool => way.Contains(tool.Id)).ToDictionaryAsync(tool => tool.Id, tool => tool.Slug, cancellationToken);
        return string.Join(" -> ", way.Prepend(row.Id).Select(id => slugs.GetValueOrDefault(id, row.Slug)));
    }
}
