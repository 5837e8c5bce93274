using System.Numerics;
using System.Security.Cryptography;

namespace Capns.Registry.Worker.Tools.Signing;

/// <summary>Signatures with Ed25519 (RFC 8032, 5.1), which the base library does not have. Pure; for few signatures: one takes some milliseconds.</summary>
/// <remarks>
/// Arithmetic with big numbers takes time that depends on the numbers. What is secret enters it only blinded by a random multiple of the
/// group's order, or modulo that order: so times tell nothing of the key.
/// </remarks>
internal static class Ed25519
{
    /// <summary>Bytes of a private key (the seed) and of a public key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureBytes = 64;

    private const int BlindingBytes = 16;

    private static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
    private static readonly BigInteger D = Reduce(-121665 * Inverse(121666));
    private static readonly BigInteger SquareRootOfMinusOne = BigInteger.ModPow(2, (Prime - 1) / 4, Prime);
    private static readonly Point Neutral = new(0, 1, 1, 0);
    private static readonly Point Base = Read(Convert.FromHexString("58" + new string('6', 62)))!.Value;

    /// <summary>The public key of a private one.</summary>
    public static byte[] PublicKey(ReadOnlySpan<byte> seed) => Write(Multiply(Blinded(Expand(seed).Scalar), Base));

    /// <summary>Signs.</summary>
    /// <param name="seed">32 bytes.</param>
    /// <param name="message">Any bytes; the same give the same signature.</param>
    public static byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message)
    {
        var (scalar, prefix) = Expand(seed);
        var publicKey = Write(Multiply(Blinded(scalar), Base));
        var nonce = Number(Hash(prefix, message)) % Order;
        var commitment = Write(Multiply(Blinded(nonce), Base));
        var challenge = Number(Hash(commitment, publicKey, message)) % Order;
        return [.. commitment, .. Bytes((nonce + (challenge * scalar)) % Order)];
    }

    /// <summary>True when the signature is that of the message by the key's owner. Anything malformed is none.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != KeyBytes || signature.Length != SignatureBytes)
        {
            return false;
        }

        var commitment = signature[..KeyBytes];
        var answer = Number(signature[KeyBytes..]);
        if (answer >= Order || Read(publicKey) is not { } key || Read(commitment) is not { } point)
        {
            return false;
        }

        var challenge = Number(Hash(commitment, publicKey, message)) % Order;
        return Write(Multiply(answer, Base)).AsSpan().SequenceEqual(Write(Add(point, Multiply(challenge, key))));
    }

    private static (BigInteger Scalar, byte[] Prefix) Expand(ReadOnlySpan<byte> seed)
    {
        var hash = SHA512.HashData(seed);
        hash[0] &= 248;
        hash[31] &= 127;
        hash[31] |= 64;
        return (Number(hash.AsSpan(0, KeyBytes)), hash[KeyBytes..]);
    }

    /// <summary>Another number with the same multiple of the base.</summary>
    private static BigInteger Blinded(BigInteger scalar) => scalar + (Order * (Number(RandomNumberGenerator.GetBytes(BlindingBytes)) + (BigInteger.One << (8 * BlindingBytes))));

    private static byte[] Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(first);
        hash.AppendData(second);
        hash.AppendData(third);
        return hash.GetHashAndReset();
    }

    // RFC 8032, 5.1.4.
    private static Point Add(Point one, Point other)
    {
        var a = Reduce((one.Y - one.X) * (other.Y - other.X));
        var b = Reduce((one.Y + one.X) * (other.Y + other.X));
        var c = Reduce(2 * one.T * other.T % Prime * D);
        var d = Reduce(2 * one.Z * other.Z);
        var (e, f, g, h) = (b - a, d - c, d + c, b + a);
        return new Point(Reduce(e * f), Reduce(g * h), Reduce(f * g), Reduce(e * h));
    }

    private static Point Multiply(BigInteger scalar, Point point)
    {
        var sum = Neutral;
        for (var bit = (int)scalar.GetBitLength() - 1; bit >= 0; bit--)
        {
            sum = Add(sum, sum);
            if (!((scalar >> bit) & 1).IsZero)
            {
                sum = Add(sum, point);
            }
        }

        return sum;
    }

    private static byte[] Write(Point point)
    {
        var inverse = Inverse(point.Z);
        var bytes = Bytes(Reduce(point.Y * inverse));
        if (!Reduce(point.X * inverse).IsEven)
        {
            bytes[^1] |= 0x80;
        }

        return bytes;
    }

    // RFC 8032, 5.1.3.
    private static Point? Read(ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        var isOdd = (copy[^1] & 0x80) != 0;
        copy[^1] &= 0x7f;
        var y = Number(copy);
        if (y >= Prime)
        {
            return null;
        }

        var square = Reduce(((y * y) - 1) * Inverse(Reduce((D * y * y) + 1)));
        var x = BigInteger.ModPow(square, (Prime + 3) / 8, Prime);
        if (Reduce((x * x) - square) != 0)
        {
            x = Reduce(x * SquareRootOfMinusOne);
        }

        if (Reduce((x * x) - square) != 0 || (x.IsZero && isOdd))
        {
            return null;
        }

        x = x.IsEven == isOdd ? Prime - x : x;
        return new Point(x, y, 1, Reduce(x * y));
    }

    private static BigInteger Reduce(BigInteger number) => ((number % Prime) + Prime) % Prime;

    private static BigInteger Inverse(BigInteger number) => BigInteger.ModPow(number, Prime - 2, Prime);

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);

    private static byte[] Bytes(BigInteger number)
    {
        var bytes = new byte[KeyBytes];
        _ = number.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    /// <summary>In extended homogeneous coordinates.</summary>
    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T);
}
