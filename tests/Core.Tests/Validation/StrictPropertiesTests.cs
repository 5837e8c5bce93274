using static Capns.Core.Tests.Validation.Text;

namespace Capns.Core.Tests.Validation;

public sealed class StrictPropertiesTests
{
    [Theory]
    [InlineData("""{"properties": {"a": true}}""", """{"b": 1}""", "/b")]
    [InlineData("""{"properties": {"a": {"properties": {"x": true}}}}""", """{"a": {"y": 1}}""", "/a/y")]
    [InlineData("""{"properties": {"a": {"items": {"$ref": "#/$defs/i"}}}, "$defs": {"i": {"properties": {"x": true}}}}""", """{"a": [{"x": 1, "y": 1}]}""", "/a/0/y")]
    [InlineData("""{"allOf": [{"properties": {"a": true}}, {"properties": {"b": true}}]}""", """{"a": 1, "b": 1, "c": 1}""", "/c")]
    [InlineData("""{"properties": {"kind": true}, "oneOf": [{"properties": {"kind": {"const": 1}, "a": true}}, {"properties": {"kind": {"const": 2}, "b": true}}]}""", """{"kind": 1, "b": 1}""", "/b")]
    public void Validate_UnknownPropertyInStrictMode_IsRefused(string schema, string instance, string path)
    {
        var error = Assert.Single(Schema(schema, strict: true).Validate(Value(instance)));

        Assert.Equal((path, "additionalProperties"), (error.Path, error.Keyword));
        Assert.Empty(Schema(schema).Validate(Value(instance)));
    }

    [Theory]
    [InlineData("""{"properties": {"a": true}}""", """{"a": 1}""")]
    [InlineData("""{"type": "object"}""", """{"b": 1}""")]
    [InlineData("""{"properties": {"a": true}, "additionalProperties": true}""", """{"b": 1}""")]
    [InlineData("""{"properties": {"a": true}, "additionalProperties": {"type": "number"}}""", """{"b": 1}""")]
    [InlineData("""{"properties": {"a": true}, "unevaluatedProperties": true}""", """{"b": 1}""")]
    [InlineData("""{"properties": {"a": true}, "patternProperties": {"^x-": true}}""", """{"b": 1}""")]
    [InlineData("""{"allOf": [{"properties": {"a": true}}, {"properties": {"b": true}}]}""", """{"a": 1, "b": 1}""")]
    [InlineData("""{"properties": {"a": true}, "if": {"required": ["a"]}, "then": {"properties": {"b": true}}}""", """{"a": 1, "b": 1}""")]
    [InlineData("""{"not": {"properties": {"a": {"const": 1}}, "required": ["a"]}}""", """{"a": 2, "b": 1}""")]
    [InlineData("""{"properties": {"a": true, "next": {"$ref": "#"}}}""", """{"next": {"next": {"a": 1}}}""")]
    public void Validate_SchemaAllowsTheProperties_FitsInStrictMode(string schema, string instance) =>
        Assert.Empty(Schema(schema, strict: true).Validate(Value(instance)));

    [Fact]
    public void TryCompile_StrictSchemaRefersToTheMetaSchema_LeavesItOpenForAllOthers()
    {
        var strict = Schema("""{"properties": {"s": {"$ref": "https://json-schema.org/draft/2020-12/schema"}}}""", strict: true);

        Assert.NotNull(Schema("""{"x-secret": true, "unknown": 1, "not": {"unknown": 2}}"""));
        Assert.Single(strict.Validate(Value("""{"s": {}, "t": 1}""")));
    }
}
