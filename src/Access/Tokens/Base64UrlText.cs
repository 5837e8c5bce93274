using System.Buffers;
using System.Buffers.Text;

namespace Capns.Access.Tokens;

/// <summary>Base64url as RFC 7515, 2 has it: no padding, no white space, and one text only for any bytes.</summary>
internal static class Base64UrlText
{
    private static readonly SearchValues<char> Letters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>
    /// False when it is not exactly what an encoder writes; unused bits that are not zero would make two texts of one token.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        if (text.ContainsAnyExcept(Letters))
        {
            return false;
        }

        var buffer = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, buffer, out var read, out var written) != OperationStatus.Done || read != text.Length)
        {
            return false;
        }

        bytes = buffer[..written];
        return Base64Url.EncodeToString(bytes).AsSpan().SequenceEqual(text);
    }

    /// <summary>Without padding.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
