using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Api;

/// <summary>Finds the keys of a page by an index alone; a page of the second half is looked for from the end.</summary>
internal static class PageWindow
{
    /// <summary>The keys in the wanted order.</summary>
    /// <param name="paging">Which page.</param>
    /// <param name="total">Elements of the list.</param>
    /// <param name="hasReverse">False: the order cannot be turned round.</param>
    /// <param name="keys">The keys in order, or from the end.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public static async Task<List<Guid>> KeysAsync(Paging paging, long total, bool hasReverse, Func<bool, IQueryable<Guid>> keys, CancellationToken cancellationToken)
    {
        long skip = paging.Skip;
        if (skip >= total)
        {
            return [];
        }

        var take = Math.Min(paging.Limit, total - skip);
        var reversed = hasReverse && skip > total / 2;
        var from = reversed ? total - skip - take : skip;
        var found = await keys(reversed).Skip((int)from).Take((int)take).ToListAsync(cancellationToken);
        if (reversed)
        {
            found.Reverse();
        }

        return found;
    }
}
