using System.Text.Json;
using System.Text.Unicode;
using Capns.Messaging.Tracing;

namespace Capns.Messaging.Inbound;

/// <summary>Reads a delivery in any of the inbound formats (platform spec 3.5, 3.7-3.9, 3.12). Pure; never throws for what a sender did.</summary>
public static class InboundBody
{
    /// <summary>Largest body: 1 MiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Largest body of an internal message: a report may carry a result of <c>RESULT_MAX_BYTES</c> (at most 12 MiB).</summary>
    internal const int MaxInternalBytes = 32 * 1024 * 1024;

    /// <summary>Deepest nesting of a public body.</summary>
    public const int MaxDepth = 64;

    private const int MaxDetail = 500;
    private const int MaxOutsideId = 128;

    /// <summary>Characters of a source that count; the rest is cut.</summary>
    private const int MaxSource = 255;

    // What W3C Trace Context asks everybody to carry; longer lists would go into every message that follows.
    private const int MaxTraceState = 512;

    /// <summary>Understands the envelope; the payload is left to the handler.</summary>
    public static InboundReading Read(InboundDelivery delivery, InboundQueue queue)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(queue);
        try
        {
            return ReadOrThrow(delivery, queue);
        }
        catch (UnreadableException unreadable)
        {
            var detail = unreadable.Message;
            return new InboundReading(null, new Unreadable(unreadable.Reason, detail.Length <= MaxDetail ? detail : detail[..MaxDetail]));
        }
    }

    /// <summary>Parses a body to a JSON object that can be read to its last character.</summary>
    /// <exception cref="UnreadableException">It is too large, not JSON or not an object.</exception>
    internal static JsonElement ParseObject(ReadOnlyMemory<byte> body, int maxBytes = MaxBytes, int maxDepth = MaxDepth)
    {
        if (body.Length > maxBytes)
        {
            throw new UnreadableException(UnreadableReason.TooLarge, $"The body has {body.Length} bytes; at most {maxBytes} are accepted.");
        }

        var root = Parse(body, "The body", maxDepth);
        return root.ValueKind == JsonValueKind.Object
            ? root
            : throw new UnreadableException(UnreadableReason.NotAnObject, $"The body is {Kind(root)}, not a JSON object.");
    }

    internal static JsonElement Parse(ReadOnlyMemory<byte> json, string what, int maxDepth = MaxDepth)
    {
        var bytes = json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;
        if (!Utf8.IsValid(bytes.Span))
        {
            throw new UnreadableException(UnreadableReason.NotJson, $"{what} is not UTF-8.");
        }

        try
        {
            var reader = new Utf8JsonReader(bytes.Span, new JsonReaderOptions { MaxDepth = maxDepth });
            var root = JsonElement.ParseValue(ref reader);
            RefuseTrailing(ref reader);
            RefuseHalfCharacters(bytes.Span, maxDepth);
            return root;
        }
        catch (JsonException failure)
        {
            throw new UnreadableException(UnreadableReason.NotJson, $"{what} is not JSON: {failure.Message}");
        }
    }

    internal static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Null => "null",
        _ => "absent",
    };

    private static InboundReading ReadOrThrow(InboundDelivery delivery, InboundQueue queue)
    {
        var root = ParseObject(delivery.Body);
        var headers = new AmqpHeaders(delivery.Headers);
        var envelope = Envelope.Open(root, delivery, headers);
        var name = EventNameRule.Find(envelope, delivery, queue);
        if (envelope.Payload.ValueKind != JsonValueKind.Object)
        {
            throw new UnreadableException(UnreadableReason.NotAnObject, $"The payload is {Kind(envelope.Payload)}, not a JSON object.");
        }

        if (envelope.Format == BodyFormat.MassTransitEnvelope)
        {
            envelope = envelope with { Payload = MemberNames.Exact(envelope.Payload, EventNameRule.Record(name.Canonical)) };
        }

        var user = ReplayedMessage.UserOf(delivery, headers, queue.Settings);
        var source = FirstOf(Kept(envelope.Source), Kept(user), Kept(delivery.AppId)) ?? "anonymous";
        if (source == queue.Settings.ServiceName && Topology.EventNames.Inbound.Contains(name.Canonical))
        {
            return new InboundReading(null, null);
        }

        var correlation = Correlation(envelope, delivery, headers);
        var digest = InboundFingerprint.Digest(delivery, headers);
        var trace = FirstOf(headers.Text("traceparent"), envelope.TraceParent, headers.Text("MT-Activity-Id"));
        var state = FirstOf(headers.Text("tracestate"), envelope.TraceState);
        return new InboundReading(
            new InboundEvent
            {
                EventName = name.Canonical,
                Format = envelope.Format,
                Payload = envelope.Payload,
                Source = source,
                AmqpUser = FirstOf(user),
                CorrelationId = correlation,
                TraceParent = TraceContext.IsValid(trace) ? trace : null,
                TraceState = TraceContext.IsValid(trace) && state is { Length: <= MaxTraceState } ? state : null,
                ReplyTo = ReplyTargetRule.Find(envelope, name, delivery, queue, correlation),
                BearerToken = Bearer(headers.Text("authorization") ?? envelope.Authorization),
                ForwardedCaller = ForwardedCaller.Of(headers, user, queue.Settings),
                Fingerprint = InboundFingerprint.Of(envelope, delivery, digest),
                BodyDigest = digest,
                Redelivered = delivery.Redelivered,
            },
            null);
    }

    // Ids that are longer than any outside id may be are no ids (platform spec 3.12).
    private static string? Correlation(Envelope envelope, InboundDelivery delivery, AmqpHeaders headers) =>
        new[]
        {
            delivery.CorrelationId, headers.Text("correlationId"), envelope.CorrelationId,
            envelope.PayloadText("correlationId"), envelope.PayloadText("requestId"),
        }
        .FirstOrDefault(id => id is { Length: > 0 and <= MaxOutsideId });

    // The source stands in keys and indexes of the database, which take neither U+0000 nor texts of any length.
    private static string? Kept(string? source)
    {
        var text = source?.Replace("\0", string.Empty, StringComparison.Ordinal);
        return text is { Length: > MaxSource } ? text[..(char.IsHighSurrogate(text[MaxSource - 1]) ? MaxSource - 1 : MaxSource)] : text;
    }

    // What is no bearer token stays, as something that no login is: who shows a bad one is not taken for somebody who shows none.
    private static string? Bearer(string? authorization)
    {
        const string Scheme = "Bearer ";
        return authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true ? authorization[Scheme.Length..].Trim() : authorization;
    }

    private static string? FirstOf(params ReadOnlySpan<string?> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (!string.IsNullOrWhiteSpace(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private static void RefuseTrailing(ref Utf8JsonReader reader)
    {
        if (reader.Read())
        {
            throw new JsonException("something follows the value");
        }
    }

    // An escaped half of a surrogate pair ("\ud800") passes the parser and throws only when the text is read.
    private static void RefuseHalfCharacters(ReadOnlySpan<byte> json, int maxDepth)
    {
        if (!json.Contains((byte)'\\'))
        {
            return;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                try
                {
                    reader.GetString();
                }
                catch (InvalidOperationException)
                {
                    throw new JsonException("a text holds half of a surrogate pair");
                }
            }
        }
    }
}
