using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>Providers and plugins behind one question: who can do this? (CapNs spec 11.7). Thread-safe.</summary>
public sealed class CapService
{
    /// <summary>The name of the matrix of providers, which wins ties.</summary>
    public const string ProvidersName = "providers";

    /// <summary>The name of the matrix of plugins.</summary>
    public const string PluginsName = "plugins";

    private readonly ProviderRegistry _providers;
    private readonly IPluginGateway _plugins;

    /// <summary>Puts both into a block, providers first.</summary>
    /// <param name="providers">The providers.</param>
    /// <param name="plugins">The plugins.</param>
    /// <param name="options">Default: the default policy, strict requests.</param>
    public CapService(ProviderRegistry providers, IPluginGateway plugins, CapBlockOptions? options = null)
    {
        (_providers, _plugins) = (providers, plugins);
        Block = new CapBlock(options);
        Block.AddRegistry(ProvidersName, providers.CapMatrix);
        Block.AddRegistry(PluginsName, plugins.CapMatrix);
    }

    /// <summary>Everything that is registered.</summary>
    public CapBlock Block { get; }

    /// <summary>Fills both matrices: first the providers', then the plugins'.</summary>
    /// <exception cref="CapRegistryException">A provider did not say what it can do.</exception>
    public async Task InitializeAsync(CancellationToken cancellationToken = default)
    {
        await _providers.InitializeAsync(cancellationToken);
        await _plugins.InitializeAsync(cancellationToken);
    }

    /// <summary>
    /// What calls the best for a request: of what is registered and what plugins can do beside it. What is registered wins a tie.
    /// </summary>
    /// <exception cref="NoSetsFoundException">No one can.</exception>
    public async Task<CapCaller> CanAsync(CapUrn request, CancellationToken cancellationToken = default)
    {
        _ = Block.TryFindBestCapSet(request, out var registered);
        var resolved = await _plugins.ResolveAsync(request, cancellationToken);
        if (resolved is not null && (registered is null || Beats(resolved, registered)))
        {
            return ToCaller(request, resolved with { RegistryName = PluginsName });
        }

        return registered is not null ? Block.ToCaller(request, registered)
            : throw NoSetsFoundException.Among(Block.Snapshot.Candidates(), request, Block.Options.Policy);
    }

    /// <inheritdoc cref="CanAsync(CapUrn, CancellationToken)" />
    /// <exception cref="InvalidUrnException">The text is no capability URN.</exception>
    public async Task<CapCaller> CanAsync(string request, CancellationToken cancellationToken = default) =>
        await CanAsync(Block.ParseRequest(request), cancellationToken);

    // A gateway need not register what it finds; then there is nothing in the block to hold on to.
    private CapCaller ToCaller(CapUrn request, BestCapSetMatch match) =>
        Block.Snapshot.Holds(match) ? Block.ToCaller(request, match) : Block.ToCaller(request, match.Cap, match.Set);

    // Scored here: a gateway may have chosen by another scheme. A tie is never the gateway's, whatever breaks ties elsewhere.
    private bool Beats(BestCapSetMatch resolved, BestCapSetMatch registered)
    {
        var scheme = Block.Options.Policy.Scheme;
        return resolved.Cap.Urn.GetSpecificity(scheme) > registered.Cap.Urn.GetSpecificity(scheme);
    }
}
