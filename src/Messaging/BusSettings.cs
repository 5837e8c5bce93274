using System.Text.RegularExpressions;

namespace Capns.Messaging;

/// <summary>How a process is connected to the bus (platform spec 10.4). The workers read it from the environment through Capns.Hosting.</summary>
public sealed record BusSettings
{
    /// <summary><c>RABBITMQ_URL</c>, e.g. <c>amqp://user:password@host:5672/vhost</c>; <c>amqps</c> for TLS.</summary>
    public required Uri RabbitMqUrl { get; init; }

    /// <summary><c>SERVICE_NAME</c>: the source of all own documents. Inbound events from this source are dropped.</summary>
    /// <value>Default: <c>capability-registry</c>.</value>
    public string ServiceName { get; init; } = "capability-registry";

    /// <summary><c>EVENTS_EXCHANGE</c>: the platform-wide topic exchange.</summary>
    /// <value>Default: <c>events</c>.</value>
    public string EventsExchange { get; init; } = "events";

    /// <summary><c>RPC_EXCHANGE</c>: the direct exchange for requests.</summary>
    /// <value>Default: <c>rpc</c>.</value>
    public string RpcExchange { get; init; } = "rpc";

    /// <summary><c>DLX_EXCHANGE</c>: the topic exchange for dead letters.</summary>
    /// <value>Default: <c>events.dlx</c>.</value>
    public string DeadLetterExchange { get; init; } = "events.dlx";

    /// <summary><c>LEGACY_EVENT_ALIASES</c>: also accept the alternative names (platform spec 3.12).</summary>
    /// <value>Default: false.</value>
    public bool LegacyEventAliases { get; init; }

    /// <summary><c>CONSUME_QUEUES</c>: names of the queues this instance consumes, with commas between; <c>*</c> stands for any text.</summary>
    /// <value>Default: <c>*</c>.</value>
    public IReadOnlyList<string> ConsumeQueues { get; init; } = ["*"];

    /// <summary><c>QUEUE_SETTINGS</c>: JSON, queue name → <c>{prefetch, concurrency}</c>, 1 to 65,535 and 1 to 1,000. Overrides table 3.3.</summary>
    public IReadOnlyDictionary<string, QueueNumbers> QueueSettings { get; init; } = new Dictionary<string, QueueNumbers>();

    /// <summary><c>RUNNER_POOLS</c>: pools that get queues, beside <c>default</c>, <c>trusted</c>, <c>quarantine</c>, <c>isolated</c>.</summary>
    public IReadOnlyList<string> RunnerPools { get; init; } = [];

    /// <summary><c>CAPNS_AMQP_USERS</c>: logins whose copies of our own events are believed (platform spec 3.3, rule 8).</summary>
    /// <value>Default: the login of <see cref="RabbitMqUrl"/>.</value>
    public IReadOnlyList<string> PlatformUsers { get; init; } = [];

    /// <summary>Login of <see cref="RabbitMqUrl"/>; <c>guest</c> when the URL names none.</summary>
    public string User => RabbitMqUrl.UserInfo.Split(':', 2) is [{ Length: > 0 } user, ..] ? Uri.UnescapeDataString(user) : "guest";

    /// <summary>Password of <see cref="RabbitMqUrl"/>; <c>guest</c> when the URL names none.</summary>
    public string Password => RabbitMqUrl.UserInfo.Split(':', 2) is [_, var password] ? Uri.UnescapeDataString(password) : "guest";

    /// <summary>Virtual host of <see cref="RabbitMqUrl"/>; <c>/</c> when the URL names none.</summary>
    public string VirtualHost => RabbitMqUrl.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(RabbitMqUrl.AbsolutePath[1..]) : "/";

    /// <summary>True when <see cref="PlatformUsers"/>, or by default the own login, names <paramref name="user"/>.</summary>
    public bool IsPlatformUser(string? user) =>
        user is not null && (PlatformUsers.Count == 0 ? user == User : PlatformUsers.Contains(user, StringComparer.Ordinal));

    /// <summary>True when <see cref="ConsumeQueues"/> names <paramref name="queue"/>.</summary>
    public bool Consumes(string queue) => ConsumeQueues.Any(pattern => Matches(pattern, queue));

    private static bool Matches(string pattern, string queue) => Regex.IsMatch(
        queue, $"\\A{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}\\z", RegexOptions.CultureInvariant);
}

/// <summary>How much of a queue one instance takes at once.</summary>
/// <param name="Prefetch">Messages the broker hands out unacknowledged. Absent: as in table 3.3.</param>
/// <param name="Concurrency">Messages that are handled at the same time. Absent: as in table 3.3.</param>
public sealed record QueueNumbers(int? Prefetch, int? Concurrency);
