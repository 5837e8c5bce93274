using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Capns.Contracts.Json;

namespace Capns.Runner.Worker.Runs.Output;

/// <summary>JSON that a tool wrote: taken only if it can also be written again, so that no tool can make a report unsendable.</summary>
internal static class ToolJson
{
    /// <summary>Levels of nesting a tool's value may have; it travels inside other documents whose readers stop at 64.</summary>
    public const int MaxDepth = 32;

    /// <summary>Parses one JSON value; invalid UTF-8 in it is replaced.</summary>
    /// <returns>False when it is not JSON, too deep, or holds text that is no Unicode (a lone surrogate).</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out JsonElement? value)
    {
        value = null;
        var text = Utf8.IsValid(bytes) ? bytes : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes));
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
            var parsed = JsonElement.ParseValue(ref reader);
            if (reader.Read())
            {
                return false;
            }

            _ = Size(parsed);
            value = parsed;
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Bytes of the value as it is written on the wire.</summary>
    public static int Size(JsonElement value) => JsonSerializer.SerializeToUtf8Bytes(value, WireJson.Options).Length;
}
