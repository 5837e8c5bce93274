using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Capns.Core.Tests.Validation;

/// <summary>Values, and texts that look like schemas, from a seed: the same seed gives the same text.</summary>
internal sealed class RandomJson(int seed)
{
    private static readonly string[] Words = ["a", "b", "a/b", "~", "", "\u00e9", "\U0001f432", "x-secret", "$ref", "default"];

    private static readonly string[] Numbers =
        ["0", "-0.0", "1", "1.0", "2", "-3", "0.1", "1e3", "1e-7", "123456789012345678901234567890", "1e400", "-1E-400"];

    private static readonly string[] Patterns = ["^a", "a+b*$", "[^\\\\d]", "(", "\\\\p{L}", "^(a|b)\\\\1$", "[z-a]", "."];

    private static readonly string[] References =
        ["#", "#/$defs/a", "#/$defs/b", "#x", "#/properties/a", "a.json", "https://json-schema.org/draft/2020-12/schema", "#/not/0", "%%%", ":"];

    private static readonly string[] OneSchema =
        ["not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames", "unevaluatedProperties", "unevaluatedItems"];

    private static readonly string[] Counts =
        ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"];

    private static readonly string[] Bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

    private readonly Random _random = new(seed);

    public JsonElement Value() => Parse(Value(4));

    public JsonElement Schema() => Parse(Schema(3));

    /// <summary>A text with some characters replaced, doubled or lost; often no JSON any more.</summary>
    public string Mutate(string text)
    {
        var mutated = new StringBuilder(text);
        for (var i = 0; i < 3 && mutated.Length > 0; i++)
        {
            var at = _random.Next(mutated.Length);
            switch (_random.Next(3))
            {
                case 0:
                    mutated[at] = text[_random.Next(text.Length)];
                    break;
                case 1:
                    mutated.Remove(at, 1);
                    break;
                default:
                    mutated.Insert(at, mutated[at]);
                    break;
            }
        }

        return mutated.ToString();
    }

    private static JsonElement Parse(string text) => JsonDocument.Parse(text).RootElement;

    private string Value(int depth) => _random.Next(depth > 0 ? 7 : 5) switch
    {
        0 => "null",
        1 => _random.Next(2) == 0 ? "true" : "false",
        2 or 3 => Pick(Numbers),
        4 => Quote(Pick(Words)),
        5 => "[" + string.Join(',', Many(() => Value(depth - 1))) + "]",
        _ => Object(Many(() => (Pick(Words), Value(depth - 1)))),
    };

    private string Schema(int depth) => depth == 0 || _random.Next(8) == 0
        ? Pick("true", "false", "{}")
        : Object(Many(() => Keyword(depth - 1)));

    private (string Name, string Value) Keyword(int depth) => _random.Next(18) switch
    {
        0 => (Pick(OneSchema), Schema(depth)),
        1 => (Pick("allOf", "anyOf", "oneOf", "prefixItems"), "[" + Schema(depth) + "," + Schema(depth) + "]"),
        2 or 3 => ("properties", Object(Many(() => (Pick(Words), Schema(depth))))),
        4 => ("$defs", Object([("a", Schema(depth)), ("b", Schema(depth))])),
        5 => (Pick("$ref", "$dynamicRef"), Quote(Pick(References))),
        6 => (Pick(Counts), Pick(Numbers)),
        7 => (Pick(Bounds), Pick(Numbers)),
        8 => ("pattern", $"\"{Pick(Patterns)}\""),
        9 => ("patternProperties", $"{{\"{Pick(Patterns)}\":{Schema(depth)}}}"),
        10 => ("type", Quote(Pick("object", "array", "string", "integer", "number", "null", "boolean", "text"))),
        11 => ("required", "[" + Quote(Pick(Words)) + "]"),
        12 => (Pick("enum", "const", "default"), Value(2)),
        13 => (Pick("$anchor", "$dynamicAnchor"), Quote(Pick("x", "y", "#"))),
        14 => ("$id", Quote(Pick(References))),
        15 => ("dependentSchemas", Object([(Pick(Words), Schema(depth))])),
        16 => ("uniqueItems", Pick("true", "false", "1")),
        _ => ("x-secret", Pick("true", "false", "\"yes\"")),
    };

    private List<T> Many<T>(Func<T> make) => [.. Enumerable.Range(0, _random.Next(4)).Select(_ => make())];

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];

    private static string Object(IEnumerable<(string Name, string Value)> members) =>
        "{" + string.Join(',', members.DistinctBy(member => member.Name)
            .Select(member => string.Create(CultureInfo.InvariantCulture, $"{Quote(member.Name)}:{member.Value}"))) + "}";

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
