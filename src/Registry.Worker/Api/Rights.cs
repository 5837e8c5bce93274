using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools.Catalogue;

namespace Capns.Registry.Worker.Api;

/// <summary>Asks inside a handler what depends on the thing itself; what a path always demands is said by <c>.Requires(…)</c>.</summary>
internal sealed class Rights(IAccessControl access)
{
    /// <summary>403 with the reason, or null when the caller may.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="action">A permission of platform spec 8.2.</param>
    /// <param name="db">For look-ups.</param>
    /// <param name="tool">The tool it is about.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    public async ValueTask<ProblemResult?> LacksAsync(Caller caller, string action, RegistryDbContext db, Tool? tool, CancellationToken cancellationToken)
    {
        var decision = await access.DecideAsync(caller, new AccessQuestion { Action = action, Tool = tool is null ? null : Facts(tool) }, db, cancellationToken);
        return decision.Effect == AccessEffect.Allowed ? null : new ProblemResult(ErrorCodes.InsufficientPermissions, decision.Reason);
    }

    /// <summary>What rules look at.</summary>
    public static ToolFacts Facts(Tool tool) => new(tool.Id, tool.Slug, tool.SecurityLevel, tool.Category, tool.Tags, tool.Owner);
}
