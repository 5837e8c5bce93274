using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Core.Json;
using Capns.Core.Media;

namespace Capns.Definitions;

/// <summary>The JSON Schemas that profiles name: embedded, kept, or fetched from where the profile says (CapNs spec 10.4). Thread-safe.</summary>
public sealed class ProfileSchemaRegistry : IProfileSchemaSource
{
    /// <summary>How long a kept schema is taken without asking again: 7 days.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromDays(7);

    /// <summary>How long a server has to answer: 30 s.</summary>
    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    private const string AddressMember = "profile_url";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly DefinitionSource<JsonNode> _source;
    private readonly EmbeddedProfileSchemas _embedded;

    private ProfileSchemaRegistry(DefinitionSource<JsonNode> source, EmbeddedProfileSchemas embedded)
    {
        _source = source;
        _embedded = embedded;
    }

    /// <inheritdoc cref="CapRegistry.OpenAsync" />
    public static async Task<ProfileSchemaRegistry> OpenAsync(
        RegistryConfig? config = null, HttpClient? http = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        config ??= RegistryConfig.FromEnvironment();
        var store = new DefinitionStore<JsonNode>(Path.Combine(config.CacheFolder, "profile_schemas"), "schema_json", config.IsReadOnly, digits: 16);
        var kind = new DefinitionKind<JsonNode>("Profile schema", TimeToLive, RequestTimeout, Read,
            uri => new Dictionary<string, string> { [AddressMember] = uri });
        var source = new DefinitionSource<JsonNode>(kind, store, http ?? RegistryHttp.Shared, config, time ?? TimeProvider.System);
        await source.LoadAsync(cancellationToken);
        return new ProfileSchemaRegistry(source, new EmbeddedProfileSchemas(config.SchemaUrl));
    }

    /// <inheritdoc />
    /// <remarks>A profile that is no http or https address is not known; nobody is asked.</remarks>
    public async ValueTask<JsonElement?> FindAsync(string profileUri, CancellationToken cancellationToken = default)
    {
        if (await _embedded.FindAsync(profileUri, cancellationToken) is { } embedded)
        {
            return embedded;
        }

        if (!Uri.TryCreate(profileUri, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return null;
        }

        try
        {
            return ToElement((await _source.GetAsync(profileUri, profileUri, cancellationToken)).Definition);
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

    /// <summary>The schema of a profile if it is embedded or kept, fresh or not; null: it is neither. Asks nobody.</summary>
    public async ValueTask<JsonElement?> FindCachedAsync(string profileUri) =>
        await _embedded.FindAsync(profileUri) ?? (_source.FindKnown(profileUri) is { } entry ? ToElement(entry.Definition) : null);

    /// <summary>True when <see cref="FindAsync"/> gives a schema.</summary>
    public async Task<bool> SchemaExistsAsync(string profileUri, CancellationToken cancellationToken = default)
    {
        try
        {
            return await FindAsync(profileUri, cancellationToken) is not null;
        }
        catch (MediaSourceUnreachableException)
        {
            return false;
        }
    }

    /// <summary>True when this profile needs no network.</summary>
    public bool IsEmbeddedProfile(string profileUri) => _embedded.Contains(profileUri);

    /// <summary>The addresses of all that are embedded.</summary>
    public IReadOnlyCollection<string> EmbeddedProfiles => _embedded.ProfileUris;

    /// <summary>The addresses of all that are embedded or kept, fresh or not; each once.</summary>
    public IReadOnlyCollection<string> CachedProfiles => [.. _embedded.ProfileUris.Union(_source.KnownBeside(AddressMember))];

    /// <summary>Forgets everything that is kept, also on disk; what is embedded stays.</summary>
    /// <exception cref="DefinitionException">CacheError.</exception>
    public void ClearCache() => _source.Clear();

    private static JsonElement ToElement(JsonNode schema) => schema.Deserialize<JsonElement>();

    private static JsonNode Read(string text, string uri)
    {
        var schema = JsonNode.Parse(text, documentOptions: Strict);
        if (schema is not JsonObject && schema?.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
        {
            throw new FormatException("a JSON Schema is an object, true or false.");
        }

        using var document = JsonDocument.Parse(text);
        return JsonTextGuard.FindProblem(document.RootElement) is { } problem ? throw new FormatException($"it {problem}.") : schema;
    }
}
