using Capns.Hosting;
using Capns.Hosting.Health;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Loading;
using Capns.Registry.Worker.Tools.Registration;
using Capns.Registry.Worker.Tools.Signing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Registry.Worker.Tools;

/// <summary>Registers the catalogue.</summary>
internal static class ToolsExtensions
{
    /// <summary>The catalogue, registration, and the loading of definitions at start. The database must be migrated before hosted services start.</summary>
    /// <exception cref="Capns.Hosting.Configuration.SettingException">A setting cannot be used.</exception>
    public static void AddTools(this CapnsHostBuilder builder)
    {
        builder.Services.AddSingleton<IToolCache, RedisToolCache>();
        builder.Services.AddSingleton(CatalogueSigning.Read(builder.Environment));
        builder.Services.AddTools(ToolOptions.Read(builder.Environment));
    }

    /// <summary>The same with settings that are read already.</summary>
    public static IServiceCollection AddTools(this IServiceCollection services, ToolOptions options)
    {
        services.TryAddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.TryAddSingleton<CatalogueRevision>();
        services.TryAddSingleton<IToolCache, NoToolCache>();
        services.TryAddSingleton<ToolCatalogue>();
        services.TryAddSingleton<ToolRegistration>();
        services.TryAddSingleton(CatalogueSigning.Off);
        services.TryAddSingleton<CatalogueExchange>();
        services.TryAddSingleton<LoadedTools>();
        services.AddSingleton<IHealthPart>(provider => provider.GetRequiredService<LoadedTools>());
        services.AddHostedService<ToolLoader>();
        return services;
    }
}
