using Capns.Core.Media;

namespace Capns.Definitions;

/// <summary>Where definitions come from and where they are kept (CapNs spec 13.1, 13.2). Immutable.</summary>
public sealed record RegistryConfig
{
    /// <summary>Where the public registry is.</summary>
    public const string DefaultRegistryUrl = "https://capns.org";

    private readonly string? _schemaUrl;

    /// <summary>Base of the addresses of definitions, without slash at the end. Default: <see cref="DefaultRegistryUrl"/>.</summary>
    /// <exception cref="ArgumentException">Not an absolute http or https address.</exception>
    public string RegistryUrl
    {
        get;
        init => field = Checked(nameof(RegistryUrl), value);
    } = DefaultRegistryUrl;

    /// <summary>Base of the addresses of profile schemas, without slash at the end. Default: <see cref="RegistryUrl"/> and <c>/schema</c>.</summary>
    /// <exception cref="ArgumentException">Not an absolute http or https address.</exception>
    public string SchemaUrl
    {
        get => SchemaBaseUrl.From(_schemaUrl, RegistryUrl);
        init => _schemaUrl = Checked(nameof(SchemaUrl), value);
    }

    /// <summary>Folder of what is kept; made when it is missing. Default: <c>capns</c> in the user's cache folder.</summary>
    public string CacheFolder { get; init; } = Path.Combine(UserCache(), "capns");

    /// <summary>How long a kept definition is taken without asking again, in whole hours from 1. Default: 24 h.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long the registry has to answer. Default: 10 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest answer that is read. Default: 1,048,576 bytes.</summary>
    public int MaxAnswerBytes { get; init; } = 1_048_576;

    /// <summary>How many requests are under way at once when several definitions are asked for, from 1. Default: 8.</summary>
    public int MaxParallelRequests { get; init; } = 8;

    /// <summary>True: nothing is fetched; what is not kept counts as unreachable. Default: false.</summary>
    public bool IsOffline { get; init; }

    /// <summary>True: nothing is written to or deleted from <see cref="CacheFolder"/>. Default: false.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>From <c>CAPNS_REGISTRY_URL</c> and <c>CAPNS_SCHEMA_BASE_URL</c>; one that is not set keeps its default.</summary>
    /// <param name="variable">Default: the process's environment.</param>
    /// <exception cref="ArgumentException">A value is no absolute http or https address.</exception>
    public static RegistryConfig FromEnvironment(Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        var config = new RegistryConfig();
        config = variable(SchemaBaseUrl.RegistryVariable) is { Length: > 0 } registry ? config with { RegistryUrl = registry } : config;
        return variable(SchemaBaseUrl.Variable) is { Length: > 0 } schema ? config with { SchemaUrl = schema } : config;
    }

    private static string Checked(string name, string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && (parsed.Scheme is "http" or "https") && parsed.Query.Length == 0 && parsed.Fragment.Length == 0
            ? url.TrimEnd('/')
            : throw new ArgumentException($"{name} must be an absolute http or https address without query; it is '{url}'.", name);

    private static string UserCache()
    {
        if (OperatingSystem.IsWindows())
        {
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache) ? cache
            : Path.Combine(home, ".cache");
    }
}
