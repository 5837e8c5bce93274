using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Dispatch;
using Capns.Core.Media;
using Capns.Core.Urns;
using Capns.Messaging.Capabilities;

namespace Capns.Messaging.Tests.Capabilities;

public sealed class ParameterMappingTests
{
    [Theory]
    [InlineData("text", "12", "\"12\"")]
    [InlineData("json", "12", "12")]
    [InlineData("json", "[1,{\"a\":null}]", "[1,{\"a\":null}]")]
    [InlineData("any", "true", "true")]
    [InlineData("any", "not json", "\"not json\"")]
    [InlineData("base64", "ÿ", "\"w78=\"")]
    public void ToParameters_Value_IsWrittenByItsEncoding(string encoding, string value, string written)
    {
        var parameters = ParameterMapping.ToParameters(new CapCall { Positional = [value] }, Definition(encoding));

        Assert.Equal($$"""{"p":{{written}}}""", parameters.GetRawText());
    }

    [Fact]
    public void ToParameters_ValueThatCannotBeWritten_IsNamed()
    {
        var json = Assert.Throws<CapArgumentException>(() => ParameterMapping.ToParameters(new CapCall { Positional = ["{"] }, Definition("json")));
        var bytes = Assert.Throws<CapArgumentException>(
            () => ParameterMapping.ToParameters(new CapCall { Stdin = new StdinSource.Data(new byte[] { 255 }) }, Definition("text")));
        var unnamed = Assert.Throws<CapArgumentException>(
            () => ParameterMapping.ToParameters(new CapCall { Positional = ["x"] }, Definition("text") with { Args = [Arg(null)] }));

        Assert.Contains("'media:p': it must be JSON", json.Message, StringComparison.Ordinal);
        Assert.Contains("'media:p': its 1 bytes are not UTF-8", bytes.Message, StringComparison.Ordinal);
        Assert.Contains("does not say which parameter", unnamed.Message, StringComparison.Ordinal);
        Assert.Equal("media:p", json.MediaUrn);
    }

    // What JSON allows and a document cannot hold: halves of characters, and more levels than are read.
    [Theory]
    [InlineData("\"\\ud800\"", 1, false)]
    [InlineData("{\"\\udc00\":1}", 1, false)]
    [InlineData("[", ParameterMapping.MaxDepth, true)]
    [InlineData("[", ParameterMapping.MaxDepth + 1, false)]
    [InlineData("{\"a\":1,\"a\":2}", 1, true)]
    public void ToParameters_JsonAtTheLimits_IsWrittenOrNamed(string text, int times, bool fits)
    {
        var value = text == "[" ? new string('[', times) + new string(']', times) : text;
        var call = new CapCall { Positional = [value] };

        // Where any text will do, it goes as text.
        var any = ParameterMapping.ToParameters(call, Definition(ParameterMapping.Any)).GetProperty("p");
        Assert.Equal(fits ? value : null, any.ValueKind == JsonValueKind.String ? null : any.GetRawText());
        Assert.Equal(fits ? null : value, any.ValueKind == JsonValueKind.String ? any.GetString() : null);
        if (fits)
        {
            var request = new { data = ParameterMapping.ToParameters(call, Definition(ParameterMapping.Json)) };
            Assert.Contains(value, JsonSerializer.Serialize(new { request }), StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal("media:p", Assert.Throws<CapArgumentException>(() => ParameterMapping.ToParameters(call, Definition(ParameterMapping.Json))).MediaUrn);
        }
    }

    [Fact]
    public void ToParameters_CallDoesNotFit_IsTheValidationsError() =>
        Assert.Throws<CapValidationException>(() => ParameterMapping.ToParameters(new CapCall { Positional = ["1", "2"] }, Definition("text")));

    [Fact]
    public void ToParameters_NothingGiven_IsAnEmptyObject() =>
        Assert.Equal("{}", ParameterMapping.ToParameters(CapCall.Empty, Definition("json")).GetRawText());

    [Theory]
    [InlineData("""{"encoding":"base64"}""", "\"AP8=\"", "00FF", null)]
    [InlineData("""{"encoding":"base64","member":"png"}""", """{"png":"AP8=","w":1}""", "00FF", null)]
    [InlineData("""{"encoding":"text"}""", "\"a b\"", null, "a b")]
    [InlineData("""{"encoding":"text"}""", "1", null, "1")]
    [InlineData("""{"encoding":"json"}""", "\"a\"", null, "\"a\"")]
    [InlineData("""{"encoding":"json"}""", null, null, "null")]
    [InlineData("{}", """{"a":1}""", null, """{"a":1}""")]
    public void ToResult_Value_IsReadByTheOutputsEncoding(string metadata, string? value, string? bytes, string? text)
    {
        var result = ParameterMapping.ToResult(value is null ? null : JsonElement.Parse(value), Definition("text", metadata));

        Assert.Equal(bytes, result.Bytes is { } given ? Convert.ToHexString(given.Span) : null);
        Assert.Equal(text, result.Text);
    }

    [Theory]
    [InlineData("""{"encoding":"base64"}""", "5", "the result is not base64")]
    [InlineData("""{"encoding":"base64","member":"png"}""", "[]", "member png of the result is missing")]
    [InlineData("""{"encoding":"base64","member":"png"}""", """{"png":"%"}""", "member png of the result is not base64")]
    public void ToResult_NoBytesWhereTheyBelong_SaysWhere(string metadata, string value, string problem)
    {
        var refused = Assert.Throws<CapResultException>(() => ParameterMapping.ToResult(JsonElement.Parse(value), Definition("text", metadata)));

        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
    }

    internal static Cap Definition(string encoding, string output = "{}") => new()
    {
        Urn = CapUrn.Parse("cap:in;op=x;out"),
        Title = "X",
        Command = "x",
        MediaSpecs = [Spec("media:p"), Spec("media:textable")],
        Args = [Arg(new { parameter = "p", encoding })],
        Output = new CapOutput { MediaUrn = "media:form=scalar;textable", Description = "It.", Metadata = JsonElement.Parse(output) },
    };

    private static MediaSpecDef Spec(string urn) => new() { Urn = urn, MediaType = "text/plain", Title = urn };

    private static CapArg Arg(object? metadata) => new()
    {
        MediaUrn = "media:p",
        Required = false,
        Sources = [new ArgSource.Stdin("media:p"), new ArgSource.Position(0)],
        Metadata = metadata is null ? null : JsonSerializer.SerializeToElement(metadata),
    };
}
