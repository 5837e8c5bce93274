using System.Globalization;
using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Validation;

/// <summary>What a keyword is made from: its value, its neighbours, and the schemas inside it.</summary>
internal sealed class KeywordSource(SchemaIndex index, SchemaNode node, string name, JsonElement value)
{
    /// <summary>The schema that the keyword stands in.</summary>
    public SchemaNode Node { get; } = node;

    /// <summary>The document.</summary>
    public SchemaIndex Index { get; } = index;

    /// <summary>The keyword.</summary>
    public string Name { get; } = name;

    /// <summary>Its value, of the kind that the meta-schema demands.</summary>
    public JsonElement Value { get; } = value;

    /// <summary>JSON Pointer of the value.</summary>
    public string Path => JsonPointer.Append(Node.Path, Name);

    /// <summary>The value as a subschema.</summary>
    public SchemaNode Schema => Index.At(Path);

    /// <summary>The value as an array of subschemas.</summary>
    public SchemaNode[] Schemas => [.. Value.EnumerateArray().Select((_, position) => Index.At(JsonPointer.Append(Path, position)))];

    /// <summary>The value as an object of subschemas; of a name given twice the last text counts.</summary>
    public Dictionary<string, SchemaNode> NamedSchemas =>
        Value.EnumerateObject().Select(member => member.Name).Distinct(StringComparer.Ordinal)
            .ToDictionary(member => member, member => Index.At(JsonPointer.Append(Path, member)), StringComparer.Ordinal);

    /// <summary>A count, 0 and up; counts beyond <see cref="int.MaxValue"/> are held there, where no value reaches.</summary>
    public int Count => Value.TryGetInt32(out var count)
        ? count
        : (int)Math.Min(int.MaxValue, decimal.TryParse(Value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var large) ? large : int.MaxValue);

    /// <summary>A neighbouring keyword's subschema, if there is one.</summary>
    public SchemaNode? Neighbour(string keyword) =>
        Node.Source.TryGetProperty(keyword, out _) ? Index.At(JsonPointer.Append(Node.Path, keyword)) : null;

    /// <summary>A neighbouring keyword's count, if there is one.</summary>
    public int? NeighbourCount(string keyword) =>
        Node.Source.TryGetProperty(keyword, out var count) ? new KeywordSource(Index, Node, keyword, count).Count : null;

    /// <summary>Reads a pattern; refuses the schema and gives null when it is malformed.</summary>
    public EcmaPattern? Pattern(string text)
    {
        if (!Index.Patterns.TryGet(text, out var pattern, out var error))
        {
            Index.Refuse(Path, Name, error);
        }

        return pattern;
    }
}
