using System.Text.Json;
using Capns.Messaging.Capabilities;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>Reads of a JSON Schema what decides how a value travels in a call: its type and whether it holds base64. Pure.</summary>
/// <remarks>Only what the schema itself says counts: a type behind <c>$ref</c>, <c>anyOf</c> and the like is any type.</remarks>
internal static class ParameterSchema
{
    /// <summary>The properties at the top of an object's schema, in their order.</summary>
    public static IEnumerable<ParameterShape> Properties(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var required = schema.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!).ToHashSet(StringComparer.Ordinal)
            : [];
        return properties.EnumerateObject().Select(property => Read(property.Value) with
        {
            Name = property.Name,
            Required = required.Contains(property.Name),
        });
    }

    /// <summary>One value.</summary>
    /// <param name="schema">Absent: anything goes.</param>
    public static ParameterShape Read(JsonElement? schema)
    {
        if (schema is not { ValueKind: JsonValueKind.Object } given)
        {
            return new ParameterShape();
        }

        var type = Type(given);
        var (encoding, media) = type switch
        {
            "string" when Text(given, "contentEncoding") == "base64" => (ParameterMapping.Base64, "media:bytes"),
            "string" => (ParameterMapping.Text, "media:form=scalar;textable"),
            "integer" => (ParameterMapping.Json, "media:form=scalar;integer;numeric;textable"),
            "number" => (ParameterMapping.Json, "media:form=scalar;numeric;textable"),
            "boolean" => (ParameterMapping.Json, "media:bool;form=scalar;textable"),
            "object" => (ParameterMapping.Json, "media:form=map;textable"),
            "array" => (ParameterMapping.Json, "media:form=list;textable"),
            _ => (ParameterMapping.Any, "media:textable"),
        };
        return new ParameterShape
        {
            Encoding = encoding,
            Type = media,
            Description = Text(given, "description"),
            Default = given.TryGetProperty("default", out var value) ? value : null,
        };
    }

    /// <summary>The one type a value can have, null apart; null when there are several.</summary>
    private static string? Type(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var type))
        {
            return null;
        }

        return type.ValueKind switch
        {
            JsonValueKind.String => type.GetString(),
            JsonValueKind.Array when type.EnumerateArray().Where(one => !one.ValueEquals("null")).ToList() is [{ ValueKind: JsonValueKind.String } one] => one.GetString(),
            _ => null,
        };
    }

    private static string? Text(JsonElement schema, string member) =>
        schema.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>How one value travels.</summary>
internal sealed record ParameterShape
{
    /// <summary>Name of the parameter; empty for a result.</summary>
    public string Name { get; init; } = "";

    public bool Required { get; init; }

    /// <summary>One of the encodings of <see cref="ParameterMapping"/>.</summary>
    public string Encoding { get; init; } = ParameterMapping.Any;

    /// <summary>Media URN of its type.</summary>
    public string Type { get; init; } = "media:textable";

    public string? Description { get; init; }

    public JsonElement? Default { get; init; }

    /// <summary>The type, with the parameter's name as a tag: no two of a tool are alike.</summary>
    public string MediaUrn => Name.Length == 0 ? Type : Core.Media.MediaUrn.Parse(Type).WithTag("parameter", Name).ToString();
}
