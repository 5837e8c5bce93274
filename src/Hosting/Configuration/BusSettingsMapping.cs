using Capns.Messaging;

namespace Capns.Hosting.Configuration;

/// <summary>From the environment's view of the broker to the bus's.</summary>
public static class BusSettingsMapping
{
    /// <summary>What <c>AddCapnsMessaging</c> takes.</summary>
    /// <param name="settings">The broker's variables.</param>
    /// <param name="service"><c>SERVICE_NAME</c> is the source of all documents.</param>
    /// <param name="pools">Pools of <c>RUNNER_POOLS</c>; their queues are declared beside those of the four built-in pools.</param>
    public static BusSettings ToBus(this RabbitMqSettings settings, ServiceSettings service, IReadOnlyList<string>? pools = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(service);
        return new BusSettings
        {
            RabbitMqUrl = settings.Url,
            ServiceName = service.Name,
            EventsExchange = settings.EventsExchange,
            RpcExchange = settings.RpcExchange,
            DeadLetterExchange = settings.DlxExchange,
            LegacyEventAliases = settings.LegacyEventAliases,
            ConsumeQueues = settings.ConsumeQueues,
            QueueSettings = settings.QueueSettings.ToDictionary(queue => queue.Key, queue => new QueueNumbers(queue.Value.Prefetch, queue.Value.Concurrency)),
            RunnerPools = pools ?? [],
            PlatformUsers = settings.Users,
        };
    }
}
