using Capns.Contracts.Graph;
using Capns.Discovery.Worker.Learning.Relations;

namespace Capns.Discovery.Worker.Commands;

/// <inheritdoc cref="IRelationCommands"/>
internal sealed class RelationCommands(RelationStore store) : IRelationCommands
{
    public async Task<CommandResult> PutAsync(PutToolRelation relation, CancellationToken cancellationToken) => new(
        GraphCommandOutcome.Stored,
        await store.PutAsync(
            relation.FromToolId, relation.Type, relation.ToToolId, (decimal)relation.Strength, relation.Reason, relation.Metadata, cancellationToken));

    public async Task<CommandResult> DeleteAsync(RemoveToolRelation relation, CancellationToken cancellationToken)
    {
        var (removed, refusal) = await store.DeleteAsync(relation.FromToolId, relation.Type, relation.ToToolId, cancellationToken);
        return new CommandResult(removed ? GraphCommandOutcome.Removed : GraphCommandOutcome.Absent, refusal);
    }
}
