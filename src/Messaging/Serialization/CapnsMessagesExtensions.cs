using MassTransit;

namespace Capns.Messaging.Serialization;

/// <summary>For .NET clients: receive the platform's events as records of Capns.Contracts.</summary>
public static class CapnsMessagesExtensions
{
    /// <summary>
    /// Lets every consumer of the bus read bodies of content type <c>application/cloudevents+json</c>: a message goes to the consumers of
    /// the record whose [MessageUrn] is its <c>type</c> (platform spec 3.6). Everything else is received as before. Call it once.
    /// </summary>
    public static void UseCapnsMessages(this IBusFactoryConfigurator configurator)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        configurator.AddDeserializer(Factory());
    }

    /// <inheritdoc cref="UseCapnsMessages(IBusFactoryConfigurator)"/>
    public static void UseCapnsMessages(this IReceiveEndpointConfigurator configurator)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        configurator.AddDeserializer(Factory());
    }

    private static DeserializerFactory Factory() => new(new CapnsDocumentDeserializer(), Outbound.OutboundDocuments.ContentType);
}
