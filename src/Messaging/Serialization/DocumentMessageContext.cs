using System.Text.Json;
using MassTransit;

namespace Capns.Messaging.Serialization;

/// <summary>What MassTransit asks of an envelope, answered from an outbound document (platform spec 3.6).</summary>
internal sealed class DocumentMessageContext(JsonElement document, Headers headers, Uri? destination) : MessageContext
{
    public Guid? MessageId => Id("id");

    public Guid? RequestId => null;

    public Guid? CorrelationId => Id("correlationid");

    public Guid? ConversationId => null;

    public Guid? InitiatorId => null;

    public DateTime? ExpirationTime => null;

    public Uri? SourceAddress => null;

    public Uri? DestinationAddress => destination;

    public Uri? ResponseAddress => null;

    public Uri? FaultAddress => null;

    public DateTime? SentTime => document.ValueKind == JsonValueKind.Object && document.TryGetProperty("time", out var time)
        && time.ValueKind == JsonValueKind.String && time.TryGetDateTimeOffset(out var sent) ? sent.UtcDateTime : null;

    public Headers Headers => headers;

    public HostInfo Host => null!;

    private Guid? Id(string member) => document.ValueKind == JsonValueKind.Object && document.TryGetProperty(member, out var id)
        && id.ValueKind == JsonValueKind.String && id.TryGetGuid(out var value) ? value : null;
}
