using Capns.Contracts.Executions;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Capns.Registry.Worker.Tools.Registration;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Api;

/// <summary>The tool a path names, by uuid or slug.</summary>
internal static class ToolTarget
{
    /// <summary>The row as it is now, never from a cache.</summary>
    public static async Task<Tool?> FindAsync(IQueryable<Tool> tools, string reference, CancellationToken cancellationToken) =>
        Guid.TryParseExact(reference, "D", out var id) ? await tools.FirstOrDefaultAsync(tool => tool.Id == id, cancellationToken)
        : DefinitionReader.IsSlug(reference) ? await tools.FirstOrDefaultAsync(tool => tool.Slug == reference, cancellationToken)
        : null;

    /// <summary>404.</summary>
    public static ProblemResult NotFound(string reference) => new(ErrorCodes.ToolNotFound, $"There is no tool {Preview.Of(reference)}.");

    /// <summary>Finds the row inside a change, locked with the catalogue, and holds it to what the caller has read.</summary>
    /// <param name="edit">The transaction.</param>
    /// <param name="id">Of the tool that was found before.</param>
    /// <param name="preconditions">Absent: any state may be changed.</param>
    /// <param name="change">Gets the row, tracked.</param>
    public static async Task<PublishResult> ChangeAsync(CatalogueEdit edit, Guid id, Preconditions? preconditions, Func<Tool, Task<PublishResult>> change)
    {
        await edit.LockAsync();
        var row = await edit.Db.Set<Tool>().FirstOrDefaultAsync(tool => tool.Id == id, edit.CancellationToken);
        if (row is null)
        {
            return PublishResult.Refused(ErrorCodes.ToolNotFound, $"There is no tool {id}.");
        }

        return preconditions is not null && !preconditions.Fit(row.RowVersion)
            ? PublishResult.Refused(ErrorCodes.PreconditionFailed, Preconditions.Stale($"Tool {Preview.Of(row.Slug)}", ToolView.ETag(row)))
            : await change(row);
    }
}
