using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Capns.Hosting.Secrets;

/// <summary>Encrypts what must not be read at rest or on the bus (platform spec 5.13). Thread-safe.</summary>
public interface ISealer
{
    /// <summary>Encrypts with the first key.</summary>
    /// <param name="value">Any bytes.</param>
    /// <param name="place">Where it belongs, e.g. <c>execution/0195…/parameters</c>: it opens nowhere else.</param>
    byte[] Seal(ReadOnlySpan<byte> value, string place);

    /// <summary>Decrypts.</summary>
    /// <returns>False when no key fits, it belongs to another place, or a bit of it was changed.</returns>
    bool TryOpen(ReadOnlySpan<byte> @sealed, string place, [NotNullWhen(true)] out byte[]? value);
}

/// <summary>
/// AES-256-GCM: version (1 byte), key id (4), nonce (12), the encrypted value, tag (16). Version, key id and place are authenticated.
/// </summary>
public sealed class Sealer(SealingKeys keys) : ISealer
{
    private const byte Version = 1;
    private const int HeaderBytes = 5;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Bytes that sealing adds.</summary>
    public const int Overhead = HeaderBytes + NonceBytes + TagBytes;

    /// <inheritdoc/>
    public byte[] Seal(ReadOnlySpan<byte> value, string place)
    {
        ArgumentNullException.ThrowIfNull(place);
        var output = new byte[Overhead + value.Length];
        output[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(output.AsSpan(1), keys.Ids[0]);
        var nonce = output.AsSpan(HeaderBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(keys.Current, TagBytes);
        var body = output.AsSpan(HeaderBytes + NonceBytes, value.Length);
        cipher.Encrypt(nonce, value, body, output.AsSpan(output.Length - TagBytes), Associated(output, place));
        return output;
    }

    /// <inheritdoc/>
    public bool TryOpen(ReadOnlySpan<byte> @sealed, string place, [NotNullWhen(true)] out byte[]? value)
    {
        ArgumentNullException.ThrowIfNull(place);
        value = null;
        if (@sealed.Length < Overhead || @sealed[0] != Version
            || keys.Find(BinaryPrimitives.ReadUInt32BigEndian(@sealed[1..])) is not { } key)
        {
            return false;
        }

        using var cipher = new AesGcm(key, TagBytes);
        var opened = new byte[@sealed.Length - Overhead];
        try
        {
            cipher.Decrypt(
                @sealed.Slice(HeaderBytes, NonceBytes), @sealed.Slice(HeaderBytes + NonceBytes, opened.Length), @sealed[^TagBytes..],
                    opened, Associated(@sealed, place));
            value = opened;
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static byte[] Associated(ReadOnlySpan<byte> @sealed, string place)
    {
        var text = new byte[HeaderBytes + Encoding.UTF8.GetByteCount(place)];
        @sealed[..HeaderBytes].CopyTo(text);
        Encoding.UTF8.GetBytes(place, text.AsSpan(HeaderBytes));
        return text;
    }
}
