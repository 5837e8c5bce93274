using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Core.Caps;

namespace Capns.Core.Tests.Caps;

public sealed class ResponseWrapperTests
{
    private static readonly JsonSerializerOptions Words = new() { Converters = { new JsonStringEnumConverter() } };

    [Fact]
    public void Properties_EachKind_AreThoseOfTheBytes()
    {
        var bytes = Encoding.UTF8.GetBytes("\"é\"");

        var json = ResponseWrapper.FromJson(bytes);

        Assert.Equal((ResponseKind.Json, "application/json", 4, false), (json.Kind, json.ContentType, json.Size, json.IsEmpty));
        Assert.Equal(bytes, json.AsBytes());
        Assert.NotSame(bytes, json.AsBytes());
        Assert.Equal("text/plain", ResponseWrapper.FromText(bytes).ContentType);
        Assert.Equal("application/octet-stream", ResponseWrapper.FromBinary(bytes).ContentType);
        Assert.True(ResponseWrapper.FromText("") is { IsEmpty: true, Size: 0, Kind: ResponseKind.Text });
    }

    [Fact]
    public void AsString_Utf8_IsTheText()
    {
        Assert.Equal(" é\U0001F600 ", ResponseWrapper.FromText(" é\U0001F600 ").AsString());
        Assert.Equal("{}", ResponseWrapper.FromJson("{}"u8.ToArray()).AsString());
        Assert.Equal("ab", ResponseWrapper.FromBinary("ab"u8.ToArray()).AsString());
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xC3 })]
    public void AnyReading_InvalidUtf8_IsRefused(byte[] bytes)
    {
        var response = ResponseWrapper.FromText(bytes);

        Assert.StartsWith("Failed to convert response to string: ", Refusal(response.AsString), StringComparison.Ordinal);
        Assert.StartsWith("Failed to convert response to string: ", Refusal(response.AsInt), StringComparison.Ordinal);
        Assert.StartsWith("Failed to convert response to string: ", Refusal(response.AsFloat), StringComparison.Ordinal);
        Assert.StartsWith("Failed to convert response to string: ", Refusal(response.AsBool), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("+5", 5)]
    [InlineData("-5", -5)]
    [InlineData(" \t5\n", 5)]
    [InlineData("\u00a05", 5)]
    [InlineData("007", 7)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void AsInt_AWholeNumber_IsRead(string text, long expected)
    {
        Assert.Equal(expected, ResponseWrapper.FromText(text).AsInt());
        Assert.Equal(expected, ResponseWrapper.FromJson(Encoding.UTF8.GetBytes(text)).AsInt());
    }

    [Theory]
    [InlineData("5.0")]
    [InlineData("5e0")]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("--5")]
    [InlineData("1,000")]
    [InlineData("5\0")]
    [InlineData("\"5\"")]
    [InlineData("0x5")]
    [InlineData("٥")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    public void AsInt_AnythingElse_IsRefused(string text) =>
        Assert.StartsWith(
            $"Failed to parse '{text.Replace("\0", "\\u0000", StringComparison.Ordinal)}' as integer: ",
            Refusal(() => ResponseWrapper.FromText(text).AsInt()),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("5.0", 5)]
    [InlineData("+5", 5)]
    [InlineData(".5", 0.5)]
    [InlineData("-.5", -0.5)]
    [InlineData("5.", 5)]
    [InlineData("1e3", 1000)]
    [InlineData("1E-3", 0.001)]
    [InlineData(" 2.5\r\n", 2.5)]
    [InlineData("inf", double.PositiveInfinity)]
    [InlineData("+Inf", double.PositiveInfinity)]
    [InlineData("-infinity", double.NegativeInfinity)]
    [InlineData("NaN", double.NaN)]
    [InlineData("-nan", double.NaN)]
    [InlineData("1e999", double.PositiveInfinity)]
    public void AsFloat_ANumber_IsRead(string text, double expected) => Assert.Equal(expected, ResponseWrapper.FromText(text).AsFloat());

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("e5")]
    [InlineData("1,5")]
    [InlineData("1 5")]
    [InlineData("∞")]
    [InlineData("infinit")]
    [InlineData("(5)")]
    [InlineData("5f")]
    [InlineData("0x5p0")]
    [InlineData("--inf")]
    public void AsFloat_AnythingElse_IsRefused(string text) =>
        Assert.StartsWith(
            $"Failed to parse '{text}' as float: ", Refusal(() => ResponseWrapper.FromText(text).AsFloat()), StringComparison.Ordinal);

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("YES", true)]
    [InlineData(" y ", true)]
    [InlineData("False", false)]
    [InlineData("0", false)]
    [InlineData("no\n", false)]
    [InlineData("N", false)]
    public void AsBool_OneOfTheWords_IsRead(string text, bool expected) => Assert.Equal(expected, ResponseWrapper.FromText(text).AsBool());

    [Theory]
    [InlineData("")]
    [InlineData("on")]
    [InlineData("2")]
    [InlineData("truee")]
    public void AsBool_AnythingElse_IsRefused(string text) =>
        Assert.Equal($"Failed to parse '{text}' as boolean", Refusal(() => ResponseWrapper.FromText(text).AsBool()));

    [Fact]
    public void As_Json_IsReadAsTheType()
    {
        Assert.Equal(new Point(1, 2), ResponseWrapper.FromJson("""{"X":1,"Y":2}"""u8.ToArray()).As<Point>());
        Assert.Equal([1, 2], ResponseWrapper.FromJson("[1,2]"u8.ToArray()).As<int[]>()!);
        Assert.Null(ResponseWrapper.FromJson("null"u8.ToArray()).As<Point>());
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{")]
    [InlineData("")]
    public void As_JsonThatDoesNotFit_IsRefused(string json) =>
        Assert.StartsWith(
            "Failed to deserialize response to Point: ",
            Refusal(() => ResponseWrapper.FromJson(Encoding.UTF8.GetBytes(json)).As<Point>()),
            StringComparison.Ordinal);

    [Fact]
    public void As_Text_IsReadAsAJsonString()
    {
        const string Text = "a \"quoted\" \\ text\n\u0001é";

        Assert.Equal(Text, ResponseWrapper.FromText(Text).As<string>());
        Assert.Equal(DayOfWeek.Monday, ResponseWrapper.FromText("Monday").As<DayOfWeek>(Words));
        Assert.Equal(JsonValueKind.String, ResponseWrapper.FromText("{}").As<JsonElement>().ValueKind);
        Assert.StartsWith(
            "Failed to deserialize response to Int32: ", Refusal(() => ResponseWrapper.FromText("5").As<int>()), StringComparison.Ordinal);
    }

    [Fact]
    public void As_Binary_IsRefused() =>
        Assert.Equal(
            "Cannot deserialize binary response to structured type",
            Refusal(() => ResponseWrapper.FromBinary("{}"u8.ToArray()).As<Point>()));

    [Fact]
    public void Refusals_LongText_ShowItsBeginningOnly() =>
        Assert.True(Refusal(() => ResponseWrapper.FromText(new string('x', 10_000)).AsInt()).Length < 300);

    private static string Refusal<T>(Func<T> read) => Assert.Throws<ResponseConversionException>(() => read()).Message;

    private sealed record Point(int X, int Y);
}
