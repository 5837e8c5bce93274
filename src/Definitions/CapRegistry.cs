using Capns.Core.Caps;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Definitions;

/// <summary>Definitions of capabilities: kept ones first, else from the registry (CapNs spec 13). Thread-safe.</summary>
public sealed class CapRegistry : ICapSource
{
    private readonly DefinitionSource<Cap> _source;
    private readonly IReadOnlyList<Cap> _standard;

    private CapRegistry(RegistryConfig config, DefinitionSource<Cap> source, IReadOnlyList<Cap> standard)
    {
        Config = config;
        _source = source;
        _standard = standard;
    }

    /// <summary>Where definitions come from and are kept.</summary>
    public RegistryConfig Config { get; }

    /// <summary>Reads what is kept, and deletes of it what is expired or broken.</summary>
    /// <param name="config">Default: <see cref="RegistryConfig.FromEnvironment"/>.</param>
    /// <param name="http">
    /// Stays the caller's. Default: one that all share, which follows redirects, also to other hosts. A timeout of its that is
    /// shorter than <see cref="RegistryConfig.RequestTimeout"/> counts, too.
    /// </param>
    /// <param name="standard">Definitions that are known without the registry. Default: none.</param>
    /// <param name="time">Default: the system's clock.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="DefinitionException">CacheError: the folder cannot be read.</exception>
    public static async Task<CapRegistry> OpenAsync(
        RegistryConfig? config = null,
        HttpClient? http = null,
        IReadOnlyList<Cap>? standard = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        config ??= RegistryConfig.FromEnvironment();
        var store = new DefinitionStore<Cap>(config.CacheFolder, "definition", config.IsReadOnly);
        var kind = new DefinitionKind<Cap>("Cap", config.TimeToLive, config.RequestTimeout, Read);
        var source = new DefinitionSource<Cap>(kind, store, http ?? RegistryHttp.Shared, config, time ?? TimeProvider.System);
        await source.LoadAsync(cancellationToken);
        foreach (var cap in standard ?? [])
        {
            source.Seed(cap.Urn.ToString(), cap);
        }

        return new CapRegistry(config, source, standard ?? []);
    }

    /// <summary>The definition of a capability.</summary>
    /// <param name="urn">Its name; one that is no capability URN is asked for as it is written.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DefinitionException">HttpError, NotFound, ParseError, CacheError.</exception>
    public async Task<Cap> GetCapAsync(string urn, CancellationToken cancellationToken = default) =>
        (await GetEntryAsync(urn, cancellationToken)).Definition;

    /// <summary>The definition of a capability, and how fresh it is: when the registry cannot be asked, a kept one that is expired is better than none.</summary>
    /// <inheritdoc cref="GetCapAsync" />
    public Task<DefinitionEntry<Cap>> GetEntryAsync(string urn, CancellationToken cancellationToken = default)
    {
        var key = CapUrn.TryParse(urn, out var parsed, out _) ? parsed.ToString() : urn;
        return _source.GetAsync(key, RegistryHttp.AddressOf(Config, CapUrn.Prefix, key), cancellationToken);
    }

    /// <summary>The definition of a capability; null when the registry does not have it or cannot be asked.</summary>
    /// <exception cref="DefinitionException">ParseError, CacheError.</exception>
    public async Task<Cap?> TryGetCapAsync(string urn, CancellationToken cancellationToken = default)
    {
        try
        {
            return await GetCapAsync(urn, cancellationToken);
        }
        catch (DefinitionException exception) when (exception.Failure is DefinitionFailure.NotFound or DefinitionFailure.HttpError)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public async ValueTask<Cap?> FindAsync(CapUrn urn, CancellationToken cancellationToken = default)
    {
        try
        {
            return await GetCapAsync(urn.ToString(), cancellationToken);
        }
        catch (DefinitionException exception) when (exception is { Failure: DefinitionFailure.NotFound, IsUnreachable: false })
        {
            return null;
        }
        catch (DefinitionException exception)
        {
            throw new MediaSourceUnreachableException(exception.Message, exception);
        }
    }

    /// <summary>Several definitions, in the order asked for; up to <see cref="RegistryConfig.MaxParallelRequests"/> at once.</summary>
    /// <exception cref="DefinitionException">The first failure; the others are not fetched any more.</exception>
    public Task<IReadOnlyList<Cap>> GetCapsAsync(IReadOnlyList<string> urns, CancellationToken cancellationToken = default) =>
        RegistryHttp.AllAsync(urns, Config.MaxParallelRequests, GetCapAsync, cancellationToken);

    /// <summary>True when <see cref="GetCapAsync"/> gives a definition.</summary>
    public async Task<bool> CapExistsAsync(string urn, CancellationToken cancellationToken = default)
    {
        try
        {
            await GetCapAsync(urn, cancellationToken);
            return true;
        }
        catch (DefinitionException)
        {
            return false;
        }
    }

    /// <summary>What is kept, fresh or not, and what came with the program. Asks nobody.</summary>
    public IReadOnlyList<Cap> GetCachedCaps() => [.. _source.Known];

    /// <summary>What came with the program.</summary>
    public IReadOnlyList<Cap> GetStandardCaps() => _standard;

    /// <summary>Compares a definition with the registry's: command and type of standard input must be the same.</summary>
    /// <exception cref="DefinitionException">ValidationError: they are not. Else as <see cref="GetCapAsync"/>.</exception>
    public async Task ValidateCapAsync(Cap cap, CancellationToken cancellationToken = default)
    {
        var canonical = await GetCapAsync(cap.Urn.ToString(), cancellationToken);
        Require(cap.Command == canonical.Command, $"Command mismatch. Local: {cap.Command}, Canonical: {canonical.Command}");
        Require(
            cap.StdinMediaUrn == canonical.StdinMediaUrn,
            $"stdin mismatch. Local: {cap.StdinMediaUrn ?? "none"}, Canonical: {canonical.StdinMediaUrn ?? "none"}");
    }

    /// <summary>The registry's definition, validated as <see cref="ValidateCapAsync"/> does.</summary>
    /// <exception cref="DefinitionException">As both.</exception>
    public async Task<Cap> GetValidatedCapAsync(string urn, CancellationToken cancellationToken = default)
    {
        var cap = await GetCapAsync(urn, cancellationToken);
        await ValidateCapAsync(cap, cancellationToken);
        return cap;
    }

    /// <summary>Forgets everything that is kept, also on disk.</summary>
    /// <exception cref="DefinitionException">CacheError.</exception>
    public void ClearCache()
    {
        _source.Clear();
        foreach (var cap in _standard)
        {
            _source.Seed(cap.Urn.ToString(), cap);
        }
    }

    private static Cap Read(string text, string key)
    {
        var cap = Cap.Parse(text);
        // Another definition under this name would be kept and found under it.
        return !CapUrn.TryParse(key, out var asked, out _) || asked.IsEquivalentTo(cap.Urn)
            ? cap
            : throw new FormatException($"it defines '{cap.Urn}'.");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new DefinitionException(DefinitionFailure.ValidationError, message);
        }
    }
}
