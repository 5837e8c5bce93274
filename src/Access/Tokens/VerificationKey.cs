using System.Security.Cryptography;

namespace Capns.Access.Tokens;

/// <summary>A key that checks signatures of one algorithm, which is the key's and never the token's choice. Thread-safe.</summary>
/// <remarks>So a public key cannot be taken for the secret of an HMAC, or the other way round (RFC 8725, 3.1).</remarks>
internal abstract class VerificationKey(string algorithm, string? keyId)
{
    /// <summary>HMAC with SHA-256.</summary>
    public const string Hs256 = "HS256";

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256.</summary>
    public const string Rs256 = "RS256";

    /// <summary>ECDSA on P-256 with SHA-256.</summary>
    public const string Es256 = "ES256";

    /// <summary>The one algorithm.</summary>
    public string Algorithm { get; } = algorithm;

    /// <summary>Absent: it has none.</summary>
    public string? KeyId { get; } = keyId;

    /// <summary>True when the signature is this key's over exactly these bytes.</summary>
    public abstract bool Verifies(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature);
}

/// <summary>A shared secret.</summary>
internal sealed class HmacKey(ReadOnlyMemory<byte> secret) : VerificationKey(Hs256, null)
{
    /// <summary>The signature that it would make.</summary>
    public byte[] Sign(ReadOnlySpan<byte> input) => HMACSHA256.HashData(secret.Span, input);

    public override bool Verifies(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) =>
        CryptographicOperations.FixedTimeEquals(Sign(input), signature);
}

/// <summary>An RSA public key of 2,048 to 8,192 bits.</summary>
internal sealed class RsaKey : VerificationKey
{
    private const int LeastBits = 2048;
    private const int MostBits = 8192;
    private const int LeastExponent = 65537;

    private readonly RSAParameters _parameters;
    private readonly int _bytes;

    /// <exception cref="CryptographicException">It is no such key.</exception>
    public RsaKey(byte[] modulus, byte[] exponent, string? keyId)
        : base(Rs256, keyId)
    {
        modulus = [.. modulus.SkipWhile(value => value == 0)];
        exponent = [.. exponent.SkipWhile(value => value == 0)];
        var number = exponent.Length is > 0 and <= 4 ? exponent.Aggregate(0L, (sum, value) => (sum << 8) | value) : 0;
        if (modulus.Length is < LeastBits / 8 or > MostBits / 8 || number < LeastExponent || number % 2 == 0)
        {
            throw new CryptographicException("The RSA key has a size or an exponent that is not accepted.");
        }

        _parameters = new RSAParameters { Modulus = modulus, Exponent = exponent };
        _bytes = modulus.Length;
        using var probe = RSA.Create(_parameters);
    }

    public override bool Verifies(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != _bytes)
        {
            return false;
        }

        // One each time: the platform does not promise that one may be shared between threads.
        using var rsa = RSA.Create(_parameters);
        return rsa.VerifyData(input, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}

/// <summary>A public key on the curve P-256.</summary>
internal sealed class EcKey : VerificationKey
{
    private const int CoordinateBytes = 32;

    private readonly ECParameters _parameters;

    /// <exception cref="CryptographicException">The point does not lie on the curve.</exception>
    public EcKey(byte[] x, byte[] y, string? keyId)
        : base(Es256, keyId)
    {
        if (x.Length != CoordinateBytes || y.Length != CoordinateBytes)
        {
            throw new CryptographicException("A coordinate of P-256 has 32 bytes.");
        }

        _parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } };
        using var probe = ECDsa.Create(_parameters);
    }

    public override bool Verifies(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * CoordinateBytes)
        {
            return false;
        }

        using var ec = ECDsa.Create(_parameters);
        return ec.VerifyData(input, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
