namespace Capns.Messaging.Inbound;

/// <summary>A message as the broker delivered it: bytes and properties, nothing understood yet.</summary>
public sealed record InboundDelivery
{
    /// <summary>The body.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>AMQP <c>content_type</c>.</summary>
    public string? ContentType { get; init; }

    /// <summary>AMQP <c>message_id</c>.</summary>
    public string? MessageId { get; init; }

    /// <summary>AMQP <c>type</c>.</summary>
    public string? Type { get; init; }

    /// <summary>AMQP <c>correlation_id</c>.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>AMQP <c>reply_to</c>.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>AMQP <c>app_id</c>.</summary>
    public string? AppId { get; init; }

    /// <summary>AMQP <c>user_id</c>; the broker has compared it with the connection's login.</summary>
    public string? UserId { get; init; }

    /// <summary>The routing key it was published with.</summary>
    public string RoutingKey { get; init; } = "";

    /// <summary>AMQP headers; text as <see cref="string"/> or UTF-8 bytes.</summary>
    public IReadOnlyDictionary<string, object?> Headers { get; init; } = new Dictionary<string, object?>();

    /// <summary>True when the broker has delivered it before.</summary>
    public bool Redelivered { get; init; }
}

/// <summary>What a reader must know of the queue a message came from.</summary>
/// <param name="Name">Name of the queue.</param>
/// <param name="Events">Events the queue serves.</param>
/// <param name="Topology">Which exchanges may not be replied to.</param>
/// <param name="Settings">Own service name, alternative names, name of the events exchange.</param>
public sealed record InboundQueue(string Name, IReadOnlyList<string> Events, Topology.BusTopology Topology, BusSettings Settings);

/// <summary>Why a message can never be handled (platform spec 3.11).</summary>
public enum UnreadableReason
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>Not UTF-8, not JSON, or nested deeper than 64 levels.</summary>
    NotJson = 1,

    /// <summary>The body, or the payload in it, is no JSON object.</summary>
    NotAnObject = 2,

    /// <summary>Over 1 MiB.</summary>
    TooLarge = 3,

    /// <summary>No event of this name.</summary>
    UnknownType = 4,

    /// <summary>An event that this queue does not serve.</summary>
    WrongQueue = 5,

    /// <summary>CloudEvents of another major version than 1.</summary>
    UnsupportedSpecversion = 6,

    /// <summary>The handler failed too often.</summary>
    HandlerFailed = 7,
}

/// <summary>A message that can never be handled.</summary>
/// <param name="Reason">The kind.</param>
/// <param name="Detail">Text for people, at most 500 characters.</param>
public sealed record Unreadable(UnreadableReason Reason, string Detail)
{
    /// <summary>The word on the wire, e.g. <c>not-json</c>.</summary>
    public string Word => Reason switch
    {
        UnreadableReason.NotJson => "not-json",
        UnreadableReason.NotAnObject => "not-an-object",
        UnreadableReason.TooLarge => "too-large",
        UnreadableReason.UnknownType => "unknown-type",
        UnreadableReason.WrongQueue => "wrong-queue",
        UnreadableReason.UnsupportedSpecversion => "unsupported-specversion",
        _ => "handler-failed",
    };
}

/// <summary>Exactly one of the three: an event, an unreadable message, or an own event to be dropped.</summary>
/// <param name="Event">A readable event.</param>
/// <param name="Unreadable">Why it can never be handled.</param>
public sealed record InboundReading(InboundEvent? Event, Unreadable? Unreadable)
{
    /// <summary>True for an inbound event that this platform published itself (platform spec 3.5, rule 7).</summary>
    public bool IsOwn => Event is null && Unreadable is null;
}
