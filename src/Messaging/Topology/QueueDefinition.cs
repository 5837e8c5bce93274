namespace Capns.Messaging.Topology;

/// <summary>An exchange as it is declared (platform spec 3.1). Always durable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type"><c>fanout</c>, <c>topic</c> or <c>direct</c>.</param>
public sealed record ExchangeDefinition(string Name, string Type);

/// <summary>A binding as it is declared (platform spec 3.2, 3.3).</summary>
/// <param name="Source">The exchange messages come from.</param>
/// <param name="Destination">The exchange or queue they go to.</param>
/// <param name="RoutingKey">Key; <c>""</c> for fanout exchanges.</param>
/// <param name="ToQueue">True when <paramref name="Destination"/> is a queue.</param>
public sealed record BindingDefinition(string Source, string Destination, string RoutingKey, bool ToQueue = false);

/// <summary>A queue as it is declared and consumed (platform spec 3.3). Always a durable quorum queue.</summary>
public sealed record QueueDefinition
{
    /// <summary>Its name, and that of its receive exchange.</summary>
    public required string Name { get; init; }

    /// <summary>Events whose exchanges are bound to it. Empty: it is sent to by name, and carries internal messages.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>True: its events have no exchanges of their own and are routed to it from the events exchange.</summary>
    public bool FromEventsExchange { get; init; }

    /// <summary>Declared arguments, <c>x-…</c>.</summary>
    public required IReadOnlyDictionary<string, object?> Arguments { get; init; }

    /// <summary>Messages the broker hands out unacknowledged.</summary>
    public required int Prefetch { get; init; }

    /// <summary>Messages that are handled at the same time.</summary>
    public required int Concurrency { get; init; }

    /// <summary>Returns to the queue before the message is dead-lettered.</summary>
    public int DeliveryLimit { get; init; } = BusTopology.DeliveryLimit;

    /// <summary>True when only one consumer at a time gets messages.</summary>
    public bool SingleActiveConsumer { get; init; }

    /// <summary>
    /// False for the queues of runners: a failed handler must not run again in the same delivery, because the tool may have started.
    /// </summary>
    public bool RetryInProcess { get; init; } = true;
}
