namespace Capns.Core.Validation;

/// <summary>Where subschemas stand inside a schema (JSON Schema core, 10 and 11; validation, 8.5).</summary>
internal static class SchemaPositions
{
    /// <summary>Keywords whose value is a schema.</summary>
    public static readonly IReadOnlySet<string> Single = new HashSet<string>(StringComparer.Ordinal)
    {
        "additionalProperties", "unevaluatedProperties", "items", "unevaluatedItems", "contains", "not", "if", "then",
        "else", "propertyNames", "contentSchema",
    };

    /// <summary>Keywords whose value is an array of schemas.</summary>
    public static readonly IReadOnlySet<string> Arrays =
        new HashSet<string>(StringComparer.Ordinal) { "allOf", "anyOf", "oneOf", "prefixItems" };

    /// <summary>Keywords whose value is an object of schemas; <c>definitions</c> is the meta-schema's own relic.</summary>
    public static readonly IReadOnlySet<string> Maps = new HashSet<string>(StringComparer.Ordinal)
    {
        "$defs", "definitions", "properties", "patternProperties", "dependentSchemas",
    };
}
