using Capns.Access.Login;
using Capns.Access.Messages;
using Capns.Access.OpenId;
using Capns.Access.Rules;
using Capns.Access.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Capns.Access;

/// <summary>Registers what finds out who asks, and the rules by which that is decided.</summary>
internal static class CallerServices
{
    /// <summary>
    /// Requires an <c>NpgsqlDataSource</c> on the registry's database, a <see cref="TimeProvider"/>, an <see cref="AnonymousRights"/>,
    /// an <see cref="IAccessRules"/> and an <see cref="Keys.IKeyOwners"/>.
    /// </summary>
    public static IServiceCollection AddCallers(this IServiceCollection services, LoginSettings settings)
    {
        services.TryAddSingleton<IAccessTables, AccessTables>();
        services.TryAddSingleton<AccessState>();
        services.TryAddSingleton<TokenReader>();
        services.TryAddSingleton<TokenCallers>();
        services.TryAddSingleton<MessageCallers>();
        AddIssuers(services, settings);
        return services;
    }

    private static void AddIssuers(IServiceCollection services, LoginSettings settings)
    {
        if (settings is { TakesJwt: true, JwtSecret: { } secret })
        {
            services.AddSingleton<ITokenIssuer>(new SecretIssuer(settings.JwtIssuer, settings.JwtAudience, secret));
        }

        if (settings is { TakesOAuth: true, JwtSecret: { } shared })
        {
            services.AddSingleton<ITokenIssuer>(new OwnIssuer(LoginSettings.OwnIssuer, settings.JwtAudience, shared));
        }

        if (settings is { TakesOAuth: true, OAuthAuthority: { } authority })
        {
            services.AddSingleton<ITokenIssuer>(provider => new OpenIdIssuer(
                authority, settings.OAuthAudience,
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<OpenIdIssuer>>()));
        }
    }
}
