using System.Text.Json;

namespace Capns.Discovery.Worker.Catalogue;

/// <summary>What can be searched of a definition's JSON. Pure.</summary>
internal static class CatalogueTexts
{
    /// <summary>Characters of one example's text; what is longer is data, not words.</summary>
    private const int LongestExample = 400;

    /// <summary>Names of a schema's properties, in its order.</summary>
    /// <param name="schema">JSON text. Absent: none.</param>
    public static IReadOnlyList<string> ParameterNames(string? schema)
    {
        if (schema is null)
        {
            return [];
        }

        using var document = JsonDocument.Parse(schema);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            ? [.. properties.EnumerateObject().Select(property => property.Name)]
            : [];
    }

    /// <summary>A line for each example: its name, its description, and the texts of its input.</summary>
    /// <param name="examples">JSON text of the list. Absent: none.</param>
    public static IReadOnlyList<string> Examples(string? examples)
    {
        if (examples is null)
        {
            return [];
        }

        using var document = JsonDocument.Parse(examples);
        return document.RootElement.ValueKind == JsonValueKind.Array
            ? [.. document.RootElement.EnumerateArray().Select(Line).Where(line => line.Length > 0)]
            : [];
    }

    private static string Line(JsonElement example)
    {
        var line = string.Join(' ', Texts(example));
        return line.Length <= LongestExample ? line : line[..LongestExample];
    }

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object => value.EnumerateObject().Where(member => member.Name != "expectedOutput").SelectMany(member => Texts(member.Value)),
        _ => [],
    };
}
