using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>Owns the matrix of what plugins can do, however they are reached (CapNs spec 11.7). Thread-safe.</summary>
public interface IPluginGateway
{
    /// <summary>What is registered; it may change at any time.</summary>
    CapMatrix CapMatrix { get; }

    /// <summary>Starts the plugins, or asks them, and registers what they can do.</summary>
    Task InitializeAsync(CancellationToken cancellationToken = default);

    /// <summary>The best that plugins can do for a request, those that are not registered yet among them.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>Null when no plugin can.</returns>
    ValueTask<BestCapSetMatch?> ResolveAsync(CapUrn request, CancellationToken cancellationToken = default);
}
