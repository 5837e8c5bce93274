using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using Capns.Contracts.Json;
using MassTransit;
using MassTransit.Serialization;

namespace Capns.Messaging.Serialization;

/// <summary>A message that has been read already, as the one type it is.</summary>
internal sealed class ReadySerializerContext(object ready, MessageContext context)
    : SystemTextJsonSerializerContext(
        SystemTextJsonMessageSerializer.Instance,
        WireJson.Options,
        new ContentType(Outbound.OutboundDocuments.ContentType),
        context,
        [MessageUrn.ForTypeString(ready.GetType())],
        envelope: null,
        message: ready)
{
    public override bool TryGetMessage<T>([NotNullWhen(true)] out T? message)
        where T : class
    {
        message = Message as T;
        return message is not null;
    }

    public override bool TryGetMessage(Type messageType, [NotNullWhen(true)] out object? message)
    {
        message = messageType.IsInstanceOfType(Message) ? Message : null;
        return message is not null;
    }

    public override bool IsSupportedMessageType<T>() => Message is T;

    public override bool IsSupportedMessageType(Type messageType) => messageType.IsInstanceOfType(Message);
}
