using System.Text.Json;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Urns;

public sealed class UrnJsonTests
{
    [Fact]
    public void Write_EveryKind_IsAStringInCanonicalForm()
    {
        Assert.Equal("\"t:a;b\"", JsonSerializer.Serialize(TaggedUrn.Parse("T:b;a")));
        Assert.Equal("\"media:a;b\"", JsonSerializer.Serialize(MediaUrn.Parse("media:b;a")));
        Assert.Equal("\"cap:in;op=x;out\"", JsonSerializer.Serialize(CapUrn.Parse("cap:op=x;in;out")));
    }

    [Fact]
    public void Read_EveryKind_ParsesAnyForm()
    {
        Assert.Equal(TaggedUrn.Parse("t:a"), JsonSerializer.Deserialize<TaggedUrn>("\"T:A;\""));
        Assert.Equal(MediaUrn.Parse("media:a"), JsonSerializer.Deserialize<MediaUrn>("\"MEDIA:A\""));
        Assert.Equal(CapUrn.Parse("cap:in;out"), JsonSerializer.Deserialize<CapUrn>("\"cap:out;in\""));
        Assert.Null(JsonSerializer.Deserialize<CapUrn>("null"));
    }

    [Theory]
    [InlineData("5")]
    [InlineData("{}")]
    [InlineData("\"cap:in\"")]
    public void Read_WhatIsNone_IsAJsonException(string json)
    {
        var exception = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<CapUrn>(json));

        Assert.True(json[0] != '"' || exception.InnerException is UrnException { Error.Code: 11 });
    }

    [Fact]
    public void Keys_OfMaps_AreWrittenAndRead()
    {
        var map = new Dictionary<CapUrn, int> { [CapUrn.Parse("cap:out;in;op=\"A b\"")] = 1 };
        var json = JsonSerializer.Serialize(map);

        Assert.Equal("{\"cap:in;op=\\u0022A b\\u0022;out\":1}", json);
        Assert.Equal(map, JsonSerializer.Deserialize<Dictionary<CapUrn, int>>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Dictionary<CapUrn, int>>("{\"x\":1}"));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Dictionary<MediaUrn, int>>("{\"cap:in;out\":1}"));
    }

    [Fact]
    public void Read_EscapedHalfOfASurrogatePair_IsAJsonException() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TaggedUrn>("\"t:a=\\ud83d\""));
}
