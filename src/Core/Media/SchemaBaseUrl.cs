namespace Capns.Core.Media;

/// <summary>Where the profile schemas lie (CapNs spec 9.1).</summary>
public static class SchemaBaseUrl
{
    /// <summary>The base when nothing else is said.</summary>
    public const string Default = "https://capns.org/schema";

    /// <summary>Name of the setting, and of the environment variable, that gives the base itself.</summary>
    public const string Variable = "CAPNS_SCHEMA_BASE_URL";

    /// <summary>Name of the setting, and of the environment variable, that gives the registry.</summary>
    public const string RegistryVariable = "CAPNS_REGISTRY_URL";

    /// <summary>Chooses the base.</summary>
    /// <param name="schemaBaseUrl">Value of <see cref="Variable"/>; null or blank when it is not set.</param>
    /// <param name="registryUrl">Value of <see cref="RegistryVariable"/>; null or blank when it is not set.</param>
    /// <returns>The first, else <c>/schema</c> under the second, else <see cref="Default"/>; no slash at its end.</returns>
    public static string From(string? schemaBaseUrl, string? registryUrl) =>
        !string.IsNullOrWhiteSpace(schemaBaseUrl) ? schemaBaseUrl.TrimEnd('/')
        : !string.IsNullOrWhiteSpace(registryUrl) ? $"{registryUrl.TrimEnd('/')}/schema"
        : Default;

    /// <summary>Address of a profile, e.g. <c>https://capns.org/schema/str</c>.</summary>
    /// <param name="name">One of <see cref="ProfileNames"/>, or another that lies there.</param>
    /// <param name="schemaBaseUrl">Default: <see cref="Default"/>.</param>
    public static string ProfileUrl(string name, string schemaBaseUrl = Default) => $"{schemaBaseUrl.TrimEnd('/')}/{name}";
}
