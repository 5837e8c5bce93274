using System.Text;
using System.Text.Json;

namespace Capns.Registry.Worker.Reading;

/// <summary>Short forms of what a caller sent, for error messages.</summary>
internal static class Preview
{
    /// <summary>Longest preview, in characters, before it is cut.</summary>
    public const int MaxLength = 60;

    /// <summary>A value as JSON, cut; objects and arrays only by their kind, because they may be large or private.</summary>
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => Cut(value.GetRawText()),
    };

    /// <summary>Text in quotes, cut.</summary>
    public static string Of(string text) => $"\"{Cut(text)}\"";

    /// <summary>At most <paramref name="length"/> characters, never half a surrogate pair.</summary>
    public static string Cut(string text, int length = MaxLength)
    {
        if (text.Length <= length)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
        return string.Concat(text.AsSpan(0, end), "…");
    }

    /// <summary>Number of Unicode characters: what the limits of ids and texts count.</summary>
    public static int Characters(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    /// <summary>A member name as one step of a JSON Pointer (RFC 6901).</summary>
    public static string Step(string name) =>
        new StringBuilder(name).Replace("~", "~0").Replace("/", "~1").ToString();
}
