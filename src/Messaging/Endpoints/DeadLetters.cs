using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using MassTransit;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Capns.Messaging.Endpoints;

/// <summary>Publishes a delivery, unchanged and with its reason, to the exchange of dead letters.</summary>
internal sealed class DeadLetters(MessagePublisher publisher, BusSettings settings, TimeProvider clock, ILogger<DeadLetters> log)
{
    // Properties must fit one frame (128 KiB); the broker closes the connection over a larger one.
    private const int MostHeaderBytes = 64 * 1024;

    /// <summary>Returns when the broker has confirmed it.</summary>
    public async Task SendAsync(string queue, ReceiveContext context, Unreadable unreadable, CancellationToken cancellationToken)
    {
        var source = (context as RabbitMqBasicConsumeContext)?.Properties;
        await publisher.SendAsync(
            settings.DeadLetterExchange, queue, Properties(source, queue, unreadable), context.Body.GetBytes(), cancellationToken);
        BusMeter.DeadLettered(queue);
        Log.DeadLettered(log, queue, unreadable.Word, unreadable.Detail);
    }

    private static int Size(KeyValuePair<string, object?> header) => header.Key.Length + header.Value switch
    {
        byte[] bytes => bytes.Length,
        IDictionary<string, object?> table => table.Sum(Size),
        System.Collections.IEnumerable list => list.Cast<object?>().Sum(item => Size(new(string.Empty, item))),
        _ => 16,
    };

    private BasicProperties Properties(IReadOnlyBasicProperties? source, string queue, Unreadable unreadable)
    {
        var headers = source?.Headers is { } given && given.Sum(Size) <= MostHeaderBytes ? new Dictionary<string, object?>(given) : [];
        // They would add recipients.
        headers.Remove("CC");
        headers.Remove("BCC");
        headers["x-capns-queue"] = queue;
        headers["x-capns-reason"] = unreadable.Word;
        headers["x-capns-detail"] = unreadable.Detail;
        headers["x-capns-failed-at"] = OutboundDocuments.Instant(clock.GetUtcNow());
        if (source?.UserId is { Length: > 0 } user)
        {
            headers["x-capns-user"] = user;
        }

        return new BasicProperties
        {
            ContentType = source?.ContentType,
            ContentEncoding = source?.ContentEncoding,
            MessageId = source?.MessageId,
            CorrelationId = source?.CorrelationId,
            ReplyTo = source?.ReplyTo,
            Type = source?.Type,
            AppId = source?.AppId,
            Timestamp = new AmqpTimestamp(clock.GetUtcNow().ToUnixTimeSeconds()),
            Headers = headers,
        };
    }
}
