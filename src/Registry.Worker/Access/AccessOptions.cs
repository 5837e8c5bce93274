using System.Net;
using Capns.Access.Login;
using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Access.Keys;

namespace Capns.Registry.Worker.Access;

/// <summary>How callers may log in (platform spec 8.1, 10.4). Read from the environment; a bad value stops the host.</summary>
internal sealed record AccessOptions
{
    /// <summary>Whose logins are taken.</summary>
    public LoginSettings Logins { get; init; } = new();

    /// <summary>CAPNS_ADMIN_KEY: the first administrator's API key. Absent: one is made at the first start, and printed once.</summary>
    public ApiKeyText? AdministratorKey { get; init; }

    /// <summary>TRUSTED_PROXIES: whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed. Empty: nobody's.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Reads the settings.</summary>
    /// <param name="environment">The variables.</param>
    /// <param name="isDevelopment">True: short and well-known secrets are taken.</param>
    /// <exception cref="SettingException">A value cannot be used.</exception>
    public static AccessOptions Read(EnvironmentReader environment, bool isDevelopment) => new()
    {
        Logins = LoginSettings.Read(environment, isDevelopment),
        AdministratorKey = Administrator(environment, isDevelopment),
        TrustedProxies = Login.TrustedProxies.Read(environment),
    };

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
