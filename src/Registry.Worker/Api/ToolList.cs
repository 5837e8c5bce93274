using System.Text.Json.Nodes;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Api;

/// <summary>One page of the tools that a query leaves.</summary>
/// <param name="Items">Of the page, in order.</param>
/// <param name="Total">Of all pages.</param>
internal sealed record ToolList(IReadOnlyList<JsonObject> Items, long Total)
{
    /// <summary>Reads the page.</summary>
    /// <param name="query">Which tools, in which order.</param>
    /// <param name="among">
    /// Only these; in this order where <paramref name="query"/> names none and <paramref name="ranked"/> is set. Null: all.
    /// </param>
    /// <param name="ranked">The order of <paramref name="among"/> has a meaning.</param>
    /// <param name="totals">Numbers of lists without <paramref name="among"/>.</param>
    /// <param name="db">The catalogue.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<ToolList> ReadAsync(
        ToolQuery query, IReadOnlyList<Guid>? among, bool ranked, ListTotals totals, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var fitting = query.Filter(db.Set<Tool>());
        if (among is null)
        {
            var all = await totals.CountAsync("tools\n" + query.FilterKey, () => fitting.LongCountAsync(cancellationToken));
            return new ToolList(await ShowAsync(await PageAsync(query, fitting, all, cancellationToken), db, cancellationToken), all);
        }

        var chosen = among.ToArray();
        fitting = fitting.Where(tool => chosen.Contains(tool.Id));
        if (!ranked || query.IsSorted)
        {
            var total = await fitting.LongCountAsync(cancellationToken);
            return new ToolList(await ShowAsync(await PageAsync(query, fitting, total, cancellationToken), db, cancellationToken), total);
        }

        var left = (await fitting.Select(tool => tool.Id).ToListAsync(cancellationToken)).ToHashSet();
        List<Guid> page = [.. among.Where(left.Contains).Skip(query.Paging.Skip).Take(query.Paging.Limit)];
        return new ToolList(await ShowAsync(page, db, cancellationToken), left.Count);
    }

    private static Task<List<Guid>> PageAsync(ToolQuery query, IQueryable<Tool> fitting, long total, CancellationToken cancellationToken) =>
        PageWindow.KeysAsync(query.Paging, total, query.HasReverse, reversed => query.Order(fitting, reversed).Select(tool => tool.Id), cancellationToken);

    private static async Task<IReadOnlyList<JsonObject>> ShowAsync(IReadOnlyList<Guid> ids, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var rows = await db.Set<Tool>().AsNoTracking().Where(tool => ids.Contains(tool.Id)).ToDictionaryAsync(tool => tool.Id, cancellationToken);
        var definitions = await (from version in db.Set<ToolVersion>().AsNoTracking()
                                 join tool in db.Set<Tool>() on new { Id = version.ToolId, version.Version } equals new { tool.Id, tool.Version }
                                 where ids.Contains(version.ToolId)
                                 select new { version.ToolId, version.Definition }).ToDictionaryAsync(row => row.ToolId, row => row.Definition, cancellationToken);
        return [.. ids.Where(id => rows.ContainsKey(id) && definitions.ContainsKey(id)).Select(id => ToolView.Of(rows[id], definitions[id]))];
    }
}
