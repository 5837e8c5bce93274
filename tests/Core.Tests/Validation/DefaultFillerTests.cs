using Capns.Core.Validation;
using static Capns.Core.Tests.Validation.Text;

namespace Capns.Core.Tests.Validation;

public sealed class DefaultFillerTests
{
    [Theory]
    [InlineData("""{"properties": {"a": {"default": 1}, "b": {"default": "x"}}}""", """{"b":2}""", """{"b":2,"a":1}""")]
    [InlineData("""{"properties": {"a": {"default": 1}}}""", """{"a":null}""", """{"a":null}""")]
    [InlineData("""{"properties": {"o": {"properties": {"a": {"default": 1}}}}}""", """{"o":{}}""", """{"o":{"a":1}}""")]
    [InlineData("""{"properties": {"o": {"properties": {"a": {"default": 1}}}}}""", "{}", "{}")]
    [InlineData("""{"properties": {"o": {"default": {}, "properties": {"a": {"default": 1}}}}}""", "{}", """{"o":{"a":1}}""")]
    [InlineData("""{"items": {"properties": {"a": {"default": 1}}}}""", "[{},3]", """[{"a":1},3]""")]
    [InlineData("""{"prefixItems": [{"properties": {"a": {"default": 1}}}], "items": {"properties": {"b": {"default": 2}}}}""", "[{},{}]", """[{"a":1},{"b":2}]""")]
    [InlineData("""{"$ref": "#/$defs/d", "$defs": {"d": {"properties": {"a": {"$ref": "#/$defs/v"}}}, "v": {"default": 7}}}""", "{}", """{"a":7}""")]
    [InlineData("""{"allOf": [{"properties": {"a": {"default": 1}}}, {"properties": {"b": {"default": 2}}}]}""", "{}", """{"a":1,"b":2}""")]
    [InlineData("""{"allOf": [{"properties": {"a": {"default": 1}}}, {"properties": {"a": {"default": 1.0}}}]}""", "{}", """{"a":1}""")]
    [InlineData("""{"allOf": [{"properties": {"a": {"default": 1}}}, {"properties": {"a": {"default": 2}}}]}""", "{}", "{}")]
    [InlineData("""{"anyOf": [{"properties": {"a": {"default": 1}}}, {}]}""", "{}", "{}")]
    [InlineData("""{"additionalProperties": {"properties": {"a": {"default": 1}}}}""", """{"k":{}}""", """{"k":{"a":1}}""")]
    [InlineData("""{"$defs": {"n": {"properties": {"next": {"$ref": "#/$defs/n", "default": {}}}}}, "$ref": "#/$defs/n"}""", "{}", """{"next":{}}""")]
    [InlineData("""{"default": 3}""", "{}", "{}")]
    public void TryFill_MissingProperties_GetTheirDefaults(string schema, string instance, string completed)
    {
        Assert.True(DefaultFiller.TryFill(Schema(schema), Value(instance), out var filled, out _));

        Assert.Equal(completed, filled.GetRawText());
    }

    [Fact]
    public void TryFill_DefaultsThatMultiply_AreRefused()
    {
        var levels = Enumerable.Range(0, 40).Select(i => $$$"""
            "d{{{i}}}": {"properties": {"a": {"$ref": "#/$defs/d{{{i + 1}}}", "default": {}}, "b": {"$ref": "#/$defs/d{{{i + 1}}}", "default": {} } } }
            """);
        var schema = Schema($$$"""{"$ref": "#/$defs/d0", "$defs": {{{{string.Join(',', levels)}}}, "d40": {} } }""");

        Assert.False(DefaultFiller.TryFill(schema, Value("{}"), out _, out var error));
        Assert.Equal("default", error.Keyword);
    }
}
