using Capns.Discovery.Worker.Graph.Projection;
using Capns.Discovery.Worker.Graph.Reading;
using Capns.Hosting;
using Capns.Hosting.Health;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Capns.Discovery.Worker.Graph;

/// <summary>The tool graph: its server, its copying, its reading.</summary>
internal static class GraphExtensions
{
    /// <summary>
    /// Requires <c>AddDatabase</c> and <c>AddRedis</c>. Gives <see cref="GraphReader"/>; <see cref="CatalogueRelations"/> follows the
    /// catalogue.
    /// </summary>
    /// <exception cref="Hosting.Configuration.SettingException">A setting cannot be used.</exception>
    public static void AddGraph(this CapnsHostBuilder builder)
    {
        var services = builder.Services;
        var settings = GraphSettings.Read(builder.Environment);
        services.TryAddSingleton(settings);
        services.TryAddSingleton(provider => new GraphStores(settings, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<GraphStatus>();
        services.TryAddSingleton<GraphMeter>();
        services.TryAddSingleton<GraphCache>();
        services.TryAddSingleton<GraphTruth>();
        services.TryAddSingleton<PostgresToolGraph>();
        services.TryAddSingleton<CatalogueRelations>();
        services.TryAddSingleton(provider => new GraphReader(
            provider.GetRequiredService<GraphStores>().Executor is { } executor ? new CypherToolGraph(executor) : null,
            provider.GetRequiredService<PostgresToolGraph>(),
            provider.GetRequiredService<GraphStatus>(),
            provider.GetRequiredService<GraphCache>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IGraphAnswers>(provider => provider.GetRequiredService<GraphReader>());
        if (settings.IsEnabled)
        {
            services.TryAddSingleton(provider => new GraphProjector(
                provider.GetRequiredService<GraphTruth>(),
                provider.GetRequiredService<NpgsqlDataSource>(),
                provider.GetRequiredService<GraphStores>().Executor!,
                provider.GetRequiredService<ILogger<GraphProjector>>()));
        }

        services.AddSingleton<IHealthPart, GraphPart>();
        services.AddHostedService(provider =>
        {
            // Its gauges are there before the first question.
            provider.GetRequiredService<GraphMeter>();
            return ActivatorUtilities.CreateInstance<GraphWatch>(provider);
        });
    }
}
