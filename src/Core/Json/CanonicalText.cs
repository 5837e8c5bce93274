using System.Buffers;
using System.Globalization;
using System.Text;

namespace Capns.Core.Json;

/// <summary>Strings of canonical JSON (RFC 8785, 3.2.2.2): only what must be escaped is, in the shortest way.</summary>
internal static class CanonicalText
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\']);

    /// <summary>Writes the string with its quotes as UTF-8.</summary>
    /// <param name="text">Without lone surrogates.</param>
    /// <param name="output">Gets the bytes.</param>
    public static void Write(string text, IBufferWriter<byte> output)
    {
        Encoding.UTF8.GetBytes("\"", output);
        var rest = text.AsSpan();
        for (var at = rest.IndexOfAny(Escaped); at >= 0; at = rest.IndexOfAny(Escaped))
        {
            Encoding.UTF8.GetBytes(rest[..at], output);
            Encoding.UTF8.GetBytes(Escape(rest[at]), output);
            rest = rest[(at + 1)..];
        }

        Encoding.UTF8.GetBytes(rest, output);
        Encoding.UTF8.GetBytes("\"", output);
    }

    private static string Escape(char symbol) => symbol switch
    {
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\f' => "\\f",
        '\r' => "\\r",
        '"' => "\\\"",
        '\\' => "\\\\",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)symbol:x4}"),
    };
}
