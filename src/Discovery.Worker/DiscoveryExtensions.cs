using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Persistence;
using Capns.Discovery.Worker.Requests;
using Capns.Hosting;
using Capns.Hosting.Configuration;
using Capns.Hosting.Postgres;
using Capns.Messaging;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;
using MassTransit;

namespace Capns.Discovery.Worker;

/// <summary>Everything this worker consists of.</summary>
internal static class DiscoveryExtensions
{
    public static void AddDiscovery(this CapnsHostBuilder builder)
    {
        var broker = builder.AddRabbitMq();
        builder.ServeHttpFirst();
        builder.AddDatabase();
        builder.Services.AddCatalogue();
        builder.Services.AddSingleton<DiscoveryMeter>();
        builder.Services.AddCapnsMessaging(broker.ToBus(builder.Service));
        builder.Services.AddMassTransit(configurator =>
        {
            configurator.AddConsumer<CatalogueConsumer>();
            configurator.AddConsumer<DiscoveryRequestConsumer>();
            configurator.UsingRabbitMq((context, bus) =>
            {
                bus.CapnsHost(context);
                bus.CapnsEndpoint(
                    context, QueueNames.DiscoveryCatalogue, endpoint => endpoint.ConfigureConsumer<CatalogueConsumer>(context), isOutage: IsOutage);
                bus.CapnsEndpoint(
                    context, QueueNames.DiscoveryRequests, endpoint => endpoint.ConfigureConsumer<DiscoveryRequestConsumer>(context), isOutage: IsOutage);
            });
        });
    }

    private static void AddCatalogue(this IServiceCollection services)
    {
        services.AddSingleton<CatalogueReader>();
        services.AddSingleton<CatalogueWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<CatalogueWatch>());
    }

    /// <summary>True for what passes when a server comes back.</summary>
    private static bool IsOutage(Exception exception) => exception is MessageNotConfirmedException || DatabaseOutage.Is(exception);
}
