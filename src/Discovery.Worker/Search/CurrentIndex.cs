using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Search;

/// <summary>The newest index. Reading takes no lock.</summary>
internal sealed class CurrentIndex : ICatalogueFollower
{
    private ToolIndex _current = ToolIndex.Empty;

    /// <summary>What can be searched now; empty before the catalogue was read.</summary>
    public ToolIndex Current => Volatile.Read(ref _current);

    /// <inheritdoc/>
    public Task FollowAsync(CatalogueChange change, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _current, Current.With(change.Snapshot));
        return Task.CompletedTask;
    }
}
