using Capns.Messaging.Endpoints;
using Capns.Messaging.Replies;
using MassTransit;

namespace Capns.Messaging.Inbound;

/// <summary>What a consumer of internal messages may have to know beside the record: who sent it, and who waits for an answer.</summary>
public sealed record CommandDelivery
{
    /// <summary>The login that the broker has checked; of a message that was replayed by hand, that of its first publisher.</summary>
    public string? AmqpUser { get; init; }

    /// <summary>Where the answer goes. Absent: nobody waits for one, or the address may not be written to.</summary>
    public ReplyTarget? ReplyTo { get; init; }

    /// <summary>AMQP <c>correlation_id</c>.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>True when the broker has delivered it before: it may have been carried out already.</summary>
    public bool Redelivered { get; init; }

    /// <summary>Of a message that is being consumed.</summary>
    /// <param name="context">The delivery.</param>
    /// <param name="settings">Whose word for another publisher is believed.</param>
    /// <param name="topology">What no answer may be written to.</param>
    public static CommandDelivery Of(ReceiveContext context, BusSettings settings, Topology.BusTopology topology)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(topology);
        var delivery = EndpointDeserializer.Delivery(context);
        return new CommandDelivery
        {
            AmqpUser = ReplayedMessage.UserOf(delivery, new AmqpHeaders(delivery.Headers), settings),
            ReplyTo = delivery.ReplyTo is { } queue && !topology.IsOwnExchange(queue)
                ? new ReplyTarget { Exchange = "", RoutingKey = queue, Format = BodyFormat.CloudEventStructured, CorrelationId = delivery.CorrelationId }
                : null,
            CorrelationId = delivery.CorrelationId,
            Redelivered = delivery.Redelivered,
        };
    }
}
