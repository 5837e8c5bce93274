using Capns.Discovery.Worker.Graph.Projection;

namespace Capns.Discovery.Worker.Commands;

/// <inheritdoc cref="IGraphRebuild"/>
/// <remarks>Where there is no graph server PostgreSQL answers alone, and there is nothing to make anew.</remarks>
internal sealed class GraphRebuild(GraphTruth truth) : IGraphRebuild
{
    public Task RebuildAsync(CancellationToken cancellationToken) => truth.WishRebuildAsync(cancellationToken);
}
