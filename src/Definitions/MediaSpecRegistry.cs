using System.Text.Json;
using Capns.Core.Media;

namespace Capns.Definitions;

/// <summary>What media URNs stand for: built in, kept, or from the registry (CapNs spec 13). Thread-safe.</summary>
public sealed class MediaSpecRegistry : IMediaSpecSource
{
    private readonly DefinitionSource<MediaSpecDef> _source;

    private MediaSpecRegistry(RegistryConfig config, DefinitionSource<MediaSpecDef> source, BuiltinMediaSpecs builtin)
    {
        Config = config;
        _source = source;
        Builtin = builtin;
    }

    /// <summary>Where definitions come from and are kept.</summary>
    public RegistryConfig Config { get; }

    private BuiltinMediaSpecs Builtin { get; }

    /// <inheritdoc cref="CapRegistry.OpenAsync" />
    public static async Task<MediaSpecRegistry> OpenAsync(
        RegistryConfig? config = null, HttpClient? http = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        config ??= RegistryConfig.FromEnvironment();
        var store = new DefinitionStore<MediaSpecDef>(Path.Combine(config.CacheFolder, "media"), "spec", config.IsReadOnly);
        var kind = new DefinitionKind<MediaSpecDef>("Media spec", config.TimeToLive, config.RequestTimeout, Read);
        var source = new DefinitionSource<MediaSpecDef>(kind, store, http ?? RegistryHttp.Shared, config, time ?? TimeProvider.System);
        await source.LoadAsync(cancellationToken);
        var registry = new MediaSpecRegistry(config, source, new BuiltinMediaSpecs(config.SchemaUrl));
        registry.Seed();
        return registry;
    }

    /// <summary>What a media URN stands for.</summary>
    /// <param name="urn">One that is no media URN is asked for as it is written.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DefinitionException">HttpError, NotFound, ParseError, CacheError.</exception>
    public async Task<MediaSpecDef> GetMediaSpecAsync(string urn, CancellationToken cancellationToken = default) =>
        (await GetEntryAsync(urn, cancellationToken)).Definition;

    /// <summary>What a media URN stands for, and how fresh that is.</summary>
    /// <inheritdoc cref="GetMediaSpecAsync" />
    public Task<DefinitionEntry<MediaSpecDef>> GetEntryAsync(string urn, CancellationToken cancellationToken = default)
    {
        var key = KeyOf(urn);
        return _source.GetAsync(key, RegistryHttp.AddressOf(Config, MediaUrn.Prefix, key), cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<MediaSpecDef?> FindAsync(MediaUrn urn, CancellationToken cancellationToken = default)
    {
        try
        {
            return await GetMediaSpecAsync(urn.ToString(), cancellationToken);
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

    /// <summary>Several, in the order asked for; up to <see cref="RegistryConfig.MaxParallelRequests"/> at once.</summary>
    /// <exception cref="DefinitionException">The first failure; the others are not fetched any more.</exception>
    public Task<IReadOnlyList<MediaSpecDef>> GetMediaSpecsAsync(IReadOnlyList<string> urns, CancellationToken cancellationToken = default) =>
        RegistryHttp.AllAsync(urns, Config.MaxParallelRequests, GetMediaSpecAsync, cancellationToken);

    /// <summary>True when <see cref="GetMediaSpecAsync"/> gives one.</summary>
    public async Task<bool> MediaSpecExistsAsync(string urn, CancellationToken cancellationToken = default)
    {
        try
        {
            await GetMediaSpecAsync(urn, cancellationToken);
            return true;
        }
        catch (DefinitionException)
        {
            return false;
        }
    }

    /// <summary>What is kept, fresh or not, and what is built in. Asks nobody.</summary>
    public IReadOnlyList<MediaSpecDef> GetCachedSpecs() => [.. _source.Known];

    /// <summary>What is kept or built in under a URN; null: nothing. Asks nobody.</summary>
    public MediaSpecDef? GetCachedSpec(string urn) => _source.FindKnown(KeyOf(urn))?.Definition;

    /// <summary>What is built in.</summary>
    public IReadOnlyList<MediaSpecDef> GetStandardSpecs() => Builtin.Specs;

    /// <summary>The media URNs of files with an extension, of all that is kept or built in; in canonical order.</summary>
    /// <param name="extension">Without dot, in any case.</param>
    /// <exception cref="DefinitionException">ExtensionNotFound.</exception>
    public IReadOnlyList<MediaUrn> MediaUrnsForExtension(string extension) =>
        ExtensionMappings().TryGetValue(extension, out var urns)
            ? urns
            : throw new DefinitionException(DefinitionFailure.ExtensionNotFound, $"No media type has the extension '{extension}' (extensions are given without dot).");

    /// <summary>All extensions and their media URNs, of all that is kept or built in.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<MediaUrn>> ExtensionMappings() => _source.Known
        .Select(spec => (spec.Extensions, Urn: MediaUrn.TryParse(spec.Urn, out var urn, out _) ? urn : null))
        .Where(spec => spec.Urn is not null) // a kept file may say anything
        .SelectMany(spec => spec.Extensions, (spec, extension) => (Extension: extension, Urn: spec.Urn!))
        .GroupBy(pair => pair.Extension, pair => pair.Urn, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(
            group => group.Key,
            IReadOnlyList<MediaUrn> (group) => [.. group.Distinct().OrderBy(urn => urn.ToString(), StringComparer.Ordinal)],
            StringComparer.OrdinalIgnoreCase);

    /// <summary>Forgets everything that is kept, also on disk; what is built in stays.</summary>
    /// <exception cref="DefinitionException">CacheError.</exception>
    public void ClearCache()
    {
        _source.Clear();
        Seed();
    }

    private static string KeyOf(string urn) => MediaUrn.TryParse(urn, out var parsed, out _) ? parsed.ToString() : urn;

    private static MediaSpecDef Read(string text, string key)
    {
        var spec = JsonSerializer.Deserialize<MediaSpecDef>(text) ?? throw new FormatException("it is null.");
        var urn = MediaUrn.Parse(spec.Urn);
        return !MediaUrn.TryParse(key, out var asked, out _) || asked == urn ? spec : throw new FormatException($"it defines '{urn}'.");
    }

    private void Seed()
    {
        foreach (var spec in Builtin.Specs)
        {
            _source.Seed(KeyOf(spec.Urn), spec);
        }
    }
}
