using Capns.Messaging.Inbound;

namespace Capns.Messaging.Replies;

/// <summary>Where the reply to a request goes, kept with the execution so that a restart does not lose it (platform spec 3.8).</summary>
public sealed record ReplyTarget
{
    /// <summary>Exchange to publish to; <c>""</c> is the default exchange.</summary>
    public required string Exchange { get; init; }

    /// <summary>Queue name for the default exchange, event name for <c>events</c>, else <c>""</c>.</summary>
    public required string RoutingKey { get; init; }

    /// <summary>Format of the request: a MassTransit envelope is answered with one, everything else with the outbound document.</summary>
    public required BodyFormat Format { get; init; }

    /// <summary>AMQP <c>correlation_id</c> of the reply.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>MassTransit's <c>requestId</c>, repeated in the envelope of the reply.</summary>
    public string? MassTransitRequestId { get; init; }

    /// <summary>True for <c>tool.response.&lt;requestId&gt;</c> targets, whose <c>data</c> is <c>{success, data, error?}</c>.</summary>
    public bool Wrapped { get; init; }
}
