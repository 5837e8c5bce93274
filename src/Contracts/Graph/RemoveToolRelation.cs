using MassTransit;

namespace Capns.Contracts.Graph;

/// <summary>Command: a relation between two tools is to go.</summary>
/// <remarks>Answered by <see cref="GraphCommandDone"/>. A repeat finds nothing and changes nothing. Believed only from the platform's own logins.</remarks>
[ExcludeFromTopology]
[EntityName("capns.graph.relation.remove")]
[MessageUrn("capns.graph.relation.remove")]
public sealed record RemoveToolRelation
{
    /// <inheritdoc cref="PutToolRelation.CommandId"/>
    public required Guid CommandId { get; init; }

    /// <inheritdoc cref="PutToolRelation.FromToolId"/>
    public required Guid FromToolId { get; init; }

    /// <inheritdoc cref="PutToolRelation.ToToolId"/>
    public required Guid ToToolId { get; init; }

    /// <inheritdoc cref="PutToolRelation.Type"/>
    public required string Type { get; init; }
}
