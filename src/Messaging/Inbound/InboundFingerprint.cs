using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Capns.Messaging.Inbound;

/// <summary>Recognises a message that was sent again without any key (platform spec 3.9, rules 2 and 3).</summary>
internal static class InboundFingerprint
{
    private static readonly string[] IdentifyingMembers = ["idempotencyKey", "requestId", "executionId", "eventId", "id"];
    private static readonly string[] CloudEventPrefixes = ["cloudEvents:", "cloudEvents_", "ce-"];

    /// <summary>The digest of a request that it is compared by, or null.</summary>
    // Two equal bare bodies are two requests, unless the broker itself says that it is one.
    public static string? Of(Envelope envelope, InboundDelivery delivery, string digest) =>
        envelope.Format == BodyFormat.BareJson && !delivery.Redelivered && string.IsNullOrEmpty(delivery.MessageId)
            && !IdentifyingMembers.Any(member => HasText(envelope.Payload, member))
            ? null
            : digest;

    /// <summary>The digest of any delivery.</summary>
    public static string Digest(InboundDelivery delivery, AmqpHeaders headers)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, delivery.Body.Span);
        Append(hash, Encoding.UTF8.GetBytes(delivery.MessageId ?? ""));
        foreach (var name in headers.Names.Where(IsCloudEvent).Order(StringComparer.Ordinal))
        {
            Append(hash, Encoding.UTF8.GetBytes(name));
            Append(hash, Encoding.UTF8.GetBytes(headers.Text(name) ?? ""));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static bool IsCloudEvent(string name) => CloudEventPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static bool HasText(JsonElement payload, string member) =>
        payload.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0;

    // With its length in front no part can pass for the end of another.
    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
