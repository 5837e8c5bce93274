using Capns.Contracts.Executions;
using Capns.Contracts.Graph;

namespace Capns.Discovery.Worker.Commands;

/// <summary>Relations between tools as people set them (platform spec 9.3). Committed when a method returns; a repeat changes nothing.</summary>
internal interface IRelationCommands
{
    /// <summary>Keeps a relation with source <c>manual</c>; one that is there gets the new values.</summary>
    /// <returns><c>stored</c>, or why not, e.g. <c>DEPENDENCY_CYCLE</c> with the path.</returns>
    Task<CommandResult> PutAsync(PutToolRelation relation, CancellationToken cancellationToken);

    /// <summary>Removes a relation.</summary>
    /// <returns><c>removed</c>, <c>absent</c> when there was none, or why not.</returns>
    Task<CommandResult> DeleteAsync(RemoveToolRelation relation, CancellationToken cancellationToken);
}

/// <summary>What became of a command.</summary>
/// <param name="Outcome">Means nothing when it was refused.</param>
/// <param name="Refusal">Why it was refused. Absent: it was not.</param>
internal readonly record struct CommandResult(GraphCommandOutcome Outcome, ErrorDetail? Refusal = null);
