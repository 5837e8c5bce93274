using System.Text.RegularExpressions;
using Capns.Contracts;

namespace Capns.Messaging.Topology;

/// <summary>All exchanges, queues and bindings of the platform in one place (platform spec 3.1-3.3).</summary>
public sealed partial class BusTopology
{
    /// <summary>Returns to a queue before a message is dead-lettered.</summary>
    public const int DeliveryLimit = 5;

    private const int DeadLetterDeliveryLimit = 1_000_000;
    private static readonly string[] BuiltInPools = ["default", "trusted", "quarantine", "isolated"];
    private static readonly Priority[] Priorities = [Priority.High, Priority.Normal, Priority.Low];

    private readonly BusSettings _settings;
    private readonly Dictionary<string, QueueDefinition> _queues;

    /// <summary>Derives the topology from the settings: names of the shared exchanges, pools, aliases.</summary>
    public BusTopology(BusSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        var pools = BuiltInPools.Concat(settings.RunnerPools).Distinct(StringComparer.Ordinal);
        Queues = [.. Fixed(), .. pools.SelectMany(RunnerQueues)];
        _queues = Queues.ToDictionary(queue => queue.Name, StringComparer.Ordinal);
        Exchanges = [.. SharedExchanges(), .. Queues.Select(queue => new ExchangeDefinition(queue.Name, "fanout"))];
        Bindings = [.. Bridge(), .. Queues.SelectMany(QueueBindings)];
    }

    /// <summary>Declared first.</summary>
    public IReadOnlyList<ExchangeDefinition> Exchanges { get; }

    /// <summary>Declared second.</summary>
    public IReadOnlyList<QueueDefinition> Queues { get; }

    /// <summary>Declared last.</summary>
    public IReadOnlyList<BindingDefinition> Bindings { get; }

    /// <summary>True for <c>[a-z0-9-]{1,32}</c>.</summary>
    public static bool IsPoolName(string? name) => name is not null && PoolName().IsMatch(name);

    /// <summary>The definition of a queue of table 3.3; queues of runners exist for every valid pool name.</summary>
    /// <exception cref="ArgumentException">There is no such queue.</exception>
    public QueueDefinition Queue(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _queues.TryGetValue(name, out var queue) || (RunnerPool(name) is { } pool
                && (queue = RunnerQueues(pool).FirstOrDefault(candidate => candidate.Name == name)) is not null)
            ? queue
            : throw new ArgumentException($"Queue {name} is not one of the platform's queues.", nameof(name));
    }

    /// <summary>The three queues of a pool, for pools that become known after the start.</summary>
    /// <exception cref="ArgumentException">The name does not match <c>[a-z0-9-]{1,32}</c>.</exception>
    public IEnumerable<QueueDefinition> RunnerQueues(string pool) => IsPoolName(pool)
        ? Priorities.Select(priority => Quorum(QueueNames.Runner(pool, priority), prefetch: 1, concurrency: 1) with { RetryInProcess = false })
        : throw new ArgumentException($"Pool name {pool} must match [a-z0-9-]{{1,32}}.", nameof(pool));

    /// <summary>The bindings of one queue: its receive exchange, and the events it serves.</summary>
    public IEnumerable<BindingDefinition> QueueBindings(QueueDefinition queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        yield return new BindingDefinition(queue.Name, queue.Name, "", ToQueue: true);
        foreach (var name in queue.Events)
        {
            yield return queue.FromEventsExchange
                ? new BindingDefinition(_settings.EventsExchange, queue.Name, name)
                : new BindingDefinition(name, queue.Name, "");
        }

        if (queue.Name == QueueNames.DeadLetters)
        {
            yield return new BindingDefinition(_settings.DeadLetterExchange, queue.Name, "capns.#", ToQueue: true);
        }
    }

    /// <summary>True for exchanges that only the platform and its neighbours may write to as an event, never as a reply's address.</summary>
    internal bool IsOwnExchange(string exchange) => EventNames.All.Contains(exchange)
        || exchange == _settings.EventsExchange || exchange == _settings.RpcExchange || exchange == _settings.DeadLetterExchange
        || exchange.StartsWith("capns.", StringComparison.Ordinal) || exchange.Length == 0;

    /// <summary>The pool of a runner queue that these settings do not name; null for every other queue.</summary>
    internal string? PoolToDeclare(string queue) => _queues.ContainsKey(queue) ? null : RunnerPool(queue);

    private IEnumerable<QueueDefinition> Fixed() =>
    [
        Quorum(QueueNames.ExecutionRequests, 64, 32, EventNames.ExecutionRequested),
        Quorum(QueueNames.ExecutionCancellations, 32, 16, EventNames.ExecutionCancelRequested),
        Quorum(QueueNames.ApprovalDecisions, 32, 8, EventNames.ApprovalDecided),
        Quorum(QueueNames.GatewayApprovals, 16, 4, [.. EventNames.Gateway]) with { FromEventsExchange = true },
        Quorum(QueueNames.RunReports, 64, 32),
        Quorum(QueueNames.DiscoveryRequests, 32, 16, EventNames.DiscoveryRequested),
        // The endings of workflows are bound when there are workflows.
        Single(Quorum(
            QueueNames.DiscoveryLearning, 100, 1, EventNames.LearningRecorded, EventNames.ExecutionCompleted, EventNames.ExecutionFailed)),
        Single(Quorum(QueueNames.DiscoveryCatalogue, 50, 1, [.. EventNames.Catalogue])),
        Single(Quorum(QueueNames.DiscoveryCommands, 16, 1)),
        new QueueDefinition
        {
            Name = QueueNames.DeadLetters,
            Prefetch = 16,
            Concurrency = 1,
            DeliveryLimit = DeadLetterDeliveryLimit,
            Arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = DeadLetterDeliveryLimit },
        },
    ];

    private QueueDefinition Quorum(string name, int prefetch, int concurrency, params string[] events) => new()
    {
        Name = name,
        Events = events,
        Prefetch = prefetch,
        Concurrency = concurrency,
        Arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = DeliveryLimit,
            ["x-dead-letter-exchange"] = _settings.DeadLetterExchange,
            ["x-dead-letter-routing-key"] = name,
        },
    };

    private static QueueDefinition Single(QueueDefinition queue) => queue with
    {
        SingleActiveConsumer = true,
        Arguments = new Dictionary<string, object?>(queue.Arguments) { ["x-single-active-consumer"] = true },
    };

    private IEnumerable<ExchangeDefinition> SharedExchanges() =>
    [
        new(_settings.EventsExchange, "topic"),
        new(_settings.RpcExchange, "direct"),
        new(_settings.DeadLetterExchange, "topic"),
        new(EventNames.Control, "fanout"),
        .. EventNames.All.Select(name => new ExchangeDefinition(name, "fanout")),
    ];

    private IEnumerable<BindingDefinition> Bridge() =>
    [
        .. EventNames.Inbound.Select(name => new BindingDefinition(_settings.EventsExchange, name, name)),
        .. EventNames.Requests.Select(name => new BindingDefinition(_settings.RpcExchange, name, name)),
        .. EventNames.Outbound.Select(name => new BindingDefinition(name, _settings.EventsExchange, "")),
        .. _settings.LegacyEventAliases
            ? EventNames.Aliases.Select(alias => new BindingDefinition(_settings.EventsExchange, alias.Value, alias.Key))
            : [],
    ];

    private static string? RunnerPool(string queue) => RunnerQueue().Match(queue) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"\A[a-z0-9-]{1,32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PoolName();

    [GeneratedRegex(@"\Acapns\.runner\.([a-z0-9-]{1,32})\.(?:high|normal|low)\z", RegexOptions.CultureInvariant)]
    private static partial Regex RunnerQueue();
}
