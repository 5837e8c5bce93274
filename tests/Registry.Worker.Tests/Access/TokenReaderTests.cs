using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Capns.Access.Tokens;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>Tokens that are good, and very many that are not.</summary>
public sealed class TokenReaderTests
{
    private readonly ManualTime _time = new();
    private readonly RSA _rsa = TestTokens.Rsa;
    private readonly ECDsa _ec = TestTokens.Ec;

    private DateTimeOffset Now => _time.GetUtcNow();

    [Fact]
    public async Task Read_GoodTokens_GiveTheirClaims()
    {
        var claims = TestTokens.Claims(Now, "alice", "user", "operator");
        claims["role"] = "system_admin";
        claims["agentId"] = "a1";
        claims["agents"] = new JsonArray("a2", "a1");
        claims["projects"] = new JsonArray("p1");
        foreach (var token in new[] { TestTokens.Hs256(claims), TestTokens.Rs256(_rsa, claims), TestTokens.Es256(_ec, claims) })
        {
            var reading = await ReadAsync(token);
            Assert.Equal(TokenProblem.None, reading.Problem);
            Assert.Equal(("alice", "alice", false), (reading.Claims!.UserId, reading.Claims.Subject, reading.Claims.OfClient));
            Assert.Equal(["system_admin", "user", "operator"], reading.Claims.Roles);
            Assert.Equal(["a1", "a2"], reading.Claims.Agents);
            Assert.Equal(["p1"], reading.Claims.Projects);
            Assert.Equal(Now.AddSeconds(600), reading.Claims.ExpiresAt);
        }
    }

    // What is changed in good claims (JSON, null removes), and what follows. Seconds count from now.
    [Theory]
    [InlineData("""{"exp":"+0"}""", TokenProblem.None)]
    [InlineData("""{"exp":"-59"}""", TokenProblem.None)]
    [InlineData("""{"exp":"-60"}""", TokenProblem.Expired)]
    [InlineData("""{"exp":"-86400"}""", TokenProblem.Expired)]
    [InlineData("""{"nbf":"+60"}""", TokenProblem.None)]
    [InlineData("""{"nbf":"+61"}""", TokenProblem.NotYet)]
    [InlineData("""{"iat":"+60"}""", TokenProblem.None)]
    [InlineData("""{"iat":"+61"}""", TokenProblem.NotYet)]
    [InlineData("""{"iat":null}""", TokenProblem.None)]
    [InlineData("""{"exp":null}""", TokenProblem.Claims)]
    [InlineData("""{"exp":"tomorrow"}""", TokenProblem.Claims)]
    [InlineData("""{"exp":true}""", TokenProblem.Claims)]
    [InlineData("""{"exp":[1]}""", TokenProblem.Claims)]
    [InlineData("""{"exp":-1}""", TokenProblem.Claims)]
    [InlineData("""{"exp":1e300}""", TokenProblem.Claims)]
    [InlineData("""{"exp":1e400}""", TokenProblem.Claims)]
    [InlineData("""{"exp":253402300800}""", TokenProblem.Claims)]
    [InlineData("""{"nbf":"x"}""", TokenProblem.Claims)]
    [InlineData("""{"iat":{}}""", TokenProblem.Claims)]
    [InlineData("""{"iss":null}""", TokenProblem.Issuer)]
    [InlineData("""{"iss":"uaip-security-gateway "}""", TokenProblem.Issuer)]
    [InlineData("""{"iss":"UAIP-security-gateway"}""", TokenProblem.Issuer)]
    [InlineData("""{"iss":["uaip-security-gateway"]}""", TokenProblem.Issuer)]
    [InlineData("""{"iss":"https://evil.example"}""", TokenProblem.Issuer)]
    [InlineData("""{"iss":"urn:capns:registry"}""", TokenProblem.Issuer)]
    [InlineData("""{"aud":null}""", TokenProblem.Audience)]
    [InlineData("""{"aud":"others"}""", TokenProblem.Audience)]
    [InlineData("""{"aud":["others","uaip-services"]}""", TokenProblem.None)]
    [InlineData("""{"aud":["others",5]}""", TokenProblem.Audience)]
    [InlineData("""{"aud":{"uaip-services":1}}""", TokenProblem.Audience)]
    [InlineData("""{"aud":"uaip-services,others"}""", TokenProblem.Audience)]
    [InlineData("""{"userId":5}""", TokenProblem.Claims)]
    [InlineData("""{"userId":""}""", TokenProblem.Claims)]
    [InlineData("""{"userId":"a\u0000b"}""", TokenProblem.Claims)]
    [InlineData("""{"userId":"a\nb"}""", TokenProblem.Claims)]
    [InlineData("""{"sub":{"id":1}}""", TokenProblem.Claims)]
    [InlineData("""{"role":7}""", TokenProblem.Claims)]
    [InlineData("""{"roles":[["admin"]]}""", TokenProblem.Claims)]
    [InlineData("""{"roles":{"admin":true}}""", TokenProblem.Claims)]
    [InlineData("""{"agents":[null]}""", TokenProblem.Claims)]
    [InlineData("""{"agentId":false}""", TokenProblem.Claims)]
    [InlineData("""{"projects":"p1"}""", TokenProblem.None)]
    [InlineData("""{"discussions":3}""", TokenProblem.Claims)]
    [InlineData("""{"scope":["tool:read"]}""", TokenProblem.Claims)]
    [InlineData("""{"email":5}""", TokenProblem.None)]
    public async Task Read_OneClaimChanged_FollowsTheRules(string change, object problem)
    {
        var claims = TestTokens.Claims(Now);
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
        {
            var isOffset = value is JsonValue && value.GetValueKind() == System.Text.Json.JsonValueKind.String && value.GetValue<string>() is ['+' or '-', ..];
            claims[name] = isOffset ? Now.ToUnixTimeSeconds() + long.Parse(value!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture) : value?.DeepClone();
            if (claims[name] is null)
            {
                claims.Remove(name);
            }
        }

        Assert.Equal((TokenProblem)problem, (await ReadAsync(TestTokens.Hs256(claims))).Problem);
        Assert.Equal((TokenProblem)problem, (await ReadAsync(TestTokens.Es256(_ec, claims))).Problem);
    }

    // Headers, over good claims and a signature that is right for HS256.
    [Theory]
    [InlineData("""{"alg":"none"}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"None"}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"NONE"}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"nOnE"}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"hs256"}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"HS256 "}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"HS384"}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"HS512"}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"RS384"}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"PS256"}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"ES512"}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"ES256K"}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"EdDSA"}""", TokenProblem.Algorithm)]
    [InlineData("""{"alg":"RS256"}""", TokenProblem.Signature)]
    [InlineData("""{"alg":"ES256"}""", TokenProblem.Signature)]
    [InlineData("""{"alg":""}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":null}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":5}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":["HS256"]}""", TokenProblem.Malformed)]
    [InlineData("""{"typ":"JWT"}""", TokenProblem.Malformed)]
    [InlineData("{}", TokenProblem.Malformed)]
    [InlineData("[]", TokenProblem.Malformed)]
    [InlineData("\"HS256\"", TokenProblem.Malformed)]
    [InlineData("null", TokenProblem.Malformed)]
    [InlineData("", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256","alg":"HS256"}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"none","alg":"HS256"}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256","\u0061lg":"none"}""", TokenProblem.Malformed)]
    [InlineData("""{"ALG":"none","alg":"HS256"}""", TokenProblem.None)]
    [InlineData("""{"alg":"HS256","x":{"a":1,"a":2}}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256"} """, TokenProblem.None)]
    [InlineData("""{"alg":"HS256"}x""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256"}{"alg":"none"}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256",}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256"/**/}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256","x":"\ud800"}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256","\ud800":1}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256","x":[[[[[[[[[[]]]]]]]]]]}""", TokenProblem.Malformed)]
    [InlineData("\uFEFF{\"alg\":\"HS256\"}", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256","crit":[]}""", TokenProblem.Header)]
    [InlineData("""{"alg":"HS256","crit":["exp"],"exp":1}""", TokenProblem.Header)]
    [InlineData("""{"alg":"HS256","crit":["b64"],"b64":false}""", TokenProblem.Header)]
    [InlineData("""{"alg":"HS256","b64":false}""", TokenProblem.Header)]
    [InlineData("""{"alg":"HS256","zip":"DEF"}""", TokenProblem.Header)]
    [InlineData("""{"alg":"HS256","enc":"A128GCM"}""", TokenProblem.Header)]
    [InlineData("""{"alg":"HS256","cty":"JWT"}""", TokenProblem.Header)]
    [InlineData("""{"alg":"HS256","typ":"JOSE"}""", TokenProblem.Header)]
    [InlineData("""{"alg":"HS256","typ":"dpop+jwt"}""", TokenProblem.Header)]
    [InlineData("""{"alg":"HS256","typ":5}""", TokenProblem.Header)]
    [InlineData("""{"alg":"HS256","typ":"jwt"}""", TokenProblem.None)]
    [InlineData("""{"alg":"HS256","typ":"at+jwt"}""", TokenProblem.None)]
    [InlineData("""{"alg":"HS256","kid":""}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256","kid":5}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256","kid":null}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256","kid":["a"]}""", TokenProblem.Malformed)]
    [InlineData("""{"alg":"HS256","kid":"../../../../dev/null"}""", TokenProblem.None)]
    [InlineData("""{"alg":"HS256","kid":"/dev/null"}""", TokenProblem.None)]
    [InlineData("""{"alg":"HS256","kid":"' UNION SELECT 'secret' --"}""", TokenProblem.None)]
    [InlineData("""{"alg":"HS256","kid":"$(id)"}""", TokenProblem.None)]
    [InlineData("""{"alg":"HS256","jku":"https://evil.example/keys","x5u":"https://evil.example"}""", TokenProblem.None)]
    [InlineData("""{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}""", TokenProblem.None)]
    public async Task Read_HeaderAndSecretsSignature_FollowsTheRules(string header, object problem) =>
        Assert.Equal((TokenProblem)problem, (await ReadAsync(TestTokens.Hs256(TestTokens.Claims(Now), header: header))).Problem);

    [Fact]
    public async Task Read_KeyOfOneAlgorithmUsedForAnother_IsRefused()
    {
        var claims = TestTokens.Claims(Now, "mallory", "admin");
        byte[][] publicBytes =
        [
            _rsa.ExportSubjectPublicKeyInfo(), _rsa.ExportRSAPublicKey(), Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem() + "\n"),
            _rsa.ExportParameters(false).Modulus!, _ec.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(_ec.ExportSubjectPublicKeyInfoPem()),
            Encoding.UTF8.GetBytes(TestTokens.Jwk(_rsa, "r").ToJsonString()), [], new byte[32],
        ];

        foreach (var secret in publicBytes)
        {
            // An issuer that only has public keys knows no HS256 at all; one with a secret too checks with that secret.
            var onlyPublic = TestTokens.Reader(_time, Rsa(), Ec());
            Assert.Equal(TokenProblem.Algorithm, (await onlyPublic.ReadAsync(TestTokens.Hs256(claims, secret), default)).Problem);
            Assert.Equal(TokenProblem.Signature, (await ReadAsync(TestTokens.Hs256(claims, secret))).Problem);
        }

        var onlySecret = TestTokens.Reader(_time, new HmacKey(TestTokens.Secret));
        Assert.Equal(TokenProblem.Algorithm, (await onlySecret.ReadAsync(TestTokens.Rs256(_rsa, claims), default)).Problem);
        Assert.Equal(TokenProblem.Algorithm, (await onlySecret.ReadAsync(TestTokens.Es256(_ec, claims), default)).Problem);
    }

    [Fact]
    public async Task Read_SignaturesOfWrongForm_AreRefused()
    {
        var claims = TestTokens.Claims(Now);
        var text = claims.ToJsonString();
        string Es(Func<byte[], byte[]> sign) => TestTokens.Sign("""{"alg":"ES256"}""", text, sign);
        string Rs(Func<byte[], byte[]> sign) => TestTokens.Sign("""{"alg":"RS256"}""", text, sign);
        var forged = new[]
        {
            Es(_ => new byte[64]), Es(_ => [.. Enumerable.Repeat((byte)255, 64)]), Es(_ => []), Es(_ => new byte[63]), Es(_ => new byte[65]),
            Es(input => _ec.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            Es(input => _ec.SignData(input, HashAlgorithmName.SHA384)), Es(input => [.. _ec.SignData(input, HashAlgorithmName.SHA256), 0]),
            Rs(_ => new byte[256]), Rs(_ => []), Rs(_ => [1]), Rs(input => _rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)),
            Rs(input => _rsa.SignData(input, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1)), Rs(input => _rsa.SignData(input, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)),
            Rs(input => [0, .. _rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)]),
            TestTokens.Hs256(claims, [.. TestTokens.Secret, 1]), TestTokens.Hs256(claims, TestTokens.Secret[..31]), TestTokens.Hs256(claims, []),
            TestTokens.Sign("""{"alg":"HS256"}""", text, input => HMACSHA256.HashData(TestTokens.Secret, input)[..16]),
            TestTokens.Sign("""{"alg":"HS256"}""", text, _ => []), TestTokens.Sign("""{"alg":"HS256"}""", text, _ => new byte[32]),
        };

        foreach (var token in forged)
        {
            Assert.Equal(TokenProblem.Signature, (await ReadAsync(token)).Problem);
        }
    }

    [Fact]
    public async Task Read_TextOfWrongForm_IsMalformed()
    {
        var good = TestTokens.Hs256(TestTokens.Claims(Now));
        var parts = good.Split('.');
        var bad = new[]
        {
            "", ".", "..", "...", "a", "a.b", "a.b.c", good + ".", "." + good, good + "=", good + " ", " " + good, good + "\n", good.Replace(".", "..", StringComparison.Ordinal),
            $"{parts[0]}=.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}.{parts[2]}.{parts[2]}", $"{parts[0]}.{parts[1]}.{parts[2]}=", $"{parts[0]}.{parts[1]}.+/{parts[2][2..]}",
            $"{parts[0]}.{parts[1]}\r\n.{parts[2]}", $"{parts[0]}..{parts[2]}", $".{parts[1]}.{parts[2]}", $"{parts[0]}%2E{parts[1]}%2E{parts[2]}",
            $"{parts[0]}.{parts[1]}.{NotCanonical(parts[2])}", new string('a', 100_000), good + new string('A', SignedToken.MaxLength), "ｅｙＪ.ｅｙＪ.ａａ",
            TestTokens.Sign("""{"alg":"HS256"}""", "[]", _ => [1]), TestTokens.Sign("""{"alg":"HS256"}""", "5", _ => [1]), TestTokens.Sign("""{"alg":"HS256"}""", """{"sub":"a","sub":"b"}""", _ => [1]),
            TestTokens.Sign("""{"alg":"HS256"}""", """{"sub":"\ud800"}""", _ => [1]), TestTokens.Sign("""{"alg":"HS256"}""", "{\"a\":" + new string('[', 50) + new string(']', 50) + "}", _ => [1]),
            $"{parts[0]}.{Base64UrlText.Encode([0xff, 0xfe, .. "{}"u8])}.{parts[2]}", $"{parts[0]}.{Base64UrlText.Encode([.. "{\"a\":\""u8, 0xc3, 0x28, .. "\"}"u8])}.{parts[2]}",
        };

        Assert.Equal(TokenProblem.None, (await ReadAsync(good)).Problem);
        foreach (var token in bad)
        {
            Assert.Equal((token, TokenProblem.Malformed), (token, (await ReadAsync(token)).Problem));
        }
    }

    [Fact]
    public async Task Read_AnyByteOfATokenAltered_IsNeverTaken()
    {
        foreach (var good in new[] { TestTokens.Hs256(TestTokens.Claims(Now)), TestTokens.Es256(_ec, TestTokens.Claims(Now)) })
        {
            for (var index = 0; index < good.Length; index++)
            {
                var altered = good.ToCharArray();
                altered[index] = altered[index] == 'A' ? 'B' : 'A';
                Assert.NotEqual(TokenProblem.None, (await ReadAsync(new string(altered))).Problem);
            }
        }
    }

    // Which tokens are a client's own, and which are a person's that a client got.
    [Theory]
    [InlineData("""{"client_id":"svc","sub":"svc"}""", true)]
    [InlineData("""{"azp":"svc","sub":"svc@clients"}""", true)]
    [InlineData("""{"azp":"svc","sub":"0b1f","gty":"client-credentials"}""", true)]
    [InlineData("""{"azp":"svc","sub":"0b1f","idtyp":"app"}""", true)]
    [InlineData("""{"azp":"svc","sub":"0b1f","preferred_username":"service-account-svc"}""", true)]
    [InlineData("""{"client_id":"svc"}""", true)]
    [InlineData("""{"azp":"svc","sub":"alice"}""", false)]
    [InlineData("""{"client_id":"svc","sub":"svc","userId":"alice"}""", false)]
    [InlineData("""{"azp":"svc","sub":"alice","preferred_username":"service-account-other"}""", false)]
    [InlineData("""{"sub":"svc"}""", false)]
    public void Claims_ClientAndSubject_TellWhoseTokenItIs(string claims, bool ofClient) =>
        Assert.Equal(ofClient, TokenClaims.Read(TestTokens.Json(claims), Now)!.OfClient);

    // Keys of a set that are not taken.
    [Theory]
    [InlineData("""{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB"}""")]
    [InlineData("""{"kty":"RSA"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5aw"}""")]
    [InlineData("""{"kty":"EC","crv":"P-384","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","use":"enc","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","alg":"ES384","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","key_ops":["sign"],"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","kid":5,"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""")]
    [InlineData("5")]
    [InlineData("null")]
    public void KeySet_KeyThatCannotBeUsed_IsLeftOut(string key) => Assert.Empty(JsonWebKeys.Read(TestTokens.Json($$"""{"keys":[{{key}}]}"""))!);

    [Fact]
    public void KeySet_WeakRsaKeys_AreLeftOut()
    {
        using var small = RSA.Create(1024);
        var weak = TestTokens.Jwk(_rsa, "r");
        weak["e"] = "Aw";
        var one = TestTokens.Jwk(_rsa, "r");
        one["e"] = "AQ";
        Assert.Empty(JsonWebKeys.Read(TestTokens.Json(new JsonObject { ["keys"] = new JsonArray(TestTokens.Jwk(small, "s"), weak, one) }.ToJsonString()))!);
        Assert.Equal(2, JsonWebKeys.Read(TestTokens.Json(new JsonObject { ["keys"] = new JsonArray(TestTokens.Jwk(_rsa, "r"), TestTokens.Jwk(_ec, "e")) }.ToJsonString()))!.Count);
        Assert.All(new[] { "[]", "{}", """{"keys":{}}""", "5" }, text => Assert.Null(JsonWebKeys.Read(TestTokens.Json(text))));
    }

    private static string NotCanonical(string part)
    {
        // The last of 43 letters carries 4 bits of the signature and 2 that must be zero.
        const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return part[..^1] + Letters[Letters.IndexOf(part[^1], StringComparison.Ordinal) | 1];
    }

    private VerificationKey Rsa() => JsonWebKeys.Read(TestTokens.Json(new JsonObject { ["keys"] = new JsonArray(TestTokens.Jwk(_rsa, "r")) }.ToJsonString()))![0];

    private VerificationKey Ec() => JsonWebKeys.Read(TestTokens.Json(new JsonObject { ["keys"] = new JsonArray(TestTokens.Jwk(_ec, "e")) }.ToJsonString()))![0];

    private ValueTask<TokenReading> ReadAsync(string token) =>
        TestTokens.Reader(_time, new HmacKey(TestTokens.Secret), Rsa(), Ec()).ReadAsync(token, CancellationToken.None);
}
