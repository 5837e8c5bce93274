using System.Text.Json;
using Capns.Core.Validation;
using static Capns.Core.Tests.Validation.Text;

namespace Capns.Core.Tests.Validation;

public sealed class SecretFieldsTests
{
    [Theory]
    [InlineData("""{"properties": {"k": {"x-secret": true}, "a": {}}}""", """{"k":"s","a":1}""", """{"k":"[redacted]","a":1}""", "/k")]
    [InlineData("""{"properties": {"o": {"$ref": "#/$defs/s"}}, "$defs": {"s": {"x-secret": true}}}""", """{"o":{"deep":[1]}}""", """{"o":"[redacted]"}""", "/o")]
    [InlineData("""{"items": {"x-secret": true}}""", "[1,2]", """["[redacted]","[redacted]"]""", "/0 /1")]
    [InlineData("""{"anyOf": [{"properties": {"k": {"x-secret": true}}}, {"type": "object"}]}""", """{"k":1}""", """{"k":"[redacted]"}""", "/k")]
    [InlineData("""{"patternProperties": {"^p": {"x-secret": true}}, "additionalProperties": {"properties": {"q": {"x-secret": true}}}}""", """{"p/1":1,"z":{"q":2,"r":3}}""", """{"p/1":"[redacted]","z":{"q":"[redacted]","r":3}}""", "/p~11 /z/q")]
    [InlineData("""{"if": true, "then": {"properties": {"k": {"x-secret": true}}}}""", """{"k":1}""", """{"k":"[redacted]"}""", "/k")]
    [InlineData("""{"properties": {"k": {"x-secret": false}}}""", """{"k":1}""", """{"k":1}""", "")]
    [InlineData("""{"x-secret": true}""", "1", "\"[redacted]\"", "")]
    public void Redact_ValuesMarkedSecret_AreReplacedEverywhere(string schema, string instance, string redacted, string paths)
    {
        var compiled = Schema(schema);

        Assert.Equal(redacted, SecretFields.Redact(compiled, Value(instance)).GetRawText());
        Assert.Equal(paths, string.Join(' ', SecretFields.Paths(compiled, Value(instance))));
    }

    [Fact]
    public void Replace_WithADigest_SeesEachSecretOnce()
    {
        var seen = new List<string>();
        var schema = Schema("""{"properties": {"k": {"x-secret": true}}}""");

        SecretFields.Replace(schema, Value("""{"k":{"x":1},"a":2}"""), secret =>
        {
            seen.Add(secret.GetRawText());
            return JsonSerializer.SerializeToElement("digest");
        });

        Assert.Equal(["""{"x":1}"""], seen);
    }

    [Fact]
    public void HasSecrets_OnlyWithAMark_IsTrue()
    {
        Assert.True(Schema("""{"properties": {"k": {"x-secret": true}}}""").HasSecrets);
        Assert.False(Schema("""{"properties": {"x-secret": {}}}""").HasSecrets);
    }
}
