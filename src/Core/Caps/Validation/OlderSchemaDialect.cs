using System.Text.Json;
using System.Text.Json.Nodes;

namespace Capns.Core.Caps.Validation;

/// <summary>
/// Rewrites schemas of drafts 6, 7 and 2019-09 as 2020-12, which is what our validator reads. A reference whose pointer
/// leads through a keyword that moves (an element of <c>items</c>, a member of <c>dependencies</c>) is not followed.
/// </summary>
/// <remarks>Source: the changes listed in the JSON Schema release notes of 2019-09 and 2020-12.</remarks>
internal static class OlderSchemaDialect
{
    private const string RecursiveAnchor = "capns-recursive";

    private static readonly HashSet<string> SchemaKeywords = new(StringComparer.Ordinal)
    {
        "additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then",
        "unevaluatedItems", "unevaluatedProperties",
    };

    private static readonly HashSet<string> ArrayKeywords = new(StringComparer.Ordinal) { "allOf", "anyOf", "items", "oneOf" };

    private static readonly HashSet<string> MapKeywords = new(StringComparer.Ordinal)
    {
        "$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties",
    };

    /// <summary>What stays beside <c>$ref</c> in drafts 6 and 7: only what references may lead to.</summary>
    private static readonly HashSet<string> BesideRef = new(StringComparer.Ordinal) { "$ref", "definitions", "$defs", "$id" };

    /// <summary>A schema of an older draft in the words of 2020-12; any other value as it is.</summary>
    /// <param name="schema">One that can be walked safely.</param>
    public static JsonElement Upgrade(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty("$schema", out var dialect) && dialect.ValueKind == JsonValueKind.String
            ? dialect.GetString()!.TrimEnd('#').Split("://")[^1] switch
            {
                "json-schema.org/draft-06/schema" or "json-schema.org/draft-07/schema" => FromDraft7(schema),
                "json-schema.org/draft/2019-09/schema" => Rewrite(schema, ignoresBesideRef: false),
                _ => schema,
            }
            : schema;

    /// <summary>Takes an object for a schema of draft 7, whatever it says itself.</summary>
    public static JsonElement FromDraft7(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object ? Rewrite(schema, ignoresBesideRef: true) : schema;

    private static JsonElement Rewrite(JsonElement schema, bool ignoresBesideRef)
    {
        var root = JsonObject.Create(schema.Clone(), new JsonNodeOptions())!;
        var isRecursive = !ignoresBesideRef && root["$recursiveAnchor"] is JsonValue anchor && anchor.GetValueKind() == JsonValueKind.True;
        Visit(root, new Draft(ignoresBesideRef, isRecursive));
        root.Remove("$schema");
        return JsonElement.Parse(root.ToJsonString());
    }

    private static void Visit(JsonNode? node, Draft draft)
    {
        if (node is not JsonObject schema)
        {
            return;
        }

        if (draft.IgnoresBesideRef && schema["$ref"] is JsonValue)
        {
            foreach (var keyword in schema.Select(member => member.Key).Where(keyword => !BesideRef.Contains(keyword)).ToList())
            {
                schema.Remove(keyword);
            }
        }

        foreach (var (keyword, value) in schema)
        {
            VisitChildren(keyword, value, draft);
        }

        RewriteItems(schema);
        RewriteDependencies(schema);
        RewriteNames(schema, draft);
    }

    private static void VisitChildren(string keyword, JsonNode? value, Draft draft)
    {
        IEnumerable<JsonNode?> children = value switch
        {
            JsonArray items when ArrayKeywords.Contains(keyword) => items,
            JsonObject members when MapKeywords.Contains(keyword) => members.Select(member => member.Value),
            JsonObject when SchemaKeywords.Contains(keyword) => [value],
            _ => [],
        };
        foreach (var child in children)
        {
            Visit(child, draft);
        }
    }

    /// <summary>A list of schemas by place is <c>prefixItems</c> now, and what follows it <c>items</c>.</summary>
    private static void RewriteItems(JsonObject schema)
    {
        schema.Remove("additionalItems", out var rest);
        if (schema["items"] is not JsonArray)
        {
            return;
        }

        schema.Remove("items", out var places);

        // An empty list of places says nothing, and prefixItems must not be empty.
        if (places is JsonArray { Count: > 0 })
        {
            schema["prefixItems"] = places;
        }

        if (rest is not null)
        {
            schema["items"] = rest;
        }
    }

    private static void RewriteDependencies(JsonObject schema)
    {
        if (schema["dependencies"] is not JsonObject dependencies)
        {
            return;
        }

        schema.Remove("dependencies");
        foreach (var (name, needed) in dependencies.ToList())
        {
            dependencies.Remove(name);
            var keyword = needed is JsonArray ? "dependentRequired" : "dependentSchemas";
            if (schema[keyword] is not JsonObject)
            {
                schema[keyword] = new JsonObject();
            }

            schema[keyword]![name] = needed;
        }
    }

    private static void RewriteNames(JsonObject schema, Draft draft)
    {
        if (schema["$id"] is JsonValue id && id.TryGetValue<string>(out var name) && name.StartsWith('#'))
        {
            schema.Remove("$id");
            if (name.Length > 1)
            {
                schema["$anchor"] = name[1..];
            }
        }

        if (schema.Remove("$recursiveAnchor") && draft.IsRecursive && schema.Parent is null)
        {
            schema["$dynamicAnchor"] = RecursiveAnchor;
        }

        if (schema.Remove("$recursiveRef"))
        {
            schema[draft.IsRecursive ? "$dynamicRef" : "$ref"] = draft.IsRecursive ? $"#{RecursiveAnchor}" : "#";
        }
    }

    /// <summary>What differs between the drafts.</summary>
    /// <param name="IgnoresBesideRef">Keywords beside <c>$ref</c> do not count: drafts 6 and 7.</param>
    /// <param name="IsRecursive">The document may be extended by another that refers to it.</param>
    private readonly record struct Draft(bool IgnoresBesideRef, bool IsRecursive);
}
