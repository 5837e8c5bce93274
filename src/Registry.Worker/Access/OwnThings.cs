using Capns.Access;
using Capns.Registry.Worker.Executions;

namespace Capns.Registry.Worker.Access;

/// <summary>What "own" means (platform spec 8.2): things whose caller one is.</summary>
internal static class OwnThings
{
    /// <summary>Whether the caller asked for the execution, or let it be asked for, or owns the agent it was asked for.</summary>
    public static bool Owns(this Caller caller, Execution execution) =>
        caller.IsKnown
        && ((execution.CallerId == caller.Id && execution.CallerKind == CallerKinds.Word(caller.Kind))
            || (caller.Kind == CallerKind.Service && execution.ActAsBy == caller.Id)
            || (execution.CallerKind == CallerKinds.Word(CallerKind.Agent) && execution.CallerId is { } agent
                && caller.Agents.Contains(agent)));

    /// <summary>Whether nobody proved to have asked for it: then nobody can prove to be the owner either.</summary>
    public static bool IsNobodys(Execution execution) => CallerKinds.Read(execution.CallerKind) == CallerKind.Anonymous;
}
