namespace Capns.Discovery.Worker.Commands;

/// <summary>Makes the projected graph anew from PostgreSQL (platform spec 7.1).</summary>
internal interface IGraphRebuild
{
    /// <summary>Takes the work on, so that a kill -9 does not lose it, and returns; what it takes goes on behind that. May be called again at any time.</summary>
    Task RebuildAsync(CancellationToken cancellationToken);
}
