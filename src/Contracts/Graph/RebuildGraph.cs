using MassTransit;

namespace Capns.Contracts.Graph;

/// <summary>Command: throw away the projected graph and what is cached of it, and make them anew from PostgreSQL (platform spec 7.1).</summary>
/// <remarks>
/// Answered by <see cref="GraphCommandDone"/> when the work has been taken on; it goes on behind that. A repeat starts it again, with the same
/// result. Believed only from the platform's own logins.
/// </remarks>
[ExcludeFromTopology]
[EntityName("capns.graph.rebuild")]
[MessageUrn("capns.graph.rebuild")]
public sealed record RebuildGraph
{
    /// <summary>Chosen by the sender, the same in every repeat.</summary>
    public required Guid JobId { get; init; }
}
