using Capns.Access.Rules;
using Capns.Contracts;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>What a run asks of its caller's rights (gate 6 of platform spec 5.4).</summary>
internal sealed record RunDemand
{
    /// <summary>Its flags as they are now.</summary>
    public required Tool Tool { get; init; }

    /// <summary>At which it would run.</summary>
    public required SecurityLevel Level { get; init; }

    /// <summary>All of them are needed.</summary>
    public required IReadOnlyList<string> Permissions { get; init; }

    /// <summary>As the request names it.</summary>
    public string? AgentId { get; init; }

    /// <summary>As the request names it.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The execution, when it is stored already: what it is expected to cost is not counted twice.</summary>
    public Guid? ExecutionId { get; init; }

    /// <summary>The permission of the level, then what the operation demands.</summary>
    public static RunDemand Of(Tool tool, ToolOperation? operation, SecurityLevel level, string? agentId, string? projectId) => new()
    {
        Tool = tool,
        Level = level,
        Permissions = [PermissionNames.Run(level), .. operation?.RequiredPermissions ?? []],
        AgentId = agentId,
        ProjectId = projectId,
    };
}
