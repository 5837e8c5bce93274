using System.Text.Json;
using RabbitMQ.Client;

namespace Capns.Integration.Tests;

/// <summary>Writes one payload in each inbound body format, as foreign clients do (platform spec 3.5).</summary>
internal static class Formats
{
    public static readonly IReadOnlyList<string> All =
        ["masstransit", "cloudevents-structured", "cloudevents-binary", "platform-envelope", "bare-json"];

    public static (byte[] Body, BasicProperties Properties) Write(string format, string eventName, object data)
    {
        var properties = new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent };
        object document = format switch
        {
            "masstransit" => new
            {
                messageId = Guid.NewGuid(),
                messageType = new[] { $"urn:message:{eventName}" },
                message = data,
                sourceAddress = "rabbitmq://somewhere/test-service",
            },
            "cloudevents-structured" => new
            {
                specversion = "1.0",
                id = Guid.NewGuid(),
                type = eventName,
                source = "test-service",
                datacontenttype = "application/json",
                data,
            },
            "platform-envelope" => new
            {
                id = Guid.NewGuid(),
                type = eventName,
                source = "test-service",
                data,
                timestamp = TimeProvider.System.GetUtcNow(),
                version = "1.0.0",
            },
            _ => data,
        };
        if (format == "masstransit")
        {
            properties.ContentType = "application/vnd.masstransit+json";
        }
        else if (format == "cloudevents-structured")
        {
            properties.ContentType = "application/cloudevents+json";
        }
        else if (format == "cloudevents-binary")
        {
            properties.Headers = new Dictionary<string, object?>
            {
                ["cloudEvents:specversion"] = "1.0",
                ["cloudEvents:id"] = Guid.NewGuid().ToString(),
                ["cloudEvents:type"] = eventName,
                ["cloudEvents:source"] = "test-service",
            };
        }
        else
        {
            properties.Type = eventName;
        }

        return (JsonSerializer.SerializeToUtf8Bytes(document), properties);
    }
}
