namespace Capns.Messaging.Outbound;

/// <summary>A message as it goes to the broker: finished bytes and properties. What the outbox stores (platform spec 9.1).</summary>
public sealed record OutboundMessage
{
    /// <summary>UUIDv7; the AMQP <c>message_id</c> and the document's <c>id</c>.</summary>
    public required Guid Id { get; init; }

    /// <summary>Exchange; <c>""</c> is the default exchange.</summary>
    public required string Exchange { get; init; }

    /// <summary>Routing key.</summary>
    public required string RoutingKey { get; init; }

    /// <summary>UTF-8 JSON.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>AMQP <c>content_type</c>.</summary>
    public required string ContentType { get; init; }

    /// <summary>AMQP <c>type</c>: the event name.</summary>
    public required string Type { get; init; }

    /// <summary>AMQP <c>correlation_id</c>.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>AMQP <c>reply_to</c>: the queue of the sender for an answer. The outbox does not keep it: its messages want none.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>AMQP <c>timestamp</c>, to the second.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>AMQP headers; text only.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}
