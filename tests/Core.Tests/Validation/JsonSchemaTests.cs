using Capns.Core.Validation;
using static Capns.Core.Tests.Validation.Text;

namespace Capns.Core.Tests.Validation;

public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("""{"minimum": 3}""", "2", "", "minimum", "must be at least 3")]
    [InlineData("""{"exclusiveMaximum": 3}""", "3.0", "", "exclusiveMaximum", "must be less than 3")]
    [InlineData("""{"multipleOf": 0.01}""", "0.075", "", "multipleOf", "must be a multiple of 0.01")]
    [InlineData("""{"required": ["a"]}""", "{}", "", "required", "must have the property 'a'")]
    [InlineData("""{"properties": {"a/b": {"type": "string"}}}""", """{"a/b": 1}""", "/a~1b", "type", "must be of type string")]
    [InlineData("""{"items": {"enum": ["x", "y"]}}""", """["x", "z"]""", "/1", "enum", "must be one of \"x\", \"y\"")]
    [InlineData("""{"additionalProperties": false}""", """{"b": 1}""", "/b", "additionalProperties", "is not a known property")]
    [InlineData("""{"maxLength": 1}""", "\"ab\"", "", "maxLength", "must have at most 1 characters")]
    [InlineData("""{"pattern": "^[a-z]$"}""", "\"A\"", "", "pattern", "must match the pattern ^[a-z]$")]
    [InlineData("""{"oneOf": [{"type": "number"}, {"type": "integer"}]}""", "1", "", "oneOf", "must fit exactly one of 2 schemas; it fits several")]
    [InlineData("""{"$defs": {"p": {"minimum": 1}}, "properties": {"n": {"$ref": "#/$defs/p"}}}""", """{"n": 0}""", "/n", "minimum", "must be at least 1")]
    public void Validate_ValueDoesNotFit_SaysWhereWhichKeywordAndBound(
        string schema, string instance, string path, string keyword, string message)
    {
        var error = Assert.Single(Schema(schema).Validate(Value(instance)));

        Assert.Equal(new ValidationError(path, keyword, message), error);
    }

    [Fact]
    public void Validate_SeveralMistakes_ListsThemAll()
    {
        var schema = Schema("""{"required": ["c"], "properties": {"a": {"type": "string"}, "b": {"minimum": 2}}}""");

        var errors = schema.Validate(Value("""{"a": 1, "b": 1}"""));

        Assert.Equal(["", "/a", "/b"], errors.Select(error => error.Path));
    }

    [Fact]
    public void Validate_MoreMistakesThanAreListed_StopsAtTheBound()
    {
        var errors = Schema("""{"items": {"type": "string"}}""").Validate(Value("[" + string.Join(',', Enumerable.Range(0, 200)) + "]"));

        Assert.Equal(JsonSchema.MaxErrors, errors.Count);
    }

    [Theory]
    [InlineData("3", "", "", "must be an object or a boolean")]
    [InlineData("""{"type": "text"}""", "/type", "type", "must fit at least one")]
    [InlineData("""{"properties": {"a": {"minLength": -1}}}""", "/properties/a/minLength", "minLength", "at least 0")]
    [InlineData("""{"properties": 5}""", "/properties", "properties", "object")]
    [InlineData("""{"pattern": "("}""", "/pattern", "pattern", "'('")]
    [InlineData("""{"patternProperties": {"[": true}}""", "/patternProperties", "patternProperties", "'['")]
    [InlineData("""{"$ref": "https://example.org/other.json"}""", "/$ref", "$ref", "nothing is loaded from elsewhere")]
    [InlineData("""{"$ref": "https://json-schema.org/draft/2020-12/schema#/$vocabulary"}""", "/$ref", "$ref", "names nothing")]
    [InlineData("""{"$ref": "#/$defs/missing"}""", "/$ref", "$ref", "names nothing")]
    [InlineData("""{"$schema": "http://json-schema.org/draft-07/schema#"}""", "/$schema", "$schema", "2020-12")]
    [InlineData("""{"x-secret": "true"}""", "/x-secret", "x-secret", "must be true or false")]
    [InlineData("""{"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}}""", "/$defs/b/$anchor", "$anchor", "twice")]
    [InlineData("""{"$ref": "#/odd", "odd": {"minimum": "1"}}""", "/odd/minimum", "minimum", "number")]
    public void TryCompile_NotAUsableSchema_SaysWhereAndWhy(string schema, string path, string keyword, string message)
    {
        var mistake = Mistake(schema);

        Assert.Equal((path, keyword), (mistake.Path, mistake.Keyword));
        Assert.Contains(message, mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"$ref": "#"}""")]
    [InlineData("""{"allOf": [{"$ref": "#"}]}""")]
    [InlineData("""{"not": {"$ref": "#"}}""")]
    [InlineData("""{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}""")]
    public void TryCompile_SchemaRefersToItselfWithoutEnd_IsRefused(string schema) =>
        Assert.Contains("back to itself", Mistake(schema).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"anyOf": [{"type": "string"}, {"$ref": "#"}]}""")]
    [InlineData("""{"not": {"if": true, "then": {"$ref": "#"}}}""")]
    [InlineData("""{"$dynamicAnchor": "n", "$dynamicRef": "#n"}""")]
    public void Validate_CircleThatOnlySomeValuesEnter_RefusesTheValue(string schema) =>
        Assert.Contains("refer to itself", Assert.Single(Schema(schema).Validate(Value("1"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Validate_SchemaThatMultiplies_EndsWithinItsSteps()
    {
        var levels = Enumerable.Range(0, 60).Select(i => $$$"""
            "d{{{i}}}": {"allOf": [{"$ref": "#/$defs/d{{{i + 1}}}"}, {"$ref": "#/$defs/d{{{i + 1}}}"}]}
            """);
        var schema = Schema($$$"""{"$ref": "#/$defs/d0", "$defs": {{{{string.Join(',', levels)}}}, "d60": true}}""");

        var error = Assert.Single(schema.Validate(Value("1")));

        Assert.Contains("steps", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_LongChainOfReferences_IsRefusedNotOverflowing()
    {
        var chain = Enumerable.Range(0, 4000).Select(i => $$$"""
            "d{{{i}}}": {"$ref": "#/$defs/d{{{i + 1}}}"}
            """);
        var schema = Schema($$$"""{"$ref": "#/$defs/d0", "$defs": {{{{string.Join(',', chain)}}}, "d4000": true}}""");

        Assert.Equal("$ref", Assert.Single(schema.Validate(Value("1"))).Keyword);
    }

    [Fact]
    public void TryCompile_DepthAtAndBeyondTheBound_IsAcceptedAndRefused()
    {
        Assert.NotNull(Schema(Nested(JsonSchema.MaxDepth)));
        Assert.Contains("32", Mistake(Nested(JsonSchema.MaxDepth + 1)).Message, StringComparison.Ordinal);

        static string Nested(int depth) => string.Concat(Enumerable.Repeat("{\"not\":", depth - 1)) + "{}" + new string('}', depth - 1);
    }

    [Fact]
    public void TryCompile_SizeAtAndBeyondTheBound_IsAcceptedAndRefused()
    {
        const string Frame = """{"title":""}""";
        var largest = $$"""{"title":"{{new string('x', JsonSchema.MaxBytes - Frame.Length)}}"}""";

        Assert.NotNull(Schema(largest));
        Assert.Contains("262145", Mistake(largest.Replace("\"}", "x\"}", StringComparison.Ordinal)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00\": 1}")]
    [InlineData("\"\\ud800\\u0041\"")]
    public void Validate_HalfASurrogatePair_IsRefused(string instance) =>
        Assert.Contains("surrogate", Assert.Single(Schema("""{"minLength": 1}""").Validate(Value(instance))).Message, StringComparison.Ordinal);

    [Fact]
    public void Validate_HostileDepthOrNoValue_IsRefused()
    {
        var schema = Schema("""{"items": {"$ref": "#"}}""");

        Assert.Contains("128", Assert.Single(schema.Validate(Value(new string('[', 4000) + new string(']', 4000)))).Message, StringComparison.Ordinal);
        Assert.Single(schema.Validate(default));
        Assert.Empty(schema.Validate(Value(new string('[', 128) + new string(']', 128))));
    }

    [Theory]
    [InlineData("""{"maximum": 100000000000000000000000000}""", "100000000000000000000000000.0", true)]
    [InlineData("""{"maximum": 100000000000000000000000000}""", "100000000000000000000000001", false)]
    [InlineData("""{"minimum": 1e400}""", "1e399", false)]
    [InlineData("""{"const": 9007199254740993}""", "9007199254740992", false)]
    [InlineData("""{"const": 1e2}""", "100.0", true)]
    [InlineData("""{"type": "integer"}""", "1e99999999999999999999", true)]
    [InlineData("""{"type": "integer"}""", "1e-99999999999999999999", false)]
    [InlineData("""{"multipleOf": 0.1}""", "1e999999999999", true)]
    [InlineData("""{"multipleOf": 7}""", "1e999999999999", false)]
    [InlineData("""{"uniqueItems": true}""", "[1, 1.0]", false)]
    public void Validate_NumbersBeyondADouble_AreExact(string schema, string instance, bool fits) =>
        Assert.Equal(fits, Schema(schema).Validate(Value(instance)).Count == 0);

    [Fact]
    public void Validate_FromManyThreads_GivesTheSameAnswers()
    {
        var schema = Schema("""{"unevaluatedProperties": false, "allOf": [{"properties": {"a": {"pattern": "^x+$"}}}]}""");

        var counts = Enumerable.Range(0, 2000).AsParallel()
            .Select(i => (i, schema.Validate(Value(i % 2 == 0 ? """{"a": "xx"}""" : """{"b": 1}""")).Count));

        Assert.All(counts, pair => Assert.Equal(pair.i % 2, pair.Count));
    }

    [Fact]
    public void Validate_AfterItsDocumentWasDisposed_StillWorks()
    {
        JsonSchema? schema;
        using (var document = System.Text.Json.JsonDocument.Parse("""{"const": "a"}"""))
        {
            Assert.True(JsonSchema.TryCompile(document.RootElement, out schema, out _));
        }

        Assert.Empty(schema.Validate(Value("\"a\"")));
    }
}
