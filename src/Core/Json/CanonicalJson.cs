using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Capns.Core.Json;

/// <summary>The canonical bytes of a JSON value (RFC 8785): what is hashed, signed and compared.</summary>
/// <remarks>Numbers are IEEE 754 doubles there: digits beyond a double's precision do not count. Thread-safe.</remarks>
public static class CanonicalJson
{
    /// <summary>The canonical UTF-8 bytes.</summary>
    /// <exception cref="FormatException">The value has no canonical form; see <see cref="TryWrite"/>.</exception>
    public static byte[] Write(JsonElement value) =>
        TryWrite(value, out var bytes, out var error) ? bytes : throw new FormatException($"The value {error}.");

    /// <summary><c>sha256:</c> and the hex SHA-256, in lower case, of the canonical bytes (platform spec 5.2).</summary>
    /// <exception cref="FormatException">The value has no canonical form; see <see cref="TryWrite"/>.</exception>
    public static string Digest(JsonElement value) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Write(value)));

    /// <summary>The canonical UTF-8 bytes, or why there are none.</summary>
    /// <param name="value">Any value.</param>
    /// <param name="bytes">The bytes, when the answer is true.</param>
    /// <param name="error">
    /// A sentence without its subject: not JSON, deeper than <see cref="JsonTextGuard.MaxDepth"/>, half a surrogate pair,
    /// a property name given twice, or a number beyond a double's range.
    /// </param>
    public static bool TryWrite(
        JsonElement value, [NotNullWhen(true)] out byte[]? bytes, [NotNullWhen(false)] out string? error)
    {
        bytes = null;
        error = JsonTextGuard.FindProblem(value);
        if (error is not null)
        {
            return false;
        }

        var output = new ArrayBufferWriter<byte>();
        error = WriteValue(value, output);
        bytes = error is null ? output.WrittenSpan.ToArray() : null;
        return error is null;
    }

    private static string? WriteValue(JsonElement value, ArrayBufferWriter<byte> output)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return WriteObject(value, output);
            case JsonValueKind.Array:
                return WriteArray(value, output);
            case JsonValueKind.String:
                CanonicalText.Write(value.GetString()!, output);
                return null;
            case JsonValueKind.Number:
                var number = value.GetDouble();
                if (!double.IsFinite(number))
                {
                    return "has a number beyond the range of a double";
                }

                Ascii(EcmaScriptNumber.ToText(number), output);
                return null;
            default:
                Ascii(value.GetRawText(), output);
                return null;
        }
    }

    private static string? WriteArray(JsonElement array, ArrayBufferWriter<byte> output)
    {
        var separator = "[";
        foreach (var item in array.EnumerateArray())
        {
            Ascii(separator, output);
            separator = ",";
            if (WriteValue(item, output) is { } error)
            {
                return error;
            }
        }

        Ascii(separator == "[" ? "[]" : "]", output);
        return null;
    }

    private static string? WriteObject(JsonElement value, ArrayBufferWriter<byte> output)
    {
        // Ordinal comparison of .NET strings is by UTF-16 code unit, which is what the RFC asks for.
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (!members.TryAdd(property.Name, property.Value))
            {
                return $"has the property '{property.Name}' twice";
            }
        }

        var separator = "{";
        foreach (var (name, member) in members)
        {
            Ascii(separator, output);
            separator = ",";
            CanonicalText.Write(name, output);
            Ascii(":", output);
            if (WriteValue(member, output) is { } error)
            {
                return error;
            }
        }

        Ascii(separator == "{" ? "{}" : "}", output);
        return null;
    }

    private static void Ascii(string text, ArrayBufferWriter<byte> output) => Encoding.UTF8.GetBytes(text, output);
}
