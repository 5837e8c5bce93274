using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Capns.Core.Json;

/// <summary>Looks through JSON text for what the base library lets pass and later throws on.</summary>
/// <remarks>
/// A parsed document may hold invalid UTF-8 and lone surrogates (they throw only when a string is read), and nests as
/// deep as its reader allowed. One scan of the text, without recursion, finds all of it.
/// </remarks>
public static class JsonTextGuard
{
    /// <summary>Deepest nesting of arrays and objects that our recursive code walks; the base library's reader allows 64.</summary>
    public const int MaxDepth = 128;

    /// <summary>Says why a value cannot be walked safely.</summary>
    /// <param name="value">Any value, also an undefined one.</param>
    /// <param name="maxDepth">Most levels of arrays and objects, included; a scalar has none.</param>
    /// <returns>A sentence without the subject ("is …"), or null when the value is fine.</returns>
    public static string? FindProblem(JsonElement value, int maxDepth = MaxDepth)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            return "is not a JSON value";
        }

        var text = JsonMarshal.GetRawUtf8Value(value);
        return Utf8.IsValid(text) ? Scan(text, maxDepth) : "is not valid UTF-8";
    }

    private static string? Scan(ReadOnlySpan<byte> text, int maxDepth)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'{' or (byte)'[':
                    if (++depth > maxDepth)
                    {
                        return $"nests deeper than {maxDepth} levels";
                    }

                    break;
                case (byte)'}' or (byte)']':
                    depth--;
                    break;
                case (byte)'"':
                    if (!TrySkipString(text, ref i))
                    {
                        return "has a string with half a surrogate pair";
                    }

                    break;
            }
        }

        return null;
    }

    /// <summary>Moves from the opening quote to the closing one.</summary>
    private static bool TrySkipString(ReadOnlySpan<byte> text, ref int position)
    {
        for (position++; position < text.Length && text[position] != (byte)'"'; position++)
        {
            if (text[position] != (byte)'\\')
            {
                continue;
            }

            position++;
            if (text[position] != (byte)'u')
            {
                continue;
            }

            var unit = UnitAt(text, position + 1);
            position += 4;
            if (char.IsLowSurrogate(unit))
            {
                return false;
            }

            if (char.IsHighSurrogate(unit))
            {
                if (position + 6 >= text.Length || text[position + 1] != (byte)'\\' || text[position + 2] != (byte)'u'
                    || !char.IsLowSurrogate(UnitAt(text, position + 3)))
                {
                    return false;
                }

                position += 6;
            }
        }

        return true;
    }

    private static char UnitAt(ReadOnlySpan<byte> text, int start)
    {
        var unit = 0;
        foreach (var digit in text.Slice(start, 4))
        {
            unit = (unit << 4) | (digit <= (byte)'9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return (char)unit;
    }
}
