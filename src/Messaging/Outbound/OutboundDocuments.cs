using System.Text;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Messaging.Tracing;
using MassTransit;

namespace Capns.Messaging.Outbound;

/// <summary>
/// Builds the one document in which everything is sent: a CloudEvents 1.0 structured event that also reads as the platform
/// envelope (platform spec 3.6). Thread-safe.
/// </summary>
public sealed class OutboundDocuments(BusSettings settings, TimeProvider clock)
{
    /// <summary>Content type of the document.</summary>
    public const string ContentType = "application/cloudevents+json";

    private const string EnvelopeVersion = "1.0.0";
    private const string SchemaVersion = "1.0";
    private const int ShortTextBytes = 255;

    /// <summary>An event, to the exchange of its own name with its name as routing key.</summary>
    /// <typeparam name="T">A record of Capns.Contracts; its [MessageUrn] is the event's name.</typeparam>
    public OutboundMessage Event<T>(T payload, OutboundContext? context = null)
        where T : class
    {
        var name = NameOf(typeof(T));
        return Create(name, payload, name, name, context);
    }

    /// <summary>An internal message, straight into a queue.</summary>
    /// <inheritdoc cref="Event{T}"/>
    public OutboundMessage ToQueue<T>(string queue, T payload, OutboundContext? context = null)
        where T : class => Create(NameOf(typeof(T)), payload, "", queue, context);

    /// <summary>A document with any name and address.</summary>
    /// <param name="name">The <c>type</c> of the document.</param>
    /// <param name="payload">Written with <see cref="WireJson"/> as <c>data</c>.</param>
    /// <param name="exchange">Exchange; <c>""</c> is the default exchange.</param>
    /// <param name="routingKey">Routing key.</param>
    /// <param name="context">What it carries on.</param>
    public OutboundMessage Create(string name, object payload, string exchange, string routingKey, OutboundContext? context = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(payload);
        var data = JsonSerializer.SerializeToElement(payload, payload.GetType(), WireJson.Options);
        var facts = Facts(name, context ?? OutboundContext.None, data);
        return Message(facts, exchange, routingKey, ContentType, Body(facts, data));
    }

    /// <summary>The name on the wire of a record: the text of its [MessageUrn].</summary>
    public static string NameOf(Type record)
    {
        const string Prefix = "urn:message:";
        var urn = MessageUrn.ForTypeString(record);
        return urn.StartsWith(Prefix, StringComparison.Ordinal) ? urn[Prefix.Length..] : urn;
    }

    internal DocumentFacts Facts(string name, OutboundContext context, JsonElement? data)
    {
        var now = clock.GetUtcNow();
        var (parent, state) = TraceContext.ForOutbound(context);
        return new DocumentFacts(
            Guid.CreateVersion7(now), name, settings.ServiceName, now, context.CorrelationId, parent, state,
            context.Subject ?? (data is { } payload ? Subject(name, payload) : null));
    }

    internal static OutboundMessage Message(DocumentFacts facts, string exchange, string routingKey, string contentType, byte[] body)
    {
        var headers = new Dictionary<string, string>
        {
            ["source"] = facts.Source,
            ["version"] = EnvelopeVersion,
            ["schemaVersion"] = SchemaVersion,
        };
        AddHeader(headers, "correlationId", facts.CorrelationId);
        AddHeader(headers, "traceparent", facts.TraceParent);
        AddHeader(headers, "tracestate", facts.TraceState);
        return new OutboundMessage
        {
            Id = facts.Id,
            Exchange = exchange,
            RoutingKey = routingKey,
            Body = body,
            ContentType = contentType,
            Type = facts.Name,
            CorrelationId = ShortText(facts.CorrelationId),
            Timestamp = facts.Time,
            Headers = headers,
        };
    }

    /// <summary>The text as an AMQP property, or null when it is longer than 255 bytes: it then stays in the header and the body.</summary>
    /// <remarks>The client throws for a longer one each time it is sent, so that the message could never leave the outbox.</remarks>
    internal static string? ShortText(string? text) => text is not null && Encoding.UTF8.GetByteCount(text) <= ShortTextBytes ? text : null;

    /// <summary>Writes an instant as all documents do: ISO 8601 UTC with milliseconds.</summary>
    internal static string Instant(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static byte[] Body(DocumentFacts facts, JsonElement data)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = WireJson.Options.Encoder }))
        {
            var time = Instant(facts.Time);
            writer.WriteStartObject();
            writer.WriteString("specversion", "1.0");
            writer.WriteString("id", facts.Id.ToString());
            writer.WriteString("source", facts.Source);
            writer.WriteString("type", facts.Name);
            writer.WriteString("time", time);
            writer.WriteString("timestamp", time);
            writer.WriteString("datacontenttype", "application/json");
            WriteOptional(writer, "subject", facts.Subject);
            writer.WriteString("version", EnvelopeVersion);
            WriteOptional(writer, "correlationid", facts.CorrelationId);
            WriteOptional(writer, "traceparent", facts.TraceParent);
            WriteOptional(writer, "tracestate", facts.TraceState);
            writer.WritePropertyName("data");
            data.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    // Platform spec 3.4, column Subject.
    private static string? Subject(string name, JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return name switch
        {
            _ when name.StartsWith("tool.execution.", StringComparison.Ordinal) || name.StartsWith("capns.run.", StringComparison.Ordinal)
                => Text(data, "executionId"),
            _ when name.StartsWith("tool.approval.", StringComparison.Ordinal) => Text(data, "approvalId"),
            _ when name.StartsWith("tool.workflow.", StringComparison.Ordinal) => Text(data, "workflowRunId"),
            Topology.EventNames.AuditAlert => Text(data, "rule"),
            Topology.EventNames.RecommendationUpdated => Text(data, "agentId") ?? Text(data, "userId"),
            _ => Text(data, "toolId"),
        };
    }

    private static string? Text(JsonElement data, string member) =>
        data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static void WriteOptional(Utf8JsonWriter writer, string member, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            writer.WriteString(member, value);
        }
    }

    private static void AddHeader(Dictionary<string, string> headers, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            headers[name] = value;
        }
    }
}

/// <summary>The envelope's part of an outbound document.</summary>
internal sealed record DocumentFacts(
    Guid Id,
    string Name,
    string Source,
    DateTimeOffset Time,
    string? CorrelationId,
    string? TraceParent,
    string? TraceState,
    string? Subject);
