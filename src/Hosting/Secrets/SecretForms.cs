using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Capns.Hosting.Secrets;

/// <summary>The forms in which a known secret value turns up in text.</summary>
internal static class SecretForms
{
    /// <summary>Lines of a secret of several lines that are shorter say nothing.</summary>
    private const int ShortestLine = 8;

    /// <summary>
    /// As it is, line by line, as JSON writes it, in a URL, in base64. A value that is no text is looked through; true, false and null are
    /// no secrets.
    /// </summary>
    public static IEnumerable<string> Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Of(value.GetString()!),
        JsonValueKind.Number => [value.GetRawText()],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Of),
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Of(member.Value)),
        _ => [],
    };

    /// <inheritdoc cref="Of(JsonElement)"/>
    public static IEnumerable<string> Of(string text)
    {
        if (text.Length == 0)
        {
            yield break;
        }

        yield return text;
        yield return JsonEncodedText.Encode(text).ToString();
        yield return JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        yield return Uri.EscapeDataString(text);
        yield return Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Length >= ShortestLine
            && line.Length < text.Length))
        {
            yield return line;
        }
    }
}
