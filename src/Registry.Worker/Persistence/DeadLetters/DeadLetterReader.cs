using System.Globalization;
using System.Text;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Messaging;
using RabbitMQ.Client.Events;

namespace Capns.Registry.Worker.Persistence.DeadLetters;

/// <summary>Makes a row of a dead letter. Pure.</summary>
internal static class DeadLetterReader
{
    private const string HandlerFailed = "handler-failed";

    /// <summary>Key of the properties under which stands who published it first; null: nobody knows.</summary>
    public const string Publisher = "publisher";

    /// <summary>Longest name of a queue in AMQP.</summary>
    private const int MaxName = 255;

    /// <summary>Queue, reason and detail as our own headers say, else as the broker's <c>x-death</c> does.</summary>
    /// <param name="delivery">As it came from the broker.</param>
    /// <param name="bus">Knows the platform's own logins: only their word about a message counts.</param>
    /// <param name="now">The time.</param>
    public static DeadLetterRow Read(BasicDeliverEventArgs delivery, BusSettings bus, DateTimeOffset now)
    {
        var headers = Texts(delivery.BasicProperties.Headers);
        var death = FirstDeath(delivery.BasicProperties.Headers);
        var queue = headers.GetValueOrDefault("x-capns-queue") ?? death?.GetValueOrDefault("queue") ?? delivery.RoutingKey;
        return new DeadLetterRow
        {
            Id = Guid.CreateVersion7(now),
            Queue = Cut(Clean(queue), MaxName),
            Reason = Cut(Clean(headers.GetValueOrDefault("x-capns-reason") ?? HandlerFailed), MaxName),
            Detail = Clean(headers.GetValueOrDefault("x-capns-detail") ?? $"The broker gave it up: {death?.GetValueOrDefault("reason") ?? "unknown"}."),
            Body = delivery.Body.ToArray(),
            Properties = JsonSerializer.Serialize(Properties(delivery, headers, PublisherOf(delivery, headers, bus)), WireJson.Options),
            FailedAt = FailedAt(headers, now),
        };
    }

    /// <summary>The login that the broker has checked: of the message itself, or as one of our own tells it of a message that it gave up.</summary>
    private static string? PublisherOf(BasicDeliverEventArgs delivery, Dictionary<string, string> headers, BusSettings bus)
    {
        var user = delivery.BasicProperties.UserId;
        return bus.IsPlatformUser(user) && headers.ContainsKey("x-capns-queue") ? headers.GetValueOrDefault("x-capns-user") : user;
    }

    private static Dictionary<string, object?> Properties(BasicDeliverEventArgs delivery, Dictionary<string, string> headers, string? publisher)
    {
        var properties = delivery.BasicProperties;
        return new Dictionary<string, object?>
        {
            ["messageId"] = properties.MessageId,
            ["type"] = properties.Type,
            ["contentType"] = properties.ContentType,
            ["correlationId"] = properties.CorrelationId,
            ["replyTo"] = properties.ReplyTo,
            ["appId"] = properties.AppId,
            ["userId"] = properties.UserId,
            [Publisher] = publisher,
            ["routingKey"] = delivery.RoutingKey,
            ["headers"] = headers,
        };
    }

    private static DateTimeOffset FailedAt(Dictionary<string, string> headers, DateTimeOffset now) =>
        DateTimeOffset.TryParse(headers.GetValueOrDefault("x-capns-failed-at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : now;

    private static Dictionary<string, string>? FirstDeath(IDictionary<string, object?>? headers) =>
        headers?.TryGetValue("x-death", out var deaths) == true && deaths is IList<object> { Count: > 0 } list && list[0] is IDictionary<string, object?> first
            ? Texts(first)
            : null;

    private static Dictionary<string, string> Texts(IDictionary<string, object?>? table) => (table ?? new Dictionary<string, object?>())
        .Where(entry => entry.Value is string or byte[] or long or int or bool)
        .ToDictionary(
            entry => entry.Key,
            entry => entry.Value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : Convert.ToString(entry.Value, CultureInfo.InvariantCulture) ?? string.Empty);

    // Anybody may publish to the exchange of dead letters; a text that the index cannot hold would come back for ever.
    private static string Cut(string text, int most) => text.Length > most ? text[..most] : text;

    // PostgreSQL takes no U+0000 in text.
    private static string Clean(string text) => text.Replace("\0", string.Empty, StringComparison.Ordinal);
}
