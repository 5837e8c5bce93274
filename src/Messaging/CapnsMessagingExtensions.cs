using Capns.Messaging.Broker;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using Capns.Messaging.Topology;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Capns.Messaging;

/// <summary>Registers the bus.</summary>
public static class CapnsMessagingExtensions
{
    /// <summary>
    /// Adds <see cref="IMessagePublisher"/>, <see cref="OutboundDocuments"/>, <see cref="ReplyMessages"/>, <see cref="BusTopology"/>,
    /// <see cref="IBrokerHealth"/> and <see cref="ITopologyDeclarer"/>. The topology is declared before the first message is sent and
    /// before a bus that calls <c>CapnsHost</c> starts.
    /// </summary>
    public static IServiceCollection AddCapnsMessaging(this IServiceCollection services, BusSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
        BusMeter.Announce();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.AddSingleton<BusTopology>();
        services.AddSingleton(provider => FatalStop.ForHost(provider.GetService<IHostApplicationLifetime>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<BrokerConnection>();
        services.AddSingleton<IBrokerHealth, BrokerHealth>();
        services.AddSingleton<ITopologyDeclarer>(provider => provider.GetRequiredService<BrokerConnection>());
        services.AddSingleton<MessagePublisher>();
        services.AddSingleton<IMessagePublisher>(provider => provider.GetRequiredService<MessagePublisher>());
        services.AddSingleton<OutboundDocuments>();
        services.AddSingleton<ReplyMessages>();
        services.AddSingleton<DeadLetters>();
        services.AddSingleton(provider => new TopologyBeforeBus(
            provider.GetRequiredService<BrokerConnection>(),
            provider.GetRequiredService<EndpointActivity>(),
            provider.GetService<IHostApplicationLifetime>()));
        services.AddSingleton<EndpointActivity>();
        services.AddHostedService<EndpointWatchdog>();
        return services;
    }

    /// <summary>Adds <see cref="RequestClient"/>, whose queue is named after <paramref name="service"/>. Requires <see cref="AddCapnsMessaging"/>.</summary>
    public static IServiceCollection AddRequestClient(this IServiceCollection services, string service)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(service);
        services.TryAddSingleton(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var log = provider.GetRequiredService<ILogger<RequestClient>>();
            var replies = new ReplyQueue(service, provider.GetRequiredService<BrokerConnection>(), time, log);
            return new RequestClient(provider.GetRequiredService<IMessagePublisher>(), replies, time);
        });
        return services;
    }
}
