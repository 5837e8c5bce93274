using System.Text.Json;

namespace Capns.Hosting.Configuration;

/// <summary>The broker and what this instance consumes from it (platform spec 3.1, 3.3, 10.4).</summary>
public sealed record RabbitMqSettings
{
    /// <summary><c>RABBITMQ_URL</c>, required: <c>amqp://user:password@host:port/virtual-host</c> or <c>amqps://</c>.</summary>
    public required Uri Url { get; init; }

    /// <summary><c>CAPNS_AMQP_USERS</c>: the platform's own logins, whose events are believed. Default: the login of the URL.</summary>
    public required IReadOnlyList<string> Users { get; init; }

    /// <summary><c>EVENTS_EXCHANGE</c>. Default: <c>events</c>.</summary>
    public required string EventsExchange { get; init; }

    /// <summary><c>RPC_EXCHANGE</c>. Default: <c>rpc</c>.</summary>
    public required string RpcExchange { get; init; }

    /// <summary><c>DLX_EXCHANGE</c>. Default: <c>events.dlx</c>.</summary>
    public required string DlxExchange { get; init; }

    /// <summary><c>LEGACY_EVENT_ALIASES</c>: accept the alternative names of 3.12. Default: false.</summary>
    public required bool LegacyEventAliases { get; init; }

    /// <summary><c>CONSUME_QUEUES</c>: names, <c>*</c> stands for any characters. Default: <c>*</c>.</summary>
    public required IReadOnlyList<string> ConsumeQueues { get; init; }

    /// <summary><c>QUEUE_SETTINGS</c>: <c>{"queue": {"prefetch": 1..65535, "concurrency": 1..1000}}</c>; both optional. Default: none.</summary>
    public required IReadOnlyDictionary<string, QueueSetting> QueueSettings { get; init; }

    /// <exception cref="SettingException">A value is missing or cannot be used.</exception>
    public static RabbitMqSettings Read(EnvironmentReader environment)
    {
        const string Variable = "RABBITMQ_URL";
        environment.Required(Variable, "the broker's address, such as amqp://user:password@host:5672");
        var url = environment.Url(Variable, "amqp", "amqps")!;
        return new RabbitMqSettings
        {
            Url = url,
            Users = environment.List("CAPNS_AMQP_USERS", Uri.UnescapeDataString(url.UserInfo.Split(':')[0]) is { Length: > 0 } user ? user : "guest"),
            EventsExchange = Exchange(environment, "EVENTS_EXCHANGE", "events"),
            RpcExchange = Exchange(environment, "RPC_EXCHANGE", "rpc"),
            DlxExchange = Exchange(environment, "DLX_EXCHANGE", "events.dlx"),
            LegacyEventAliases = environment.Flag("LEGACY_EVENT_ALIASES", false),
            ConsumeQueues = environment.List("CONSUME_QUEUES", "*"),
            QueueSettings = ReadQueueSettings(environment),
        };
    }

    private static string Exchange(EnvironmentReader environment, string variable, string otherwise)
    {
        var name = environment.Text(variable) ?? otherwise;
        return name.Length <= 255 && !name.StartsWith("amq.", StringComparison.Ordinal)
            ? name
            : throw environment.Bad(variable, "an exchange name of up to 255 characters that does not start with amq.");
    }

    private static Dictionary<string, QueueSetting> ReadQueueSettings(EnvironmentReader environment)
    {
        const string Variable = "QUEUE_SETTINGS";
        const string Expected = """JSON such as {"capns.runner.default.normal": {"prefetch": 20, "concurrency": 20}}, with whole numbers from 1 to 65535 and from 1 to 1000""";
        if (environment.JsonObject(Variable) is not { } queues)
        {
            return [];
        }

        var settings = new Dictionary<string, QueueSetting>(StringComparer.Ordinal);
        foreach (var queue in queues.EnumerateObject())
        {
            if (queue.Value.ValueKind != JsonValueKind.Object || queue.Value.EnumerateObject().Any(member => member.Name is not ("prefetch" or "concurrency")))
            {
                throw environment.Bad(Variable, Expected);
            }

            settings[queue.Name] = new QueueSetting(Read(queue.Value, "prefetch", 65535), Read(queue.Value, "concurrency", 1000));
        }

        return settings;

        int? Read(JsonElement queue, string member, int most) =>
            !queue.TryGetProperty(member, out var value) ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 1 && number <= most ? number
            : throw environment.Bad(Variable, Expected);
    }
}

/// <summary>Overrides of one queue's numbers; null leaves the number of 3.3.</summary>
/// <param name="Prefetch">Unacknowledged messages the broker may send ahead, 1 to 65535.</param>
/// <param name="Concurrency">Messages handled at once, 1 to 1000.</param>
public sealed record QueueSetting(int? Prefetch, int? Concurrency);
