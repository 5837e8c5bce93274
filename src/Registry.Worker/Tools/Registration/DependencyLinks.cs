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

    public static async Task<DependencyLinks> FindAsync(Tool row, ToolDefinition definition, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var links = new List<ToolDependencyLink>();
        var errors = new List<FieldError>();
        for (var index = 0; index < definition.Dependencies.Count; index++)
        {
            var dependency = definition.Dependencies[index];
            var (needed, problem) = await LookUpAsync(row, dependency, db, cancellationToken);
            if (problem is not null)
            {
                errors.Add(new FieldError($"/dependencies/{index}", "dependency", problem));
            }
            else if (links.TrueForAll(link => link.DependsOn != needed!.Id))
            {
                links.Add(new ToolDependencyLink { ToolId = row.Id, Version = definition.Version, DependsOn = needed!.Id, VersionRange = dependency.Version });
            }
        }

        if (errors.Count > 0)
        {
            return new DependencyLinks { Refusal = PublishResult.Refused(ErrorCodes.InvalidDefinition, errors[0].Message, errors) };
        }

        return await FindCycleAsync(row, links, db, cancellationToken) is { } cycle
            ? new DependencyLinks { Refusal = PublishResult.Refused(ErrorCodes.DependencyCycle, $"The dependencies of {Preview.Of(row.Slug)} lead back to it: {cycle}.") }
            : new DependencyLinks { Links = links };
    }

    private static async Task<(Tool? Tool, string? Problem)> LookUpAsync(Tool row, ToolDependency dependency, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var isUuid = Guid.TryParseExact(dependency.ToolId, "D", out var id);
        if (isUuid ? id == row.Id : dependency.ToolId == row.Slug)
        {
            return (row, null);
        }

        var tool = await db.Set<Tool>().AsNoTracking().FirstOrDefaultAsync(other => isUuid ? other.Id == id : other.Slug == dependency.ToolId, cancellationToken);
        if (tool is null || tool.ArchivedAt is not null)
        {
            return (null, $"Tool {Preview.Of(dependency.ToolId)}, which this tool depends on, does not exist.");
        }

        if (!tool.IsEnabled)
        {
            return (null, $"Tool {Preview.Of(dependency.ToolId)}, which this tool depends on, is disabled.");
        }

        var versions = await ToolCatalogue.VersionsAsync(tool.Id, db, cancellationToken);
        return dependency.Version is { } wanted && VersionChoice.Choose(tool.Slug, versions, wanted).Code is not null
            ? (null, $"Tool {Preview.Of(dependency.ToolId)}, which this tool depends on, has no enabled version {Preview.Of(wanted)}.")
            : (tool, null);
    }

    /// <summary>Follows what the latest versions depend on.</summary>
    /// <returns>The way back as slugs, or null.</returns>
    private static async Task<string?> FindCycleAsync(Tool row, List<ToolDependencyLink> links, RegistryDbContext db, CancellationToken cancellationToken)
    {
        if (links.Count == 0)
        {
            return null;
        }

        var edges = await (from link in db.Set<ToolDependencyLink>().AsNoTracking()
                           join tool in db.Set<Tool>().AsNoTracking() on new { Id = link.ToolId, link.Version } equals new { tool.Id, tool.Version }
                           select new { From = link.ToolId, To = link.DependsOn }).ToListAsync(cancellationToken);
        var next = edges.Where(edge => edge.From != row.Id).ToLookup(edge => edge.From, edge => edge.To);
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

    private static async Task<string> DescribeAsync(Tool row, Dictionary<Guid, Guid> from, RegistryDbContext db, CancellationToken cancellationToken)
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
