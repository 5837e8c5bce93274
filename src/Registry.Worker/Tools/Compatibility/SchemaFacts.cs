using System.Text.Json;

namespace Capns.Registry.Worker.Tools.Compatibility;

/// <summary>The JSON types a schema takes.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,

    /// <summary>Numbers that are no integers.</summary>
    Fraction = 8,
    String = 16,
    Array = 32,
    Object = 64,
    All = 127,
}

/// <summary>One schema, without following references.</summary>
internal sealed class SchemaFacts
{
    private readonly JsonElement _schema;

    public SchemaFacts(JsonElement schema)
    {
        _schema = schema;
        Types = TypesOf(schema);
    }

    /// <summary>Takes every value.</summary>
    public static JsonElement Everything { get; } = JsonElement.Parse("true");

    /// <summary>Takes no value.</summary>
    public static JsonElement Nothing { get; } = JsonElement.Parse("false");

    public JsonTypes Types { get; }

    public IEnumerable<string> Keywords => _schema.ValueKind == JsonValueKind.Object ? _schema.EnumerateObject().Select(member => member.Name) : [];

    public JsonElement? Get(string keyword) => _schema.ValueKind == JsonValueKind.Object && _schema.TryGetProperty(keyword, out var value) ? value : null;

    public decimal? Number(string keyword) => Get(keyword) is { ValueKind: JsonValueKind.Number } value && value.TryGetDecimal(out var number) ? number : null;

    /// <summary>The only values there are, when <c>enum</c> or <c>const</c> says so.</summary>
    public IReadOnlyList<JsonElement>? Values =>
        Get("const") is { } only ? [only] : Get("enum") is { ValueKind: JsonValueKind.Array } some ? [.. some.EnumerateArray()] : null;

    public IEnumerable<(string Name, JsonElement Schema)> Properties() =>
        Get("properties") is { ValueKind: JsonValueKind.Object } properties ? properties.EnumerateObject().Select(property => (property.Name, property.Value)) : [];

    public JsonElement? Property(string name) =>
        Get("properties") is { ValueKind: JsonValueKind.Object } properties && properties.TryGetProperty(name, out var schema) ? schema : null;

    /// <summary>What a caller has to give: required, and no default stands in for it.</summary>
    public IEnumerable<string> NeededProperties() => Get("required") is { ValueKind: JsonValueKind.Array } required
        ? required.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)
            .Where(name => Property(name) is not { ValueKind: JsonValueKind.Object } property || !property.TryGetProperty("default", out _))
        : [];

    private static JsonTypes TypesOf(JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.False)
        {
            return JsonTypes.None;
        }

        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("type", out var type))
        {
            return JsonTypes.All;
        }

        return type.ValueKind == JsonValueKind.Array
            ? type.EnumerateArray().Aggregate(JsonTypes.None, (types, one) => types | TypeOf(one.GetString()))
            : TypeOf(type.GetString());
    }

    private static JsonTypes TypeOf(string? word) => word switch
    {
        "null" => JsonTypes.Null,
        "boolean" => JsonTypes.Boolean,
        "integer" => JsonTypes.Integer,
        "number" => JsonTypes.Integer | JsonTypes.Fraction,
        "string" => JsonTypes.String,
        "array" => JsonTypes.Array,
        "object" => JsonTypes.Object,
        _ => JsonTypes.All,
    };
}
