using System.Text;
using Capns.Access.OpenId;
using Capns.Hosting.Configuration;

namespace Capns.Access.Login;

/// <summary>Whose logins are taken (platform spec 8.1, 10.4). Read from the environment; a bad value stops the host.</summary>
internal sealed record LoginSettings
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

    /// <summary>Reads the settings.</summary>
    /// <param name="environment">The variables.</param>
    /// <param name="isDevelopment">True: short and well-known secrets are taken.</param>
    /// <exception cref="SettingException">A value cannot be used.</exception>
    public static LoginSettings Read(EnvironmentReader environment, bool isDevelopment)
    {
        const string Methods = "AUTH_METHODS";
        var methods = environment.List(Methods, Jwt, OAuth, ApiKey);
        if (methods.Count == 0 || methods.Any(method => method is not (Jwt or OAuth or ApiKey)))
        {
            throw environment.Bad(Methods, $"words of {Jwt}, {OAuth}, {ApiKey}, with commas between them");
        }

        var defaults = new LoginSettings();
        var audience = environment.Text("JWT_AUDIENCE") ?? defaults.JwtAudience;
        return new LoginSettings
        {
            TakesJwt = methods.Contains(Jwt),
            TakesOAuth = methods.Contains(OAuth),
            TakesApiKeys = methods.Contains(ApiKey),
            JwtSecret = Secret(environment, isDevelopment),
            JwtIssuer = Issuer(environment, defaults.JwtIssuer),
            JwtAudience = audience,
            OAuthAuthority = Authority(environment),
            OAuthAudience = environment.Text("OAUTH_AUDIENCE") ?? audience,
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
}
