using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Capns.Core.Json;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Api.Idempotency;

namespace Capns.Registry.Worker.Executions.Requests;

/// <summary>By what a repeated request is recognised (platform spec 3.9). Pure.</summary>
/// <param name="Scope">The source of the request.</param>
/// <param name="Key">The caller's key, or the digest of the message.</param>
/// <param name="PayloadHash">Tells a repeat from another request with the same key.</param>
/// <param name="Compare">False: the first delivery of a bare body without identifier; it is stored, but not compared.</param>
internal sealed record RequestKey(string Scope, string Key, string PayloadHash, bool Compare)
{
    /// <summary>Longest key a caller may choose, in characters; a longer one is refused at admission.</summary>
    private const int MaxKey = 128;

    /// <summary>Of a request.</summary>
    /// <param name="inbound">The request.</param>
    /// <param name="digests">Its payload may hold secrets.</param>
    public static RequestKey Of(InboundEvent inbound, RequestDigests digests)
    {
        var chosen = Text(inbound.Payload, "idempotencyKey") ?? Text(inbound.Payload, "requestId");
        return new RequestKey(
            Digest(inbound.Source),
            chosen is null ? "message:" + inbound.BodyDigest : "key:" + Digest(chosen),
            HashOf(inbound.Payload, digests),
            chosen is not null || inbound.Fingerprint is not null);
    }

    private static string? Text(JsonElement payload, string member) =>
        payload.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= MaxKey } text
            ? text
            : null;

    // Outside text may hold what PostgreSQL takes in no key: U+0000, or more than its index has room for.
    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string HashOf(JsonElement payload, RequestDigests digests)
    {
        // A token may be renewed between two tries of one request.
        var compared = JsonSerializer.SerializeToElement(
            payload.EnumerateObject().Where(member => member.Name != "auth").GroupBy(member => member.Name).ToDictionary(group => group.Key, group => group.Last().Value));
        return digests.Of(CanonicalJson.TryWrite(compared, out var canonical, out _) ? canonical : Encoding.UTF8.GetBytes(payload.GetRawText()));
    }
}
