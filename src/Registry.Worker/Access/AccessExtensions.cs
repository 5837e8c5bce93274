using Capns.Access;
using Capns.Access.Keys;
using Capns.Access.Messages;
using Capns.Access.Rules;
using Capns.Hosting;
using Capns.Registry.Worker.Access.Administration;
using Capns.Registry.Worker.Access.Clients;
using Capns.Registry.Worker.Access.FirstStart;
using Capns.Registry.Worker.Access.Keys;
using Capns.Registry.Worker.Access.Login;
using Capns.Registry.Worker.Access.Messages;
using Capns.Registry.Worker.Access.Rules;
using Capns.Registry.Worker.Access.Waiting;
using Capns.Registry.Worker.Executions.Admission;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Registry.Worker.Access;

/// <summary>Registers logins, rules and the identity of messages.</summary>
internal static class AccessExtensions
{
    /// <summary>Requires <c>AddRedis</c>, <c>AddPersistence</c>, <c>AddAdmission</c> and an <see cref="Audit.IAuditTrail"/>.</summary>
    /// <exception cref="Hosting.Configuration.SettingException">A setting cannot be used.</exception>
    public static void AddAccess(this CapnsHostBuilder builder)
    {
        builder.Services.AddAccess(AccessOptions.Read(builder.Environment, builder.IsDevelopment));
        builder.Services.AddHostedService<AdministratorAtStart>();
        builder.Services.AddHostedService<AccessWatch>();
    }

    /// <summary>The same with settings that are read already, and without what runs by itself.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, AccessOptions options)
    {
        services.TryAddSingleton(options);
        services.TryAddSingleton<IAccessRules>(provider => provider.GetRequiredService<AccessState>());
        services.TryAddSingleton<AccessControl>();
        services.TryAddSingleton<IAccessControl>(provider => provider.GetRequiredService<AccessControl>());
        services.TryAddSingleton<ApiKeyCallers>();
        services.TryAddSingleton<IKeyOwners, KeyOwners>();
        services.TryAddSingleton<CallerToday>();
        services.TryAddSingleton<LoginLimiter>();
        services.TryAddSingleton<LoginAudit>();
        services.TryAddSingleton<ILogins, Logins>();
        services.TryAddSingleton<ICallerReader, CallerReader>();
        services.TryAddSingleton<TokenEndpoint>();
        services.TryAddSingleton<AccessChanges>();
        services.TryAddSingleton<LastAdministrator>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, HeadersFirst>());
        services.TryAddSingleton(new FirstKeyPrinter(Console.Error));
        services.TryAddSingleton(provider => new AnonymousRights(provider.GetRequiredService<AdmissionOptions>().AnonymousPermissions));
        return services.AddCallers(options.Logins);
    }

    /// <summary>
    /// Finds the caller of every request. After <c>ApiConventions</c>, so that its errors are problems with a request id.
    /// </summary>
    public static void UseAccess(this WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<AccessOptions>().TrustedProxies;
        if (proxies.Count > 0)
        {
            app.UseForwardedHeaders(TrustedProxies.Settings(proxies));
        }

        app.UseMiddleware<AccessMiddleware>();
    }

    /// <summary>Maps <c>/oauth/token</c> and the paths of grants, policies, keys and service accounts (platform spec 4.3).</summary>
    public static void MapAccess(this IEndpointRouteBuilder app)
    {
        app.MapPost(AccessMiddleware.TokenPath, (HttpContext context, TokenEndpoint endpoint) => endpoint.AnswerAsync(context))
            .NeedsNoLogin();
        app.MapGrants();
        app.MapPolicies();
        app.MapApiKeys();
        app.MapServiceAccounts();
    }
}
