using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Capns.Access.Tokens;

/// <summary>Makes the tokens of our own clients (<c>POST /oauth/token</c>), and knows them again; the same on every instance.</summary>
/// <remarks>
/// Its key is derived from <c>JWT_SECRET</c>, and its name is another one: who shares that secret with us, and signs tokens of
/// people with it, does not make tokens of service accounts by accident.
/// </remarks>
internal sealed class OwnIssuer(string name, string audience, ReadOnlyMemory<byte> sharedSecret)
    : SecretIssuer(
        name, audience, HKDF.DeriveKey(HashAlgorithmName.SHA256, sharedSecret.ToArray(), 32, info: "capns client tokens"u8.ToArray()))
{
    /// <summary>How long a token lasts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    public override bool IsOurs => true;

    /// <summary>A token for a client.</summary>
    /// <param name="clientId">Subject and client.</param>
    /// <param name="apiKeyId">The key that proved it; when that key is revoked the token ends.</param>
    /// <param name="scopes">Permissions that cut what the client has.</param>
    /// <param name="now">By our clock.</param>
    /// <param name="lifetime">At most <see cref="Lifetime"/>.</param>
    public string Issue(string clientId, string apiKeyId, IEnumerable<string> scopes, DateTimeOffset now, TimeSpan lifetime)
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = clientId,
            ["client_id"] = clientId,
            ["capns_key"] = apiKeyId,
            ["scope"] = string.Join(' ', scopes),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
            ["jti"] = Guid.CreateVersion7().ToString(),
        };
        var header = Base64UrlText.Encode("""{"alg":"HS256","typ":"at+jwt"}"""u8);
        var input = $"{header}.{Base64UrlText.Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{input}.{Base64UrlText.Encode(Key.Sign(Encoding.ASCII.GetBytes(input)))}";
    }
}
