using Capns.Core.Caps;

namespace Capns.Core.Dispatch;

/// <summary>An executor that says itself what it can do (CapNs spec 11.7).</summary>
public interface ICapProvider : ICapSet
{
    /// <summary>Its name in the registry of providers.</summary>
    string Name { get; }

    /// <summary>What it can do.</summary>
    /// <param name="cancellationToken">Stops asking.</param>
    ValueTask<IReadOnlyList<Cap>> GetCapsAsync(CancellationToken cancellationToken = default);
}

/// <summary>Owns the matrix of the internal and external providers (CapNs spec 11.7). Thread-safe.</summary>
/// <param name="providers">In the order of their priority.</param>
/// <param name="matrix">Default: an empty one with the default policy.</param>
public sealed class ProviderRegistry(IEnumerable<ICapProvider> providers, CapMatrix? matrix = null)
{
    private readonly ICapProvider[] _providers = [.. providers];

    /// <summary>What is registered; it may change at any time.</summary>
    public CapMatrix CapMatrix { get; } = matrix ?? new CapMatrix();

    /// <summary>Asks each provider what it can do, one after the other, and registers it. May be repeated.</summary>
    /// <exception cref="CapRegistryException">A provider did not say; those before it are registered.</exception>
    public async Task InitializeAsync(CancellationToken cancellationToken = default)
    {
        foreach (var provider in _providers)
        {
            CapMatrix.RegisterCapSet(provider.Name, provider, await AskAsync(provider, cancellationToken));
        }
    }

    private static async Task<IReadOnlyList<Cap>> AskAsync(ICapProvider provider, CancellationToken cancellationToken)
    {
        try
        {
            return await provider.GetCapsAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever happened there, the registry is what lacks something now.
            throw new CapRegistryException($"provider '{provider.Name}' did not say what it can do: {exception.Message}", exception);
        }
    }
}
