using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Core.Validation;
using Capns.Registry.Worker.Tools.Compatibility;
using Xunit;

namespace Capns.Registry.Worker.Tests.Tools;

public sealed class BreakingChangesTests
{
    private const string Base = """{"type":"object","properties":{"a":{"type":"string","maxLength":5},"b":{"type":"integer","minimum":0,"enum":[1,2,3]},"c":{"type":"array","items":{"type":"number"}}},"required":["a"]}""";

    [Theory]
    [InlineData("""{"properties":{"d":{"type":"string"}}}""", null)]
    [InlineData("""{"properties":{"a":{"maxLength":9}}}""", null)]
    [InlineData("""{"properties":{"a":{"maxLength":null}}}""", null)]
    [InlineData("""{"properties":{"a":{"type":["string","null"]}}}""", null)]
    [InlineData("""{"properties":{"b":{"enum":[1,2,3,4]}}}""", null)]
    [InlineData("""{"required":null}""", null)]
    [InlineData("""{"properties":{"d":{"type":"string","default":"x"}},"required":["a","d"]}""", null)]
    [InlineData("""{"properties":{"c":{"description":"others","items":{"type":"number","title":"t"}}},"title":"t"}""", null)]
    [InlineData("""{"properties":{"d":{"type":"string"}},"required":["a","d"]}""", "/parameters/required")]
    [InlineData("""{"properties":{"c":null}}""", "/parameters/properties")]
    [InlineData("""{"properties":{"a":{"type":"number"}}}""", "/parameters/properties/a")]
    [InlineData("""{"properties":{"a":{"maxLength":4}}}""", "/parameters/properties/a")]
    [InlineData("""{"properties":{"a":{"pattern":"^x"}}}""", "/parameters/properties/a")]
    [InlineData("""{"properties":{"b":{"enum":[1,2]}}}""", "/parameters/properties/b")]
    [InlineData("""{"properties":{"b":{"exclusiveMinimum":0}}}""", "/parameters/properties/b")]
    [InlineData("""{"properties":{"c":{"items":{"type":"integer"}}}}""", "/parameters/properties/c/items")]
    [InlineData("""{"properties":{"c":{"uniqueItems":true}}}""", "/parameters/properties/c")]
    [InlineData("""{"not":{"required":["b"]}}""", "/parameters")]
    public void Find_OneChange_IsFoundWhereItBreaks(string patch, string? path)
    {
        var after = Patched(JsonNode.Parse(Base)!.AsObject(), JsonNode.Parse(patch)!.AsObject());
        var found = BreakingChanges.Find(JsonElement.Parse(Base), after.Element(), "/parameters");
        Assert.Equal(path, found.Select(error => error.Path).FirstOrDefault());
    }

    [Fact]
    public void Find_ChangeBehindAReference_IsFound()
    {
        const string Old = """{"type":"object","properties":{"x":{"type":"object","properties":{"y":{"$ref":"#/$defs/id"}}}},"$defs":{"id":{"type":"string"}}}""";
        var found = BreakingChanges.Find(JsonElement.Parse(Old), JsonElement.Parse(Old.Replace("\"id\":{\"type\":\"string\"}", "\"id\":{\"type\":\"string\",\"maxLength\":3}", StringComparison.Ordinal)), "");
        Assert.Equal("maxLength", Assert.Single(found).Keyword);
        Assert.Empty(BreakingChanges.Find(JsonElement.Parse(Old), JsonElement.Parse(Old), ""));
    }

    [Fact]
    public void Find_CircularSchema_Ends()
    {
        const string Old = """{"type":"object","properties":{"next":{"$ref":"#"},"v":{"type":"integer"}}}""";
        Assert.Empty(BreakingChanges.Find(JsonElement.Parse(Old), JsonElement.Parse(Old.Replace("integer", "number", StringComparison.Ordinal)), ""));
        Assert.NotEmpty(BreakingChanges.Find(JsonElement.Parse(Old.Replace("integer", "number", StringComparison.Ordinal)), JsonElement.Parse(Old), ""));
    }

    /// <summary>Whenever a value that the old schema takes is refused by the new one, the change is named; the same schema never is.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Find_RandomSchemas_NeverMissesABreak(int seed)
    {
        var random = new Random(seed);
        var (broken, silent, compared) = (0, 0, 0);
        for (var round = 0; round < 1500; round++)
        {
            var (before, after) = (Schema(random, 2), Schema(random, 2));
            if (random.Next(2) == 0)
            {
                after = Mutated(random, before.DeepClone().AsObject());
            }

            Assert.Empty(BreakingChanges.Find(before.Element(), before.Element(), ""));
            var found = BreakingChanges.Find(before.Element(), after.Element(), "");
            if (!Compile(before, out var old) || !Compile(after, out var now))
            {
                continue;
            }

            compared++;
            silent += found.Count == 0 ? 1 : 0;
            for (var sample = 0; sample < 30; sample++)
            {
                var value = Value(random, before, 0).Element();
                if (Takes(old!, value) && !Takes(now!, value))
                {
                    broken++;
                    Assert.True(found.Count > 0, $"{value} was taken by {before.ToJsonString()} and is refused by {after.ToJsonString()}.");
                    break;
                }
            }
        }

        // The test is worth something only while it meets both kinds.
        Assert.True(compared > 1000 && broken > 200 && silent > 50, $"{compared} compared, {broken} broken, {silent} found compatible");
    }

    private static bool Compile(JsonNode schema, out JsonSchema? compiled) =>
        JsonSchema.TryCompile(schema.Element(), out compiled, out _, new SchemaOptions { StrictProperties = true });

    private static bool Takes(JsonSchema schema, JsonElement value) => DefaultFiller.TryFill(schema, value, out var filled, out _) && schema.Validate(filled).Count == 0;

    private static JsonObject Schema(Random random, int depth)
    {
        var schema = new JsonObject { ["type"] = "object" };
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var name in new[] { "a", "b", "c" }.Where(_ => random.Next(3) > 0))
        {
            properties[name] = Leaf(random, depth);
            if (random.Next(3) == 0)
            {
                required.Add(name);
            }
        }

        schema["properties"] = properties;
        schema["required"] = required;
        return schema;
    }

    private static JsonObject Leaf(Random random, int depth)
    {
        switch (random.Next(depth > 0 ? 6 : 4))
        {
            case 0:
                var text = new JsonObject { ["type"] = "string" };
                Maybe(random, text, "minLength", random.Next(3));
                Maybe(random, text, "maxLength", 3 + random.Next(3));
                return text;
            case 1:
                var number = new JsonObject { ["type"] = random.Next(2) == 0 ? "integer" : "number" };
                Maybe(random, number, "minimum", random.Next(4));
                Maybe(random, number, "exclusiveMaximum", 5 + random.Next(4));
                Maybe(random, number, "multipleOf", 1 + random.Next(3));
                return number;
            case 2:
                return new JsonObject { ["enum"] = new JsonArray([.. Enumerable.Range(0, 1 + random.Next(4)).Select(value => JsonValue.Create(value))]) };
            case 3:
                return new JsonObject { ["type"] = new JsonArray("boolean", random.Next(2) == 0 ? "null" : "string") };
            case 4:
                var list = new JsonObject { ["type"] = "array", ["items"] = Leaf(random, depth - 1) };
                Maybe(random, list, "maxItems", 1 + random.Next(3));
                Maybe(random, list, "uniqueItems", true);
                return list;
            default:
                return Schema(random, depth - 1);
        }
    }

    private static void Maybe(Random random, JsonObject schema, string keyword, JsonNode value)
    {
        if (random.Next(2) == 0)
        {
            schema[keyword] = value;
        }
    }

    /// <summary>One small change somewhere.</summary>
    private static JsonObject Mutated(Random random, JsonObject schema)
    {
        var properties = schema["properties"]!.AsObject();
        var name = new[] { "a", "b", "c" }[random.Next(3)];
        switch (random.Next(4))
        {
            case 0:
                properties[name] = Leaf(random, 1);
                break;
            case 1 when properties.Count > 0:
                properties.Remove(properties.First().Key);
                break;
            case 2 when properties[name] is JsonObject property:
                foreach (var keyword in new[] { "minimum", "maxLength", "maxItems", "minLength", "exclusiveMaximum" }.Where(property.ContainsKey))
                {
                    property[keyword] = property[keyword]!.GetValue<int>() + random.Next(-1, 2);
                }

                break;
            default:
                schema["required"] = new JsonArray([.. properties.Where(_ => random.Next(3) == 0).Select(property => JsonValue.Create(property.Key))]);
                break;
        }

        return schema;
    }

    private static JsonNode Value(Random random, JsonNode? schema, int depth)
    {
        if (schema is not JsonObject known || depth > 4)
        {
            return JsonValue.Create(random.Next(5));
        }

        if (known["enum"] is JsonArray values)
        {
            return values[random.Next(values.Count)]!.DeepClone();
        }

        var type = known["type"] is JsonArray types ? (string)types[random.Next(types.Count)]! : (string?)known["type"];
        return type switch
        {
            "object" => new JsonObject(known["properties"]!.AsObject().Where(_ => random.Next(4) > 0).Select(property => KeyValuePair.Create(property.Key, (JsonNode?)Value(random, property.Value, depth + 1)))),
            "array" => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, known["items"], depth + 1))]),
            "string" => JsonValue.Create(new string('x', random.Next(6))),
            "integer" => JsonValue.Create(random.Next(-1, 9)),
            "number" => random.Next(2) == 0 ? JsonValue.Create(random.Next(-1, 9)) : JsonValue.Create(random.Next(-10, 90) / 10m),
            "boolean" => JsonValue.Create(random.Next(2) == 0),
            _ => JsonValue.Create("x"),
        };
    }

    private static JsonObject Patched(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else
            {
                target[name] = value is JsonObject inner && target[name] is JsonObject known ? Patched(known.DeepClone().AsObject(), inner) : value.DeepClone();
            }
        }

        return target;
    }

    [Fact]
    public void Find_EnumerationsAndAlternativesWithTensOfThousandsOfValues_AreComparedOneByOne()
    {
        const int Many = 40_000;
        static JsonElement Schema(string keyword, IEnumerable<int> numbers) => JsonSerializer.SerializeToElement(new Dictionary<string, object>
        {
            ["type"] = "object",
            ["properties"] = new Dictionary<string, object> { ["a"] = new Dictionary<string, object> { [keyword] = keyword == "enum" ? numbers : numbers.Select(number => new { @const = number }) } },
        });
        foreach (var keyword in new[] { "enum", "anyOf" })
        {
            Assert.Empty(BreakingChanges.Find(Schema(keyword, Enumerable.Range(0, Many)), Schema(keyword, Enumerable.Range(0, Many + 1).Reverse()), "/parameters"));
            Assert.Single(BreakingChanges.Find(Schema(keyword, Enumerable.Range(0, Many)), Schema(keyword, Enumerable.Range(1, Many).Reverse()), "/parameters"));
        }
    }
}
