using Capns.Core.Media;

namespace Capns.Definitions;

/// <summary>Where definitions come from and where they are kept (CapNs spec 13.1, 13.2). Immutable.</summary>
public sealed record RegistryConfig
{
    /// <summary>Where the public registry is.</summary>
    public const string DefaultRegistryUrl = "https://capns.org";

    /// <summary>The longest that a definition can be kept, in hours: about 114 years.</summary>
    public const int MaxHoursToLive = 1_000_000;

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

    /// <summary>How long a kept definition is taken without asking again.</summary>
    /// <value>Whole hours, from 1 to <see cref="MaxHoursToLive"/>. Default: 24 h.</value>
    /// <exception cref="ArgumentException">It is not.</exception>
    public TimeSpan TimeToLive
    {
        get;
        init => field = value.Ticks % TimeSpan.TicksPerHour == 0 && value.TotalHours is >= 1 and <= MaxHoursToLive ? value
            : throw new ArgumentException(
                $"{nameof(TimeToLive)} must be whole hours from 1 to {MaxHoursToLive}; it is {value}.", nameof(value));
    } = TimeSpan.FromHours(24);

    /// <summary>How long the registry has to answer, to the last byte.</summary>
    /// <value>More than none, up to one day. Default: 10 s.</value>
    /// <exception cref="ArgumentException">It is not.</exception>
    public TimeSpan RequestTimeout
    {
        get;
        init => field = value > TimeSpan.Zero && value <= TimeSpan.FromDays(1) ? value
            : throw new ArgumentException(
                $"{nameof(RequestTimeout)} must be more than none and at most one day; it is {value}.", nameof(value));
    } = TimeSpan.FromSeconds(10);

    /// <summary>Largest answer that is read, in bytes.</summary>
    /// <value>From 1. Default: 1,048,576.</value>
    /// <exception cref="ArgumentException">It is less.</exception>
    public int MaxAnswerBytes
    {
        get;
        init => field = FromOne(nameof(MaxAnswerBytes), value);
    } = 1_048_576;

    /// <summary>How many requests are under way at once when several definitions are asked for.</summary>
    /// <value>From 1. Default: 8.</value>
    /// <exception cref="ArgumentException">It is less.</exception>
    public int MaxParallelRequests
    {
        get;
        init => field = FromOne(nameof(MaxParallelRequests), value);
    } = 8;

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

    private static int FromOne(string name, int value) =>
        value >= 1 ? value : throw new ArgumentException($"{name} must be at least 1; it is {value}.", nameof(value));

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
