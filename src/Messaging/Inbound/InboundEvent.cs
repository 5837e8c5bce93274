using System.Text.Json;
using Capns.Messaging.Replies;
using MassTransit;

namespace Capns.Messaging.Inbound;

/// <summary>A readable inbound event, whichever of the body formats it came in (platform spec 3.5).</summary>
/// <remarks>Only its envelope has been understood; the payload is checked by whoever handles it.</remarks>
[ExcludeFromTopology]
public sealed record InboundEvent
{
    /// <summary>E.g. <c>tool.execution.requested</c>; one of the events the queue serves.</summary>
    public required string EventName { get; init; }

    /// <summary>Which format it came in; replies follow it.</summary>
    public required BodyFormat Format { get; init; }

    /// <summary>The payload: a JSON object.</summary>
    public required JsonElement Payload { get; init; }

    /// <summary>Who published it, as far as the message says; never empty.</summary>
    public required string Source { get; init; }

    /// <summary>The login that the broker has checked (AMQP <c>user_id</c>).</summary>
    public string? AmqpUser { get; init; }

    /// <summary>Platform spec 3.7.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>W3C trace context.</summary>
    public string? TraceParent { get; init; }

    /// <inheritdoc cref="TraceParent"/>
    public string? TraceState { get; init; }

    /// <summary>Where a reply goes. Absent: nowhere, or to an address that may not be written to.</summary>
    public ReplyTarget? ReplyTo { get; init; }

    /// <summary>
    /// Bearer token of header <c>authorization</c>, without its scheme; what has another form stays whole. Absent: there is no such
    /// header.
    /// </summary>
    public string? BearerToken { get; init; }

    /// <summary>
    /// Header <see cref="Inbound.ForwardedCaller.Header"/> of a message that one of the platform's own logins published. Absent: there is
    /// none, or somebody else published it.
    /// </summary>
    public string? ForwardedCaller { get; init; }

    /// <summary>
    /// Hex SHA-256 over body, message id and CloudEvents headers: recognises a re-sent message without any other key
    /// (platform spec 3.9, rule 2). Absent when a bare body without identifier was not redelivered (rule 3).
    /// </summary>
    public string? Fingerprint { get; init; }

    /// <summary>
    /// The same digest, but always present: kept with a request that has no other key, so that its redelivery, which has a
    /// <see cref="Fingerprint"/>, finds it.
    /// </summary>
    public string BodyDigest { get; init; } = "";

    /// <summary>True when the broker has delivered it before.</summary>
    public bool Redelivered { get; init; }
}

/// <summary>The inbound body formats (platform spec 3.5).</summary>
public enum BodyFormat
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>(a) MassTransit's envelope.</summary>
    MassTransitEnvelope = 1,

    /// <summary>(b1) A CloudEvent in the body.</summary>
    CloudEventStructured = 2,

    /// <summary>(b2) A CloudEvent in headers and body.</summary>
    CloudEventBinary = 3,

    /// <summary>(c) The platform's envelope.</summary>
    PlatformEnvelope = 4,

    /// <summary>(d) The payload alone.</summary>
    BareJson = 5,
}
