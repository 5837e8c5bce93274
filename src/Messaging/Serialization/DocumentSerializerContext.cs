using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using System.Text.Json;
using Capns.Contracts.Json;
using MassTransit;
using MassTransit.Serialization;

namespace Capns.Messaging.Serialization;

/// <summary>The payload of an outbound document as the record whose [MessageUrn] is the document's <c>type</c>.</summary>
internal sealed class DocumentSerializerContext(JsonElement payload, string name, MessageContext context)
    : SystemTextJsonSerializerContext(
        SystemTextJsonMessageSerializer.Instance,
        WireJson.Options,
        new ContentType(Outbound.OutboundDocuments.ContentType),
        context,
        [$"urn:message:{name}"],
        envelope: null,
        message: payload)
{
    public override bool TryGetMessage<T>([NotNullWhen(true)] out T? message)
        where T : class
    {
        message = IsSupportedMessageType<T>() ? payload.Deserialize<T>(WireJson.Options) : null;
        return message is not null;
    }
}
