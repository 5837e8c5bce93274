using Capns.Messaging.Topology;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Capns.Messaging.Endpoints;

/// <summary>How the workers consume the platform's queues.</summary>
public static class CapnsEndpointExtensions
{
    private static readonly TimeSpan[] Retries = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];
    private static readonly TimeSpan OutagePause = TimeSpan.FromSeconds(1);

    // Half an hour: RabbitMQ closes channels that hold a message longer, and counts that as a return.
    private const int OutageTries = 1800;

    /// <summary>Connects the bus to the broker of <see cref="BusSettings"/>; waits for it as long as it is away. Call it first.</summary>
    public static void CapnsHost(this IRabbitMqBusFactoryConfigurator configurator, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(services);
        var settings = services.GetRequiredService<BusSettings>();
        var url = settings.RabbitMqUrl;
        var secure = url.Scheme == "amqps";
        configurator.Host(url.Host, (ushort)(url.Port > 0 ? url.Port : secure ? 5671 : 5672), settings.VirtualHost, settings.ServiceName, host =>
        {
            host.Username(settings.User);
            host.Password(settings.Password);
            host.Heartbeat(TimeSpan.FromSeconds(10));
            if (secure)
            {
                host.UseSsl(ssl => ssl.ServerName = url.Host);
            }
        });
        Reconnecting.EverySecond(configurator);
        configurator.ConnectBusObserver(services.GetRequiredService<TopologyBeforeBus>());
        configurator.ConnectReceiveObserver(services.GetRequiredService<EndpointActivity>());
    }

    /// <summary>
    /// Consumes one queue of platform spec 3.3, if this instance is to (<c>CONSUME_QUEUES</c>). Queues that serve events deliver
    /// <see cref="Inbound.InboundEvent"/>; the others deliver the records of Capns.Contracts that they carry.
    /// </summary>
    /// <remarks>
    /// A failing handler is repeated after 200 ms, 1 s and 5 s (not on queues of runners), then the message goes back to the queue; after
    /// 5 returns it is dead-lettered. Failures that <paramref name="isOutage"/> recognises are repeated every second for half an hour instead, the
    /// message unacknowledged, before it goes back. Faults are not published.
    /// </remarks>
    /// <param name="configurator">The bus.</param>
    /// <param name="services">The container; <c>AddCapnsMessaging</c> must have been called.</param>
    /// <param name="queue">Name of the queue.</param>
    /// <param name="configure">Adds the consumers.</param>
    /// <param name="numbers">Prefetch and concurrency in place of table 3.3's; <c>QUEUE_SETTINGS</c> has the last word.</param>
    /// <param name="isOutage">True for failures that mean that a store is away.</param>
    public static void CapnsEndpoint(
        this IRabbitMqBusFactoryConfigurator configurator,
        IServiceProvider services,
        string queue,
        Action<IRabbitMqReceiveEndpointConfigurator> configure,
        QueueNumbers? numbers = null,
        Func<Exception, bool>? isOutage = null)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var settings = services.GetRequiredService<BusSettings>();
        if (!settings.Consumes(queue))
        {
            return;
        }

        var definition = services.GetRequiredService<BusTopology>().Queue(queue);
        services.GetRequiredService<EndpointActivity>().Expect(definition);
        configurator.ReceiveEndpoint(queue, endpoint =>
        {
            foreach (var (name, value) in definition.Arguments)
            {
                endpoint.SetQueueArgument(name, value);
            }

            Configure(endpoint, services, definition, numbers, isOutage);
            configure(endpoint);
        });
    }

    /// <summary>Hears the signals on <c>capns.control</c> on a queue of this instance alone, which goes away with it.</summary>
    /// <param name="configurator">The bus.</param>
    /// <param name="services">The container.</param>
    /// <param name="instanceId">Unique name of this process.</param>
    /// <param name="configure">Adds consumers of <see cref="Contracts.Running.ControlSignal"/>.</param>
    public static void CapnsInstanceEndpoint(
        this IRabbitMqBusFactoryConfigurator configurator,
        IServiceProvider services,
        string instanceId,
        Action<IRabbitMqReceiveEndpointConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var definition = new QueueDefinition
        {
            Name = QueueNames.Instance(instanceId),
            Arguments = new Dictionary<string, object?>(),
            Prefetch = 50,
            Concurrency = 1,
        };
        configurator.ReceiveEndpoint(definition.Name, endpoint =>
        {
            endpoint.Durable = false;
            endpoint.AutoDelete = true;
            endpoint.Exclusive = true;
            endpoint.Bind(EventNames.Control, exchange =>
            {
                exchange.ExchangeType = "fanout";
                exchange.Durable = true;
                exchange.AutoDelete = false;
            });
            Configure(endpoint, services, definition, null, null);
            configure(endpoint);
        });
    }

    private static void Configure(
        IRabbitMqReceiveEndpointConfigurator endpoint, IServiceProvider services, QueueDefinition queue, QueueNumbers? numbers, Func<Exception, bool>? isOutage)
    {
        var settings = services.GetRequiredService<BusSettings>();
        var last = settings.QueueSettings.GetValueOrDefault(queue.Name);
        endpoint.PrefetchCount = last?.Prefetch ?? numbers?.Prefetch ?? queue.Prefetch;
        endpoint.ConcurrentMessageLimit = last?.Concurrency ?? numbers?.Concurrency ?? queue.Concurrency;
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        UseOwnFormats(endpoint, new EndpointDeserializer(queue, services.GetRequiredService<BusTopology>(), settings));

        var deadLetters = services.GetRequiredService<DeadLetters>();
        endpoint.RethrowFaultedMessages();
        endpoint.ConfigureDeadLetter(pipe => pipe.UseFilter(new NoConsumerFilter(queue.Name, deadLetters)));
        endpoint.UseFilter(new ConsumeSpanFilter(queue.Name));
        if (isOutage is not null)
        {
            endpoint.UseMessageRetry(retry =>
            {
                retry.Handle<Exception>(isOutage);
                retry.Interval(OutageTries, OutagePause);
            });
        }

        if (queue.RetryInProcess)
        {
            endpoint.UseMessageRetry(retry =>
            {
                if (isOutage is not null)
                {
                    retry.Ignore<Exception>(isOutage);
                }

                retry.Intervals(Retries);
            });
        }

        var clock = services.GetRequiredService<TimeProvider>();
        var lossLog = services.GetRequiredService<ILogger<ConnectionLossFilter>>();
        endpoint.ConfigureChannel(channel => channel.UseFilter(new ConnectionLossFilter(queue.Name, clock, lossLog)));

        var log = services.GetRequiredService<ILogger<DeadLetters>>();
        endpoint.Consumer(() => new UnhandleableMessageConsumer(queue.Name, deadLetters, log));
    }

    // MassTransit chooses by content type and falls back to the default; so the one reader stands behind both.
    private static void UseOwnFormats(IReceiveEndpointConfigurator endpoint, EndpointDeserializer deserializer)
    {
        foreach (var contentType in new[] { "application/vnd.masstransit+json", "application/json", "application/cloudevents+json" })
        {
            endpoint.AddDeserializer(new Serialization.DeserializerFactory(deserializer, contentType), isDefault: contentType == "application/cloudevents+json");
        }
    }
}
