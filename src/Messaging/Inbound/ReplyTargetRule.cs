using System.Text;
using Capns.Messaging.Replies;

namespace Capns.Messaging.Inbound;

/// <summary>Where a reply goes (platform spec 3.8). Addresses that nobody may make the platform write to are passed over.</summary>
internal static class ReplyTargetRule
{
    private const int ShortTextBytes = 255;

    public static ReplyTarget? Find(Envelope envelope, EventName name, InboundDelivery delivery, InboundQueue queue, string? correlationId)
    {
        var events = queue.Settings.EventsExchange;
        var target = ToExchange(envelope.ResponseAddress, queue)
            ?? ToQueue(delivery.ReplyTo, queue)
            ?? ToQueue(envelope.MetadataReplyTo, queue)
            ?? ToKey(envelope.PayloadText("responseEventType"), name, events)
            ?? ToAlias(envelope.PayloadText("requestId"), name, events);
        return target is null ? null : target with
        {
            Format = envelope.Format,
            CorrelationId = correlationId,
            MassTransitRequestId = envelope.RequestId,
        };
    }

    private static ReplyTarget? ToExchange(string? exchange, InboundQueue queue) =>
        IsName(exchange) && !queue.Topology.IsOwnExchange(exchange!) && !exchange!.StartsWith("amq.", StringComparison.Ordinal)
            ? Target(exchange, "")
            : null;

    private static ReplyTarget? ToQueue(string? name, InboundQueue queue) =>
        IsName(name) && !queue.Topology.IsOwnExchange(name!) ? Target("", name!) : null;

    // The form binds the key to the request, so that no other event can be forged with it.
    private static ReplyTarget? ToKey(string? key, EventName name, string events)
    {
        var prefix = name.Canonical + ".response.";
        return IsName(key) && key!.Length > prefix.Length && key.StartsWith(prefix, StringComparison.Ordinal) ? Target(events, key) : null;
    }

    private static ReplyTarget? ToAlias(string? requestId, EventName name, string events)
    {
        var key = $"tool.response.{requestId}";
        return name.IsAlias && !string.IsNullOrEmpty(requestId) && IsName(key) ? Target(events, key) with { Wrapped = true } : null;
    }

    private static bool IsName(string? name) => !string.IsNullOrEmpty(name) && Encoding.UTF8.GetByteCount(name) <= ShortTextBytes;

    private static ReplyTarget Target(string exchange, string routingKey) =>
        new() { Exchange = exchange, RoutingKey = routingKey, Format = BodyFormat.Unknown };
}
