using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Media;

namespace Capns.Core.Tests.Caps;

public sealed class ResponseWrapperOutputTests
{
    private static readonly ResponseWrapper Json = ResponseWrapper.FromJson("{}"u8.ToArray());
    private static readonly ResponseWrapper Text = ResponseWrapper.FromText("x");
    private static readonly ResponseWrapper Binary = ResponseWrapper.FromBinary(new byte[] { 1, 2 });

    [Theory]
    [InlineData(MediaUrnText.Object, true, false, false)]
    [InlineData(MediaUrnText.StringArray, true, false, false)]
    [InlineData("media:object", true, false, false)]
    [InlineData(MediaUrnText.String, false, true, false)]
    [InlineData("media:string", false, true, false)]
    [InlineData(MediaUrnText.Md, false, true, false)]
    [InlineData(MediaUrnText.Pdf, false, false, true)]
    [InlineData("media:binary", false, false, true)]
    [InlineData(MediaUrnText.Void, false, true, false)]
    public async Task MatchesOutputType_EachKind_FitsOneSortOfOutput(string output, bool json, bool text, bool binary)
    {
        var cap = WithOutput(output);

        Assert.Equal(json, await Json.MatchesOutputTypeAsync(cap));
        Assert.Equal(text, await Text.MatchesOutputTypeAsync(cap));
        Assert.Equal(binary, await Binary.MatchesOutputTypeAsync(cap));
    }

    [Fact]
    public async Task MatchesOutputType_NoOutputOrAnUnknownOne_IsUnresolvable()
    {
        var none = await Assert.ThrowsAsync<UnresolvableMediaUrnException>(async () => await Json.MatchesOutputTypeAsync(Example.Cap()));
        await Assert.ThrowsAsync<UnresolvableMediaUrnException>(async () => await Json.MatchesOutputTypeAsync(WithOutput("media:bytes;djvu")));

        Assert.Contains($"cap '{Example.Urn}' has no output definition", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ValidateAgainstCap_Json_MustParseAndNoMore()
    {
        var cap = WithOutput(MediaUrnText.Pdf);

        Assert.Null(await Json.ValidateAgainstCapAsync(cap));
        var broken = await ResponseWrapper.FromJson("{"u8.ToArray()).ValidateAgainstCapAsync(cap);
        var notUtf8 = await ResponseWrapper.FromJson(new byte[] { (byte)'"', 0xFF, (byte)'"' }).ValidateAgainstCapAsync(cap);

        Assert.Equal(CapValidationErrorKind.JsonParseError, broken!.Kind);
        Assert.StartsWith($"Cap '{Example.Urn}' JSON parsing failed: ", broken.Message, StringComparison.Ordinal);
        Assert.Equal($"Cap '{Example.Urn}' JSON parsing failed: the response is not valid UTF-8", notUtf8!.Message);
    }

    [Fact]
    public async Task ValidateAgainstCap_Text_AlwaysPasses() => Assert.Null(await Text.ValidateAgainstCapAsync(WithOutput(MediaUrnText.Pdf)));

    [Fact]
    public async Task ValidateAgainstCap_Binary_NeedsABinaryOutputIfThereIsOne()
    {
        Assert.Null(await Binary.ValidateAgainstCapAsync(Example.Cap()));
        Assert.Null(await Binary.ValidateAgainstCapAsync(WithOutput(MediaUrnText.Pdf)));

        var refused = await Binary.ValidateAgainstCapAsync(WithOutput(MediaUrnText.String));
        var unknown = await Binary.ValidateAgainstCapAsync(WithOutput("media:bytes;djvu"));

        Assert.Equal(CapValidationErrorKind.InvalidOutputType, refused!.Kind);
        Assert.Equal(
            $"Cap '{Example.Urn}' output expects media_spec '{MediaUrnText.String}' but validation failed for value (2 bytes): "
            + "Binary response, but the output is not of a binary type",
            refused.Message);
        Assert.Equal(CapValidationErrorKind.InvalidMediaSpec, unknown!.Kind);
    }

    [Fact]
    public async Task ValidateAgainstCap_OwnSpec_IsTakenFromTheDefinition()
    {
        var cap = WithOutput("media:own") with { MediaSpecs = [Example.Spec(urn: "media:own") with { MediaType = "image/png" }] };

        Assert.Null(await Binary.ValidateAgainstCapAsync(cap));
    }

    private static Cap WithOutput(string mediaUrn) =>
        Example.Cap() with { Output = new CapOutput { MediaUrn = mediaUrn, Description = "d" } };
}
