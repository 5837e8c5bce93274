using Capns.Access;
using Capns.Access.Keys;
using Capns.Access.Login;
using Capns.Access.Messages;
using Capns.Access.Rules;
using Capns.Discovery.Worker.Learning;
using Capns.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Discovery.Worker.Rights;

/// <summary>Registers <see cref="ICallerRights"/>.</summary>
internal static class RightsExtensions
{
    /// <summary>Requires an <c>NpgsqlDataSource</c> on the registry's database. Reads its variables for logins.</summary>
    /// <exception cref="Hosting.Configuration.SettingException">A setting cannot be used.</exception>
    public static void AddRights(this CapnsHostBuilder builder)
    {
        builder.Services.AddRights(LoginSettings.Read(builder.Environment, builder.IsDevelopment), AnonymousRights.Read(builder.Environment));
        builder.Services.AddHostedService<RulesWatch>();
    }

    /// <summary>The same with settings that are read already, and without what runs by itself.</summary>
    public static IServiceCollection AddRights(this IServiceCollection services, LoginSettings logins, AnonymousRights anonymous)
    {
        services.TryAddSingleton(anonymous);
        services.TryAddSingleton<IKeyOwners, NoKeyOwners>();
        services.TryAddSingleton<LastRules>();
        services.TryAddSingleton<IAccessRules>(provider => provider.GetRequiredService<LastRules>());
        services.TryAddSingleton<RecentFilters>();
        services.TryAddSingleton<CallerRights>();
        services.TryAddSingleton<RememberedCallers>();
        services.TryAddSingleton<ICallerRights>(provider => provider.GetRequiredService<CallerRights>());
        services.TryAddSingleton<ILearningRights>(provider => provider.GetRequiredService<CallerRights>());
        return services.AddCallers(logins);
    }
}
