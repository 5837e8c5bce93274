using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Capns.Core.Json;

namespace Capns.Access.Tokens;

/// <summary>A compact JWS whose payload is a JSON object (RFC 7515, 3.1; RFC 7519). Read, and not believed yet.</summary>
/// <param name="Algorithm">Header <c>alg</c>.</param>
/// <param name="KeyId">Header <c>kid</c>; compared with names of keys and used for nothing else.</param>
/// <param name="Claims">The payload.</param>
/// <param name="Input">The bytes that are signed.</param>
/// <param name="Signature">Over <paramref name="Input"/>.</param>
internal sealed record SignedToken(string Algorithm, string? KeyId, JsonElement Claims, byte[] Input, byte[] Signature)
{
    /// <summary>Longest token, in characters.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Longest <c>kid</c>, in characters.</summary>
    public const int MaxKeyId = 256;

    private const int MaxDepth = 8;

    /// <summary>Members of a header that change what the token means; none of them is understood here, so none may be there.</summary>
    private static readonly string[] Demanding = ["crit", "b64", "zip", "enc", "cty"];

    private static readonly string[] Types = ["JWT", "at+jwt", "application/jwt", "application/at+jwt"];

    /// <summary>
    /// Reads a token. Keys that a header names or brings (<c>jku</c>, <c>jwk</c>, <c>x5u</c>, <c>x5c</c>) are never looked at.
    /// </summary>
    /// <returns><see cref="TokenProblem.None"/> when there is a token.</returns>
    public static TokenProblem TryRead(string text, out SignedToken? token)
    {
        token = null;
        var parts = text.Length <= MaxLength ? text.Split('.', 4) : [];
        if (parts.Length != 3 || ReadObject(parts[0]) is not { } header || ReadObject(parts[1]) is not { } claims
            || !Base64UrlText.TryDecode(parts[2], out var signature))
        {
            return TokenProblem.Malformed;
        }

        if (Text(header, "alg") is not { Length: > 0 } algorithm)
        {
            return TokenProblem.Malformed;
        }

        if (IsDemanding(header))
        {
            return TokenProblem.Header;
        }

        var keyId = Text(header, "kid");
        if (header.TryGetProperty("kid", out _) && keyId is not { Length: > 0 and <= MaxKeyId })
        {
            return TokenProblem.Malformed;
        }

        token = new SignedToken(algorithm, keyId, claims, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature);
        return TokenProblem.None;
    }

    private static bool IsDemanding(JsonElement header) =>
        Demanding.Any(name => header.TryGetProperty(name, out _))
        || (header.TryGetProperty("typ", out _) && !Types.Contains(Text(header, "typ"), StringComparer.OrdinalIgnoreCase));

    private static string? Text(JsonElement header, string name) =>
        header.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? ReadObject(string part)
    {
        if (!Base64UrlText.TryDecode(part, out var bytes) || !Utf8.IsValid(bytes))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(
                bytes, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaxDepth });
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && JsonTextGuard.FindProblem(root) is null ? root.Clone() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second: half a surrogate pair in a member's name.
            return null;
        }
    }
}
