using System.Net;
using System.Text;
using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Access.FirstStart;
using Capns.Registry.Worker.Access.Keys;
using Capns.Registry.Worker.Access.OpenId;

namespace Capns.Registry.Worker.Access;

/// <summary>How callers may log in (platform spec 8.1, 10.4). Read from the environment; a bad value stops the host.</summary>
internal sealed record AccessOptions
{
    /// <summary>Name of the issuer of our own clients' tokens.</summary>
    public const string OwnIssuer = "urn:capns:registry";

    private const string Jwt = "jwt";
    private const string OAuth = "oauth";
    private const string ApiKey = "apikey";

    /// <summary>AUTH_METHODS has <c>jwt</c>: tokens signed with <see cref="JwtSecret"/>.</summary>
    public bool TakesJwt { get; init; } = true;

    /// <summary>AUTH_METHODS has <c>oauth</c>: tokens of <see cref="OAuthAuthority"/> and of our own clients.</summary>
    public bool TakesOAuth { get; init; } = true;

    /// <summary>AUTH_METHODS has <c>apikey</c>.</summary>
    public bool TakesApiKeys { get; init; } = true;

    /// <summary>
    /// JWT_SECRET, at least 32 bytes outside Development. Absent: nobody signs by HS256, and there are no tokens of our own.
    /// </summary>
    public ReadOnlyMemory<byte>? JwtSecret { get; init; }

    /// <summary>JWT_ISSUER.</summary>
    public string JwtIssuer { get; init; } = "uaip-security-gateway";

    /// <summary>JWT_AUDIENCE.</summary>
    public string JwtAudience { get; init; } = "uaip-services";

    /// <summary>OAUTH_AUTHORITY: an https URL, or http on this machine. Absent: there is no outside provider.</summary>
    public Uri? OAuthAuthority { get; init; }

    /// <summary>OAUTH_AUDIENCE. Default: <see cref="JwtAudience"/>.</summary>
    public string OAuthAudience { get; init; } = "uaip-services";

    /// <summary>CAPNS_ADMIN_KEY: the first administrator's API key. Absent: one is made at the first start, and printed once.</summary>
    public ApiKeyText? AdministratorKey { get; init; }

    /// <summary>TRUSTED_PROXIES: whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed. Empty: nobody's.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Reads the settings.</summary>
    /// <param name="environment">The variables.</param>
    /// <param name="isDevelopment">True: short and well-known secrets are taken.</param>
    /// <exception cref="SettingException">A value cannot be used.</exception>
    public static AccessOptions Read(EnvironmentReader environment, bool isDevelopment)
    {
        const string Methods = "AUTH_METHODS";
        var methods = environment.List(Methods, Jwt, OAuth, ApiKey);
        if (methods.Count == 0 || methods.Any(method => method is not (Jwt or OAuth or ApiKey)))
        {
            throw environment.Bad(Methods, $"words of {Jwt}, {OAuth}, {ApiKey}, with commas between them");
        }

        var defaults = new AccessOptions();
        var audience = environment.Text("JWT_AUDIENCE") ?? defaults.JwtAudience;
        return new AccessOptions
        {
            TakesJwt = methods.Contains(Jwt),
            TakesOAuth = methods.Contains(OAuth),
            TakesApiKeys = methods.Contains(ApiKey),
            JwtSecret = Secret(environment, isDevelopment),
            JwtIssuer = Issuer(environment, defaults.JwtIssuer),
            JwtAudience = audience,
            OAuthAuthority = Authority(environment),
            OAuthAudience = environment.Text("OAUTH_AUDIENCE") ?? audience,
            AdministratorKey = Administrator(environment, isDevelopment),
            TrustedProxies = Login.TrustedProxies.Read(environment),
        };
    }

    private static string Issuer(EnvironmentReader environment, string otherwise)
    {
        const string Name = "JWT_ISSUER";
        var issuer = environment.Text(Name) ?? otherwise;
        return issuer != OwnIssuer ? issuer : throw environment.Bad(Name, $"another name than {OwnIssuer}, which is this registry's own");
    }

    private static ReadOnlyMemory<byte>? Secret(EnvironmentReader environment, bool isDevelopment)
    {
        const string Name = "JWT_SECRET";
        if (environment.Text(Name) is not { } text)
        {
            return null;
        }

        SecretRules.Demand(Name, text, isDevelopment);
        return Encoding.UTF8.GetBytes(text);
    }

    private static Uri? Authority(EnvironmentReader environment)
    {
        const string Name = "OAUTH_AUTHORITY";
        if (environment.Text(Name) is not { } text)
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && OpenIdFetch.IsAllowed(url) && url.Query.Length == 0
            ? url
            : throw environment.Bad(Name, "an https:// URL without login, query and fragment (http:// only on this machine)");
    }

    private static ApiKeyText? Administrator(EnvironmentReader environment, bool isDevelopment)
    {
        const string Name = "CAPNS_ADMIN_KEY";
        if (environment.Text(Name) is not { } text)
        {
            return null;
        }

        // The value is a secret and shown nowhere.
        if (!ApiKeyText.TryRead(text, out var key))
        {
            throw new SettingException(
                $"{Name} cannot be used; it needs the form capns_<id>_<secret>, with letters and digits, "
                + $"4 to 32 of them in <id> and {ApiKeyText.LeastSecret} to 128 in <secret>.");
        }

        SecretRules.Demand(Name, key.Secret, isDevelopment);
        return key;
    }
}
