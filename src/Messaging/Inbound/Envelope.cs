using System.Text.Json;

namespace Capns.Messaging.Inbound;

/// <summary>What the envelope says, whichever format it has (platform spec 3.5).</summary>
internal sealed record Envelope
{
    private static readonly string[] BinaryPrefixes = ["cloudEvents:", "cloudEvents_", "ce-"];

    public required BodyFormat Format { get; init; }

    public required JsonElement Payload { get; init; }

    /// <summary>The event name the envelope gives; of format (a) the URNs stand in <see cref="MessageTypes"/>.</summary>
    public string? Name { get; init; }

    public IReadOnlyList<string> MessageTypes { get; init; } = [];

    public string? Source { get; init; }

    public string? CorrelationId { get; init; }

    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }

    public string? Authorization { get; init; }

    public string? ResponseAddress { get; init; }

    public string? RequestId { get; init; }

    public string? MetadataReplyTo { get; init; }

    public string? PayloadText(string member) => Text(Payload, member);

    public static Envelope Open(JsonElement root, InboundDelivery delivery, AmqpHeaders headers)
    {
        var contentType = MediaType(delivery.ContentType);
        if (contentType == "application/cloudevents-batch+json")
        {
            throw new UnreadableException(UnreadableReason.NotAnObject, "A CloudEvents batch is not accepted; send its events one by one.");
        }

        if (contentType == "application/vnd.masstransit+json" || IsMassTransit(root))
        {
            return MassTransit(root);
        }

        if (contentType == "application/cloudevents+json" || Text(root, "specversion") is not null)
        {
            return Structured(root);
        }

        if (BinaryPrefixes.FirstOrDefault(prefix => headers.Text(prefix + "specversion") is not null) is { } binary)
        {
            return Binary(root, headers, binary);
        }

        return Text(root, "type") is not null && root.TryGetProperty("data", out _) ? Platform(root) : Bare(root, delivery);
    }

    private static bool IsMassTransit(JsonElement root) =>
        Member(root, "messageType") is { ValueKind: JsonValueKind.Array } && Member(root, "message") is { ValueKind: JsonValueKind.Object };

    private static Envelope MassTransit(JsonElement root)
    {
        var headers = Member(root, "headers") is { ValueKind: JsonValueKind.Object } table ? table : default;
        return new Envelope
        {
            Format = BodyFormat.MassTransitEnvelope,
            Payload = Member(root, "message") ?? default,
            MessageTypes = Member(root, "messageType") is { ValueKind: JsonValueKind.Array } types
                ? [.. types.EnumerateArray().Where(type => type.ValueKind == JsonValueKind.String).Select(type => type.GetString()!)]
                : [],
            Source = LastPart(AnyCaseText(root, "sourceAddress")),
            CorrelationId = AnyCaseText(root, "correlationId"),
            TraceParent = AnyCaseText(headers, "traceparent") ?? AnyCaseText(headers, "MT-Activity-Id"),
            TraceState = AnyCaseText(headers, "tracestate"),
            Authorization = AnyCaseText(headers, "authorization"),
            ResponseAddress = LastPart(AnyCaseText(root, "responseAddress")),
            RequestId = AnyCaseText(root, "requestId"),
        };
    }

    private static Envelope Structured(JsonElement root)
    {
        RequireVersion1(Text(root, "specversion"));
        return Common(root) with
        {
            Format = BodyFormat.CloudEventStructured,
            Payload = root.TryGetProperty("data", out var data) ? data : Base64(root),
        };
    }

    private static Envelope Binary(JsonElement root, AmqpHeaders headers, string prefix)
    {
        RequireVersion1(headers.Text(prefix + "specversion"));
        return new Envelope
        {
            Format = BodyFormat.CloudEventBinary,
            Payload = root,
            Name = headers.Text(prefix + "type"),
            Source = headers.Text(prefix + "source"),
            CorrelationId = headers.Text(prefix + "correlationid"),
            TraceParent = headers.Text(prefix + "traceparent"),
            TraceState = headers.Text(prefix + "tracestate"),
        };
    }

    private static Envelope Platform(JsonElement root) =>
        Common(root) with { Format = BodyFormat.PlatformEnvelope, Payload = root.GetProperty("data") };

    private static Envelope Bare(JsonElement root, InboundDelivery delivery) =>
        new() { Format = BodyFormat.BareJson, Payload = root, Source = delivery.AppId };

    private static Envelope Common(JsonElement root) => new()
    {
        Format = BodyFormat.Unknown,
        Payload = default,
        Name = Text(root, "type"),
        Source = Text(root, "source"),
        CorrelationId = Text(root, "correlationId") ?? Text(root, "correlationid"),
        TraceParent = Text(root, "traceparent"),
        TraceState = Text(root, "tracestate"),
        MetadataReplyTo = root.TryGetProperty("metadata", out var metadata) ? Text(metadata, "replyTo") : null,
    };

    private static JsonElement Base64(JsonElement root)
    {
        if (!root.TryGetProperty("data_base64", out var text))
        {
            return default;
        }

        return text.ValueKind == JsonValueKind.String && text.TryGetBytesFromBase64(out var bytes)
            ? InboundBody.Parse(bytes, "Member data_base64")
            : throw new UnreadableException(UnreadableReason.NotJson, "Member data_base64 is not base64 text.");
    }

    private static void RequireVersion1(string? version)
    {
        if (version is null || !version.StartsWith("1.", StringComparison.Ordinal))
        {
            throw new UnreadableException(
                UnreadableReason.UnsupportedSpecversion, $"CloudEvents specversion must start with 1., but is {version ?? "absent"}.");
        }
    }

    // MassTransit writes and reads its members without regard to case.
    private static JsonElement? Member(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (element.TryGetProperty(name, out var exact))
        {
            return exact;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return member.Value;
            }
        }

        return null;
    }

    private static string? AnyCaseText(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static string? Text(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // Host and virtual host of an address are the sender's view of the broker, not ours.
    private static string? LastPart(string? address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
        {
            return null;
        }

        // Short addresses such as exchange:name have no path with slashes.
        var path = uri.AbsolutePath;
        var part = Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
        return part.Length > 0 ? part : null;
    }

    private static string? MediaType(string? contentType) => contentType?.Split(';', 2)[0].Trim().ToLowerInvariant();
}
