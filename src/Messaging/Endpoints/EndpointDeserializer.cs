using System.Net.Mime;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Serialization;
using Capns.Messaging.Topology;
using MassTransit;
using MassTransit.Serialization;

namespace Capns.Messaging.Endpoints;

/// <summary>
/// Reads what arrives on one of our queues: public events as <see cref="InboundEvent"/>, internal messages as their records. What can
/// never be handled becomes an <see cref="UnhandleableMessage"/>, which the endpoint dead-letters. Never throws for what a sender did.
/// </summary>
internal sealed class EndpointDeserializer(QueueDefinition queue, BusTopology topology, BusSettings settings) : IMessageDeserializer
{
    private static readonly Dictionary<string, Type> Records = typeof(Contracts.Running.RunTool).Assembly.GetExportedTypes()
        .Where(type => type.IsDefined(typeof(MessageUrnAttribute), inherit: false))
        .ToDictionary(OutboundDocuments.NameOf, StringComparer.Ordinal);

    private readonly InboundQueue _inbound = new(queue.Name, queue.Events, topology, settings);

    public ContentType ContentType { get; } = new(OutboundDocuments.ContentType);

    public void Probe(ProbeContext context) => context.CreateScope("capns").Add("queue", queue.Name);

    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        var delivery = Delivery(receiveContext);
        var (message, document) = Tired(delivery) ?? (queue.Events.Count > 0 ? Event(delivery) : Record(delivery));
        return new BodyConsumeContext(receiveContext, Ready(message, document, receiveContext.TransportHeaders, receiveContext.InputAddress));
    }

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null)
    {
        var (message, document) = Record(new InboundDelivery { Body = body.GetBytes() });
        return Ready(message, document, headers, destinationAddress);
    }

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    internal static InboundDelivery Delivery(ReceiveContext context)
    {
        var basic = context as RabbitMqBasicConsumeContext
            ?? (context.TryGetPayload<RabbitMqBasicConsumeContext>(out var payload) ? payload : null);
        var properties = basic?.Properties;
        return new InboundDelivery
        {
            Body = context.Body.GetBytes(),
            ContentType = properties?.ContentType,
            MessageId = properties?.MessageId,
            Type = properties?.Type,
            CorrelationId = properties?.CorrelationId,
            ReplyTo = properties?.ReplyTo,
            AppId = properties?.AppId,
            UserId = properties?.UserId,
            RoutingKey = basic?.RoutingKey ?? "",
            Headers = properties?.Headers is { } headers ? headers.ToDictionary(header => header.Key, header => header.Value) : [],
            Redelivered = context.Redelivered,
        };
    }

    private static ReadySerializerContext Ready(object message, JsonElement document, Headers headers, Uri? destination) =>
        new(message, new DocumentMessageContext(document, headers, destination));

    private (object, JsonElement) Event(InboundDelivery delivery)
    {
        var reading = InboundBody.Read(delivery, _inbound);
        return (reading.Event ?? (object)new UnhandleableMessage(reading.Unreadable), default);
    }

    private static (object, JsonElement) Record(InboundDelivery delivery)
    {
        try
        {
            var document = InboundBody.ParseObject(delivery.Body, InboundBody.MaxInternalBytes, WireJson.MaxDepth);
            var name = document.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString()! : delivery.Type;
            return name is not null && Records.TryGetValue(name, out var record) && document.TryGetProperty("data", out var data)
                ? (data.Deserialize(record, WireJson.Options) ?? Unhandleable(UnreadableReason.NotAnObject, "Member data is null."), document)
                : (Unhandleable(UnreadableReason.UnknownType, $"There is no internal message \"{name}\" with member data."), document);
        }
        catch (UnreadableException unreadable)
        {
            return (Unhandleable(unreadable.Reason, unreadable.Message), default);
        }
        catch (JsonException failure)
        {
            return (Unhandleable(UnreadableReason.HandlerFailed, $"The payload does not fit its record: {failure.Message}"), default);
        }
    }

    // Where the broker does not count a return itself, the limit is kept here (platform spec 3.11, rule 1).
    private (object, JsonElement)? Tired(InboundDelivery delivery)
    {
        // A message that was replayed by hand may still carry the counts of its former life.
        if (!delivery.Redelivered)
        {
            return null;
        }

        var returns = Math.Max(Count(delivery, "x-delivery-count"), Count(delivery, "x-acquired-count"));
        return returns > queue.DeliveryLimit
            ? (Unhandleable(UnreadableReason.HandlerFailed, $"Returned to the queue {returns} times; at most {queue.DeliveryLimit} are allowed."), default)
            : null;
    }

    private static long Count(InboundDelivery delivery, string header) => delivery.Headers.GetValueOrDefault(header) switch
    {
        long count => count,
        int count => count,
        _ => 0,
    };

    private static UnhandleableMessage Unhandleable(UnreadableReason reason, string detail) => new(new Unreadable(reason, detail));
}
