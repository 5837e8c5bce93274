using System.Security.Cryptography;
using Capns.Hosting.Secrets;

namespace Capns.Registry.Worker.Api.Idempotency;

/// <summary>Digests that tell a repeated request from another one. A request may hold secrets, so nobody can try values against a digest without the key. Thread-safe.</summary>
/// <remarks>
/// Of several keys (DATA_ENCRYPTION_KEY) the last, oldest one: while a new key is put in front, repeats are still recognised. When the
/// old one is taken away, a repeat of a request from before counts as another one with its key, and is refused.
/// </remarks>
internal sealed class RequestDigests(SealingKeys keys)
{
    private static readonly byte[] Purpose = "capns idempotency\n"u8.ToArray();

    /// <summary>Hex HMAC-SHA-256.</summary>
    public string Of(ReadOnlySpan<byte> request)
    {
        using var digest = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.DigestKeys[^1].Span);
        digest.AppendData(Purpose);
        digest.AppendData(request);
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }
}
