using System.Net.Mime;
using System.Runtime.Serialization;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace Capns.Messaging.Serialization;

/// <summary>Reads outbound documents for any MassTransit consumer.</summary>
internal sealed class CapnsDocumentDeserializer : IMessageDeserializer
{
    public ContentType ContentType { get; } = new(Outbound.OutboundDocuments.ContentType);

    public void Probe(ProbeContext context) => context.CreateScope("capns").Add("contentType", ContentType.MediaType);

    public ConsumeContext Deserialize(ReceiveContext receiveContext) => new BodyConsumeContext(
        receiveContext, Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null)
    {
        try
        {
            var document = JsonElement.Parse(body.GetBytes(), new JsonDocumentOptions { MaxDepth = Contracts.Json.WireJson.MaxDepth });
            return document.ValueKind == JsonValueKind.Object
                && document.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
                && document.TryGetProperty("data", out var data)
                ? new DocumentSerializerContext(data, type.GetString()!, new DocumentMessageContext(document, headers, destinationAddress))
                : throw new SerializationException("The body is no CloudEvent with members type and data.");
        }
        catch (JsonException failure)
        {
            throw new SerializationException("The body is not JSON.", failure);
        }
    }

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);
}

/// <summary>Hands one deserializer to MassTransit, under any content type.</summary>
internal sealed class DeserializerFactory(IMessageDeserializer deserializer, string contentType) : ISerializerFactory
{
    public ContentType ContentType { get; } = new(contentType);

    public IMessageSerializer CreateSerializer() => SystemTextJsonMessageSerializer.Instance;

    public IMessageDeserializer CreateDeserializer() => deserializer;
}
