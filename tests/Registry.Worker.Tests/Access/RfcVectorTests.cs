using System.Text.Json;
using Capns.Access.Tokens;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>The examples of RFC 7515, appendix A, and RFC 7519, 3.1, 6.1 and appendix A.</summary>
public sealed class RfcVectorTests
{
    private const string Payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    private const string A1 = $"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{Payload}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string A2 = $"eyJhbGciOiJSUzI1NiJ9.{Payload}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    private const string A3 = $"eyJhbGciOiJFUzI1NiJ9.{Payload}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    private const string A5 = $"eyJhbGciOiJub25lIn0.{Payload}.";
    private const string Secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    private const string RsaJwk = """{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}""";
    private const string EcJwk = """{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""";

    public static TheoryData<string, string> Examples => new() { { "A.1", A1 }, { "A.2", A2 }, { "A.3", A3 } };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_ItsOwnKey_Verifies(string name, string text)
    {
        Assert.Equal(TokenProblem.None, SignedToken.TryRead(text, out var token));
        Assert.Equal("joe", token!.Claims.GetProperty("iss").GetString());
        Assert.True(KeyOf(name).Verifies(token.Input, token.Signature));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_AnyOtherKeyOrByte_DoesNotVerify(string name, string text)
    {
        SignedToken.TryRead(text, out var token);
        Assert.All(new[] { "A.1", "A.2", "A.3" }.Except([name]), other => Assert.False(KeyOf(other).Verifies(token!.Input, token.Signature)));
        var key = KeyOf(name);
        for (var index = 0; index < token!.Signature.Length; index++)
        {
            var altered = (byte[])token.Signature.Clone();
            altered[index] ^= 1;
            Assert.False(key.Verifies(token.Input, altered));
        }

        for (var index = 0; index < token.Input.Length; index++)
        {
            var altered = (byte[])token.Input.Clone();
            altered[index] ^= 1;
            Assert.False(key.Verifies(altered, token.Signature));
        }
    }

    [Fact]
    public async Task Example_A1WithTheRulesOfItsTime_IsHeldToTimeAndAudience()
    {
        SignedToken.TryRead(A1, out var token);
        var end = DateTimeOffset.FromUnixTimeSeconds(1300819380);
        Assert.Equal(TokenProblem.Audience, TokenRules.Check(token!.Claims, "joe", "anybody", end, out _));
        Assert.Equal(TokenProblem.Issuer, TokenRules.Check(token.Claims, "Joe", "anybody", end, out _));

        // Nobody here is called joe: the whole reader refuses it before any key is tried.
        Assert.Equal(TokenProblem.Issuer, (await TestTokens.Reader(TimeProvider.System, KeyOf("A.1")).ReadAsync(A1, default)).Problem);
    }

    [Fact]
    public void Example_OfAnotherKind_IsNoSignedToken()
    {
        // A.5 and RFC 7519, 6.1: not secured. It can be read; "none" is no algorithm of any issuer.
        Assert.Equal(TokenProblem.None, SignedToken.TryRead(A5, out var unsecured));
        Assert.Equal("none", unsecured!.Algorithm);
        Assert.Empty(unsecured.Signature);

        // A.6: JSON serialization. RFC 7519, A.1: five parts, encrypted. A.2: nested, cty JWT.
        Assert.Equal(TokenProblem.Malformed, SignedToken.TryRead($$"""{"payload":"{{Payload}}","protected":"eyJhbGciOiJFUzI1NiJ9","signature":"{{A3.Split('.')[2]}}"}""", out _));
        Assert.Equal(TokenProblem.Malformed, SignedToken.TryRead("eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.QR1Owv2ug2WyPBnbQrRARTeEk9kDO2w8qDcjiHnSJflSdv1iNqhWXaKH4MqAkQtM.AxY8DCtDaGlsbGljb3RoZQ.MKOle7UQrG6nSxTLX6Mqwt0orbHvAKeWnDYvpIAeZ72deHxz3roJDXQyhxx0wKaM.fiK51VwhsxJ-siBMR-YFiA", out _));
        Assert.Equal(TokenProblem.Header, SignedToken.TryRead(TestTokens.Sign("""{"alg":"HS256","cty":"JWT"}""", "{}", _ => [1]), out _));
    }

    private static VerificationKey KeyOf(string example)
    {
        if (example == "A.1")
        {
            Assert.True(Base64UrlText.TryDecode(Secret, out var secret));
            return new HmacKey(secret);
        }

        return Assert.Single(JsonWebKeys.Read(JsonSerializer.Deserialize<JsonElement>($$"""{"keys":[{{(example == "A.2" ? RsaJwk : EcJwk)}}]}"""))!);
    }
}
