using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;

namespace Capns.Messaging.Replies;

/// <summary>Builds replies in the format the request came in (platform spec 3.8). Thread-safe.</summary>
public sealed class ReplyMessages(OutboundDocuments documents, BusSettings settings)
{
    private const string MassTransitContentType = "application/vnd.masstransit+json";

    /// <summary>The reply to a request that went well.</summary>
    /// <typeparam name="T">A record of Capns.Contracts; its [MessageUrn] is the reply's type.</typeparam>
    public OutboundMessage Success<T>(ReplyTarget target, T payload, OutboundContext? context = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(target);
        var name = OutboundDocuments.NameOf(typeof(T));
        if (target.Format == BodyFormat.MassTransitEnvelope)
        {
            return Enveloped(target, name, payload, context);
        }

        return target.Wrapped
            ? Document(target, name, new Wrapping(true, Element(payload), null), context)
            : Document(target, name, payload, context);
    }

    /// <summary>The reply to a request that was refused, failed or was cancelled.</summary>
    /// <typeparam name="T"><see cref="ToolExecutionError"/>, <see cref="ToolExecutionCancelled"/> or <see cref="ToolRequestRefused"/>.</typeparam>
    /// <param name="target">Where it goes.</param>
    /// <param name="payload">What a requester in format (a) gets.</param>
    /// <param name="error">What all others get.</param>
    /// <param name="executionId">Told in <c>details.executionId</c> when known.</param>
    /// <param name="context">What it carries on.</param>
    public OutboundMessage Refusal<T>(ReplyTarget target, T payload, ErrorDetail error, Guid? executionId, OutboundContext? context = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(error);
        var name = OutboundDocuments.NameOf(typeof(T));
        if (target.Format == BodyFormat.MassTransitEnvelope)
        {
            return Enveloped(target, name, payload, context);
        }

        var told = new ReplyError(error.Code, error.Message, Details(error.Details, executionId));
        return target.Wrapped
            ? Document(target, name, new Wrapping(false, null, told), context)
            : Plain(target, name, told, context);
    }

    private OutboundMessage Document(ReplyTarget target, string name, object payload, OutboundContext? context) =>
        ToTarget(documents.Create(name, payload, target.Exchange, target.RoutingKey, context), target);

    private static OutboundMessage ToTarget(OutboundMessage message, ReplyTarget target) =>
        message with { CorrelationId = OutboundDocuments.ShortText(target.CorrelationId) };

    private OutboundMessage Plain(ReplyTarget target, string name, ReplyError error, OutboundContext? context)
    {
        var facts = documents.Facts(name, context ?? OutboundContext.None, null);
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                id = facts.Id,
                type = facts.Name,
                source = facts.Source,
                timestamp = OutboundDocuments.Instant(facts.Time),
                version = "1.0.0",
                correlationId = facts.CorrelationId ?? target.CorrelationId,
                error,
            },
            WireJson.Options);
        return ToTarget(OutboundDocuments.Message(facts, target.Exchange, target.RoutingKey, "application/json", body), target);
    }

    private OutboundMessage Enveloped(ReplyTarget target, string name, object payload, OutboundContext? context)
    {
        var facts = documents.Facts(name, context ?? OutboundContext.None, null);
        var host = settings.RabbitMqUrl.Host;
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                messageId = facts.Id,
                requestId = target.MassTransitRequestId,
                // MassTransit reads only UUIDs here; any other text stands in the AMQP property.
                correlationId = Guid.TryParse(facts.CorrelationId ?? target.CorrelationId, out var id) ? id : (Guid?)null,
                conversationId = facts.Id,
                sourceAddress = $"rabbitmq://{host}/{facts.Source}",
                destinationAddress = $"rabbitmq://{host}/{(target.Exchange.Length > 0 ? target.Exchange : target.RoutingKey)}",
                messageType = new[] { $"urn:message:{name}" },
                message = Element(payload),
                sentTime = OutboundDocuments.Instant(facts.Time),
                headers = new Dictionary<string, string>(),
            },
            WireJson.Options);
        return ToTarget(OutboundDocuments.Message(facts, target.Exchange, target.RoutingKey, MassTransitContentType, body), target);
    }

    private static JsonElement Element(object payload) => JsonSerializer.SerializeToElement(payload, payload.GetType(), WireJson.Options);

    private static Dictionary<string, JsonElement>? Details(JsonElement? details, Guid? executionId)
    {
        var all = details is { ValueKind: JsonValueKind.Object } given
            ? given.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal)
            : [];
        if (executionId is { } id)
        {
            all["executionId"] = JsonSerializer.SerializeToElement(id);
        }

        return all.Count > 0 ? all : null;
    }

    private sealed record ReplyError(string Code, string Message, IReadOnlyDictionary<string, JsonElement>? Details);

    private sealed record Wrapping(bool Success, JsonElement? Data, ReplyError? Error);
}
