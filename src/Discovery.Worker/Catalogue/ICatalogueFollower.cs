namespace Capns.Discovery.Worker.Catalogue;

/// <summary>Is told of every change of the catalogue that this instance has read, one after the other.</summary>
internal interface ICatalogueFollower
{
    /// <summary>Told before <see cref="CatalogueWatch.Current"/> shows the change. What it throws is logged, and it is told again.</summary>
    Task FollowAsync(CatalogueChange change, CancellationToken cancellationToken);
}
