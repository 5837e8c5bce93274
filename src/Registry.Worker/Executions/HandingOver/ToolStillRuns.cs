using Capns.Contracts.Executions;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;

namespace Capns.Registry.Worker.Executions.HandingOver;

/// <summary>Gates 4 and 9 again: the tool, its version and what it depends on are still there and enabled.</summary>
internal sealed class ToolStillRuns(ToolCatalogue catalogue) : IHandOverCheck
{
    public async ValueTask<ErrorDetail?> CheckAsync(RegistryTransaction transaction, Execution execution)
    {
        var plan = execution.Plan;
        var tool = await catalogue.ResolveAsync(plan.ToolId.ToString(), plan.ToolVersion, transaction.Db, transaction.CancellationToken);
        if (!tool.Found)
        {
            return Errors.Of(tool.Code, tool.Message);
        }

        foreach (var dependency in tool.Tool.Definition.Dependencies)
        {
            var needed = await catalogue.ResolveAsync(dependency.ToolId, dependency.Version, transaction.Db, transaction.CancellationToken);
            if (!needed.Found)
            {
                return Errors.Of(ErrorCodes.DependencyMissing,
                    $"Tool {Preview.Of(tool.Tool.Row.Slug)} depends on {Preview.Of(dependency.ToolId)}. {needed.Message}");
            }
        }

        return null;
    }
}
