using Capns.Messaging.Broker;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Capns.Messaging.Capabilities;

/// <summary>Registers the calling of capabilities.</summary>
public static class CapsClientExtensions
{
    /// <summary>Adds <see cref="BusCaps"/>. Requires <c>AddCapnsMessaging</c>.</summary>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    public static IServiceCollection AddCapnsClient(this IServiceCollection services, CapsClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        options.Check(RegistryName);
        services.TryAddSingleton(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var settings = provider.GetRequiredService<BusSettings>();
            var publisher = provider.GetRequiredService<IMessagePublisher>();
            var replies = new ReplyQueue(options.Name, provider.GetRequiredService<BrokerConnection>(), time, provider.GetRequiredService<ILogger<BusCaps>>());
            var requests = new RequestClient(publisher, replies, time);
            var documents = new OutboundDocuments(settings with { ServiceName = options.Name }, time);
            return new BusCaps(new ExecutionClient(publisher, documents, requests, options, time), requests);
        });
        return services;
    }

    /// <summary>The registry's source where nobody has set another.</summary>
    private const string RegistryName = "capability-registry";
}
