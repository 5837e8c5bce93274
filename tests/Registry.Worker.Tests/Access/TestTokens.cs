using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Access.Login;
using Capns.Access.Tokens;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>Makes tokens, good ones and any other.</summary>
internal static class TestTokens
{
    /// <summary>A secret that nobody else has.</summary>
    public static byte[] Secret { get; } = "Kq3vT9mZx7Lr2Wd8Yh5Bn4Cf6Gj1Pk0S"u8.ToArray();

    /// <summary>Somebody's private key, made once: that takes long.</summary>
    public static RSA Rsa { get; } = RSA.Create(2048);

    /// <inheritdoc cref="Rsa"/>
    public static ECDsa Ec { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Claims that are good at the start of <see cref="Testing.ManualTime"/>, for the default issuer and audience.</summary>
    public static JsonObject Claims(DateTimeOffset now, string userId = "alice", params string[] roles) => new()
    {
        ["iss"] = new LoginSettings().JwtIssuer,
        ["aud"] = new LoginSettings().JwtAudience,
        ["sub"] = userId,
        ["userId"] = userId,
        ["roles"] = new JsonArray([.. roles.Select(role => (JsonNode)role)]),
        ["iat"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.ToUnixTimeSeconds() + 600,
    };

    /// <summary>The same without one claim.</summary>
    public static JsonObject Without(this JsonObject claims, string name)
    {
        claims.Remove(name);
        return claims;
    }

    /// <summary>A token of HS256 with <see cref="Secret"/>, or another one.</summary>
    public static string Hs256(JsonNode claims, byte[]? secret = null, string header = """{"alg":"HS256","typ":"JWT"}""") =>
        Sign(header, claims.ToJsonString(), input => HMACSHA256.HashData(secret ?? Secret, input));

    public static string Rs256(RSA key, JsonNode claims, string header = """{"alg":"RS256"}""") =>
        Sign(header, claims.ToJsonString(), input => key.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static string Es256(ECDsa key, JsonNode claims, string header = """{"alg":"ES256"}""") =>
        Sign(header, claims.ToJsonString(), input => key.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    /// <summary>Any header and payload, with any signature.</summary>
    public static string Sign(string header, string payload, Func<byte[], byte[]> sign)
    {
        var input = $"{Base64UrlText.Encode(Encoding.UTF8.GetBytes(header))}.{Base64UrlText.Encode(Encoding.UTF8.GetBytes(payload))}";
        return $"{input}.{Base64UrlText.Encode(sign(Encoding.ASCII.GetBytes(input)))}";
    }

    public static JsonObject Jwk(RSA key, string kid)
    {
        var parameters = key.ExportParameters(false);
        return new() { ["kty"] = "RSA", ["kid"] = kid, ["use"] = "sig", ["alg"] = "RS256", ["n"] = Base64UrlText.Encode(parameters.Modulus), ["e"] = Base64UrlText.Encode(parameters.Exponent) };
    }

    public static JsonObject Jwk(ECDsa key, string kid)
    {
        var parameters = key.ExportParameters(false);
        return new() { ["kty"] = "EC", ["kid"] = kid, ["crv"] = "P-256", ["x"] = Base64UrlText.Encode(parameters.Q.X), ["y"] = Base64UrlText.Encode(parameters.Q.Y) };
    }

    /// <summary>A reader that knows one issuer with these keys.</summary>
    public static TokenReader Reader(TimeProvider time, params VerificationKey[] keys) => new([new FixedIssuer(keys)], time);

    public static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);

    /// <summary>An issuer with the default name and these keys.</summary>
    private sealed class FixedIssuer(VerificationKey[] keys) : ITokenIssuer
    {
        public IReadOnlySet<string> Algorithms { get; } = keys.Select(key => key.Algorithm).ToHashSet();

        public string Audience => new LoginSettings().JwtAudience;

        public bool IsOurs => false;

        public bool MayBe(string issuer) => issuer == new LoginSettings().JwtIssuer;

        public ValueTask<IssuerKeys> FindKeysAsync(string algorithm, string? keyId, CancellationToken cancellationToken) =>
            new(new IssuerKeys(new LoginSettings().JwtIssuer, [.. keys.Where(key => keyId is null || key.KeyId is null || key.KeyId == keyId)]));
    }
}
