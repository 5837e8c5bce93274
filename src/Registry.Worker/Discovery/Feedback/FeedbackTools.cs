using Capns.Contracts.Executions;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Discovery.Feedback;

/// <summary>Finds the tools that feedback names.</summary>
internal static class FeedbackTools
{
    /// <summary>The feedback with uuids in place of slugs: a slug may be another tool's when it is learned from.</summary>
    /// <returns>Or the problem: a tool or its execution is not what the feedback says.</returns>
    public static async Task<(FeedbackOrder? Resolved, ProblemResult? Problem)> ResolveAsync(FeedbackOrder order, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Guid>(StringComparer.Ordinal);
        string[] named = [order.ToolId, .. order.ReplacedToolId is { } replaced ? [replaced] : Array.Empty<string>(), .. order.CompanionToolIds ?? []];
        foreach (var reference in named.Distinct(StringComparer.Ordinal))
        {
            if (await ToolTarget.FindAsync(db.Set<Tool>().AsNoTracking(), reference, cancellationToken) is not { } tool)
            {
                return (null, ToolTarget.NotFound(reference));
            }

            found[reference] = tool.Id;
        }

        var id = found[order.ToolId];
        if (order.ReplacedToolId is { } other && found[other] == id)
        {
            return Wrong("replacedToolId", "not", "replacedToolId must be another tool than toolId.");
        }

        if (order.ExecutionId is { } execution && await RanAnotherAsync(execution, id, db, cancellationToken))
        {
            return Wrong("executionId", "const", $"executionId must be an execution of {Preview.Of(order.ToolId)}; {execution} ran another tool.");
        }

        return (order with
        {
            ToolId = id.ToString(),
            ReplacedToolId = order.ReplacedToolId is { } one ? found[one].ToString() : null,
            CompanionToolIds = order.CompanionToolIds?.Select(reference => found[reference].ToString()).ToList(),
        }, null);
    }

    private static async Task<bool> RanAnotherAsync(Guid execution, Guid tool, RegistryDbContext db, CancellationToken cancellationToken) =>
        await db.Database.SqlQuery<bool>($"""SELECT EXISTS (SELECT 1 FROM executions WHERE id = {execution} AND tool_id <> {tool}) AS "Value" """).SingleAsync(cancellationToken);

    private static (FeedbackOrder? Resolved, ProblemResult? Problem) Wrong(string field, string keyword, string message) =>
        (null, new ProblemResult(ErrorCodes.InvalidParameters, message, [new FieldError($"/{field}", keyword, message)]));
}
