using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Api;

/// <summary>One page of the tools that a query leaves.</summary>
/// <param name="Slugs">Of the page, in order.</param>
/// <param name="Total">Of all pages.</param>
internal sealed record ToolList(IReadOnlyList<string> Slugs, int Total)
{
    /// <summary>Reads the page.</summary>
    /// <param name="query">Which tools, in which order.</param>
    /// <param name="among">
    /// Only these; in this order where <paramref name="query"/> names none and <paramref name="ranked"/> is set. Null: all.
    /// </param>
    /// <param name="ranked">The order of <paramref name="among"/> has a meaning.</param>
    /// <param name="db">The catalogue.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<ToolList> ReadAsync(
        ToolQuery query, IReadOnlyList<Guid>? among, bool ranked, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var fitting = query.Filter(db.Set<Tool>().AsNoTracking());
        if (among is not null)
        {
            var ids = among.ToArray();
            fitting = fitting.Where(tool => ids.Contains(tool.Id));
        }

        var skipped = (query.Page - 1) * query.Limit;
        if (among is not null && ranked && query.Sort is null)
        {
            var slugs = await fitting.Select(tool => new { tool.Id, tool.Slug })
                .ToDictionaryAsync(tool => tool.Id, tool => tool.Slug, cancellationToken);
            return new ToolList([.. among.Where(slugs.ContainsKey).Skip(skipped).Take(query.Limit).Select(id => slugs[id])], slugs.Count);
        }

        var total = await fitting.CountAsync(cancellationToken);
        return new ToolList(
            await query.Order(fitting).Skip(skipped).Take(query.Limit).Select(tool => tool.Slug).ToListAsync(cancellationToken), total);
    }
}
