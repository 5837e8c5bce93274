using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Caps.Validation;

/// <summary>Values as errors show them.</summary>
internal static class ValueText
{
    /// <summary>Errors are read by people, not by browsers: no need for <c>\u0022</c>.</summary>
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A value as JSON without white space, cut off at <see cref="CapValidationError.MaxValueLength"/>.</summary>
    /// <param name="value">One that <see cref="JsonTextGuard"/> finds nothing wrong with.</param>
    public static string Of(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            value.WriteTo(writer);
        }

        var text = Encoding.UTF8.GetString(buffer.WrittenSpan);
        if (text.Length <= CapValidationError.MaxValueLength)
        {
            return text;
        }

        var length = CapValidationError.MaxValueLength;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length), "…");
    }

    /// <summary>A string as JSON.</summary>
    public static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";
}
