using System.Security.Cryptography;
using System.Text.Json;

namespace Capns.Access.Tokens;

/// <summary>
/// Reads a JWK set (RFC 7517). A key that cannot be used here is left out; secrets (<c>oct</c>) are never taken from outside.
/// </summary>
internal static class JsonWebKeys
{
    /// <summary>More keys than any issuer rotates; the rest is left out.</summary>
    public const int MaxKeys = 50;

    /// <summary>The keys that check RS256 and ES256.</summary>
    /// <returns>Null when it is no key set.</returns>
    public static IReadOnlyList<VerificationKey>? Read(JsonElement set)
    {
        if (set.ValueKind != JsonValueKind.Object || !set.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        return [.. keys.EnumerateArray().Take(MaxKeys).Select(ReadKey).OfType<VerificationKey>()];
    }

    private static VerificationKey? ReadKey(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || !MayVerify(key)
            || (key.TryGetProperty("kid", out _) && Text(key, "kid") is not { Length: > 0 and <= SignedToken.MaxKeyId }))
        {
            return null;
        }

        try
        {
            return Text(key, "kty") switch
            {
                "RSA" when Fits(key, VerificationKey.Rs256) && Bytes(key, "n") is { } n && Bytes(key, "e") is { } e =>
                    new RsaKey(n, e, Text(key, "kid")),
                "EC" when Fits(key, VerificationKey.Es256) && Text(key, "crv") == "P-256" && Bytes(key, "x") is { } x
                    && Bytes(key, "y") is { } y => new EcKey(x, y, Text(key, "kid")),
                _ => null,
            };
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static bool MayVerify(JsonElement key) =>
        (!key.TryGetProperty("use", out _) || Text(key, "use") == "sig")
        && (!key.TryGetProperty("key_ops", out var operations)
            || (operations.ValueKind == JsonValueKind.Array
                && operations.EnumerateArray()
                    .Any(operation => operation.ValueKind == JsonValueKind.String && operation.GetString() == "verify")));

    private static bool Fits(JsonElement key, string algorithm) => !key.TryGetProperty("alg", out _) || Text(key, "alg") == algorithm;

    private static string? Text(JsonElement key, string name) =>
        key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Bytes(JsonElement key, string name) =>
        Text(key, name) is { Length: > 0 } text && Base64UrlText.TryDecode(text, out var bytes) ? bytes : null;
}
