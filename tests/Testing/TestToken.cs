using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Capns.Testing;

/// <summary>Tokens as an identity provider gives them (platform spec 8.1), signed with <see cref="Secret"/>.</summary>
public static class TestToken
{
    /// <summary>A value for <c>JWT_SECRET</c>.</summary>
    public const string Secret = "tests-only-secret-of-more-than-thirty-two-bytes";

    /// <summary>A token of HS256 for the default issuer and audience.</summary>
    /// <param name="user">Who.</param>
    /// <param name="lifetime">Default: one hour.</param>
    /// <param name="roles">Default: <c>user</c>.</param>
    /// <param name="discussions">Memberships.</param>
    public static string Of(string user, TimeSpan? lifetime = null, string[]? roles = null, string[]? discussions = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var claims = new
        {
            sub = user,
            userId = user,
            roles = roles ?? ["user"],
            agents = Array.Empty<string>(),
            discussions = discussions ?? [],
            iss = "uaip-security-gateway",
            aud = "uaip-services",
            iat = now.ToUnixTimeSeconds(),
            exp = (now + (lifetime ?? TimeSpan.FromHours(1))).ToUnixTimeSeconds(),
        };
        var head = Part(new { alg = "HS256", typ = "JWT" });
        var signed = $"{head}.{Part(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Part<T>(T value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
