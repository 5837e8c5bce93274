using Capns.Core.Matching;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Urns;

/// <summary>Operations of CapNs spec 4.2, the texts of 4.3 and compatibility (5.3); what matches what is in the public vectors.</summary>
public sealed class CapUrnTests
{
    private static readonly CapUrn Thumbnail = CapUrn.Parse("cap:in=\"media:pdf;bytes\";op=thumb;out=media:image");

    [Theory]
    [InlineData("", 1, "Cap URN cannot be empty")]
    [InlineData("cap:in=;out", 2, "Tag key or value cannot be empty: tag at position 0")]
    [InlineData("cap:in;a b", 3, "Invalid character in tag: U+0020 at position 4")]
    [InlineData(" cap:in;out", 3, "Tagged URN has leading or trailing whitespace: ' cap:in;out'")]
    [InlineData("in=*;out", 5, "Cap URN must start with 'cap:'")]
    [InlineData(":in", 5, "Cap URN must start with 'cap:'")]
    [InlineData("cup:in;out", 5, "Cap URN must start with 'cap:', but the prefix is 'cup'")]
    [InlineData("cap:in;IN;out", 6, "Duplicate tag key: in")]
    [InlineData("cap:1", 7, "Tag key cannot be purely numeric: 1")]
    [InlineData("cap:in=\"x", 8, "Unterminated quote at position 5")]
    [InlineData("cap:in=\"\\x\"", 9, "Invalid escape sequence at position 5 (only \\\" and \\\\ allowed)")]
    [InlineData("cap:out", 10, "Cap URN is missing required 'in' tag - caps must declare their input type (use in=media:void for none, in=* for any)")]
    [InlineData("cap:in=bytes", 11, "Cap URN is missing required 'out' tag - caps must declare their output type (use out=media:void for none, out=* for any)")]
    [InlineData("cap:in=bytes;out=5", 12, "Invalid 'in' media URN: bytes. Must start with 'media:' or be '*'")]
    [InlineData("cap:in;out=?", 12, "Invalid 'out' media URN: ?. Must start with 'media:' or be '*'")]
    [InlineData("cap:in;out=\"media:a;a\"", 12, "Invalid 'out' media URN: media:a;a. Must start with 'media:' or be '*'")]
    public void Parse_Mistake_SaysWhich(string text, int code, string message)
    {
        var error = Assert.Throws<UrnException>(() => CapUrn.Parse(text)).Error;

        Assert.Equal((UrnDomain.Cap, code, message), (error.Domain, error.Code, error.Message));
        Assert.Equal(error, CapUrn.Validate(text));
        Assert.Equal($"Cap URN error {code} ({error.Name}): {message}", error.ToString());
    }

    [Fact]
    public void Parse_Directions_AreKeptAsWrittenAndParsed()
    {
        Assert.Equal(("media:pdf;bytes", "media:image"), (Thumbnail.InSpec, Thumbnail.OutSpec));
        Assert.Equal("media:bytes;pdf", Thumbnail.Input!.ToString());
        Assert.Null(CapUrn.Parse("cap:in;out").Output);
        Assert.Equal(["op"], Thumbnail.OtherTags.ToArray().Select(tag => tag.Key));
    }

    [Fact]
    public void ParseRequest_MissingDirections_AreStars()
    {
        Assert.Equal("cap:in;op=x;out", CapUrn.ParseRequest("cap:op=x").ToString());
        Assert.Equal("cap:in=media:a;out", CapUrn.ParseRequest("cap:in=media:a").ToString());
        Assert.Equal(12, Assert.Throws<UrnException>(() => CapUrn.ParseRequest("cap:in=a")).Error.Code);
    }

    [Fact]
    public void IsEquivalentTo_DirectionsInAnotherOrder_IsTrueAndEqualsIsNot()
    {
        var other = CapUrn.Parse("cap:in=\"media:bytes;pdf\";op=thumb;out=media:image");

        Assert.True(Thumbnail.IsEquivalentTo(other) && Thumbnail.Accepts(other) && other.Accepts(Thumbnail));
        Assert.NotEqual(Thumbnail, other);
        Assert.False(Thumbnail.IsEquivalentTo(Thumbnail.WithTag("op", "x")));
    }

    [Fact]
    public void WithTagAndWithoutTag_Directions_AreLeftAlone()
    {
        Assert.Equal(Thumbnail, Thumbnail.WithTag("IN", "media:x").WithoutTag("Out"));
        Assert.Equal("x", Thumbnail.WithTag("OP", "x").GetTag("op"));
        Assert.True(Thumbnail.HasTag("OP", "thumb") && Thumbnail.HasTag("Out", "media:image") && !Thumbnail.HasTag("op", "Thumb"));
        Assert.Empty(Thumbnail.WithoutTag("Op").OtherTags.ToArray());
        Assert.Equal(2, Assert.Throws<UrnException>(() => Thumbnail.WithTag("op", "")).Error.Code);
        Assert.Equal(UrnDomain.Cap, Assert.Throws<UrnException>(() => Thumbnail.WithTag("1", "x")).Error.Domain);
    }

    [Fact]
    public void WithSpecs_MediaUrnOrStar_ReplaceADirection()
    {
        Assert.Equal(("*", "media:b;a"), (Thumbnail.WithInSpec("*").InSpec, Thumbnail.WithOutSpec("media:b;a").OutSpec));
        Assert.All(["", "?", "bytes"], spec => Assert.Equal(12, Assert.Throws<UrnException>(() => Thumbnail.WithOutSpec(spec)).Error.Code));
    }

    [Fact]
    public void WithWildcardTag_TagOrDirection_BecomesStar()
    {
        Assert.Equal("cap:in;op=thumb;out=media:image", Thumbnail.WithWildcardTag("in").ToString());
        Assert.Null(Thumbnail.WithWildcardTag("in").Input);
        Assert.Equal("*", Thumbnail.WithWildcardTag("op").GetTag("op"));
        Assert.Equal(Thumbnail, Thumbnail.WithWildcardTag("nothing"));
    }

    [Fact]
    public void SubsetAndMerge_Directions_AreKeptAndAreTheOthers()
    {
        Assert.Equal("cap:in=\"media:pdf;bytes\";out=media:image", Thumbnail.Subset(["in", "x"]).ToString());
        Assert.Equal("cap:a;in;op=y;out=media:b", Thumbnail.Merge(CapUrn.Parse("cap:a;in;op=y;out=media:b")).ToString());
    }

    [Fact]
    public void FromTags_Map_NeedsBothDirections()
    {
        Assert.Equal(Thumbnail, CapUrn.FromTags(new Dictionary<string, string> { ["OP"] = "thumb", ["in"] = "media:pdf;bytes", ["out"] = "media:image" }));
        Assert.Equal(10, Assert.Throws<UrnException>(() => CapUrn.FromTags(new Dictionary<string, string> { ["out"] = "*" })).Error.Code);
        Assert.Equal(11, Assert.Throws<UrnException>(() => CapUrn.FromTags(new Dictionary<string, string> { ["in"] = "*" })).Error.Code);
        Assert.Equal(5, Assert.Throws<UrnException>(() => CapUrn.From(TaggedUrn.Parse("t:in;out"))).Error.Code);
    }

    [Fact]
    public void Builder_Directions_AreNeededAndNotTakenAsTags()
    {
        var builder = new CapUrnBuilder().Tag("in", "media:x").Marker("a").Tag("op", "x");

        Assert.Equal(10, Assert.Throws<UrnException>(builder.Build).Error.Code);
        Assert.Equal(11, Assert.Throws<UrnException>(builder.In("media:void").Build).Error.Code);
        Assert.Equal("cap:a;in=media:void;op=x;out", builder.Out("*").Build().ToString());
        Assert.Equal(12, Assert.Throws<UrnException>(() => builder.In("")).Error.Code);
        Assert.Equal(12, Assert.Throws<UrnException>(builder.In("x").Build).Error.Code);
    }

    [Theory]
    [InlineData("cap:in;op=x;out", "cap:in;op=y;out", false)]
    [InlineData("cap:in;op=x;out", "cap:in;op;out", true)]
    [InlineData("cap:in;op=x;out", "cap:a;in;out", true)]
    [InlineData("cap:in;op=?;out", "cap:in;op=!;out", false)]
    [InlineData("cap:in=media:a;out", "cap:in;out", true)]
    [InlineData("cap:in=media:a;out", "cap:in=\"media:a;b\";out", true)]
    [InlineData("cap:in=media:a;out", "cap:in=media:b;out", false)]
    [InlineData("cap:in;out=media:a", "cap:in;out=media:b", false)]
    public void IsCompatibleWith_Pair_FollowsTheRules(string left, string right, bool expected)
    {
        Assert.Equal(expected, CapUrn.Parse(left).IsCompatibleWith(CapUrn.Parse(right)));
        Assert.Equal(expected, CapUrn.Parse(right).IsCompatibleWith(CapUrn.Parse(left)));
    }

    [Fact]
    public void IsMoreSpecificThan_OnlyCompatibleAndStrictlyGreater()
    {
        var wide = CapUrn.Parse("cap:in=media:bytes;op=thumb;out=media:image");

        Assert.True(Thumbnail.IsMoreSpecificThan(wide));
        Assert.False(wide.IsMoreSpecificThan(Thumbnail));
        Assert.False(Thumbnail.IsMoreSpecificThan(Thumbnail));
        Assert.False(Thumbnail.IsMoreSpecificThan(CapUrn.Parse("cap:in;op=other;out")));
    }

    [Fact]
    public void GetSpecificity_SchemeThatIsNone_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Thumbnail.GetSpecificity((SpecificityScheme)9));

    [Fact]
    public void Canonical_TextOrNull_IsTheCanonicalFormOrNull()
    {
        Assert.Equal("cap:in;op=x;out", CapUrn.Canonical("CAP:op=X;out=*;in"));
        Assert.Null(CapUrn.CanonicalOption(null));
        Assert.Equal("in=\"media:pdf;bytes\";op=thumb;out=media:image", Thumbnail.TagsToString());
    }
}
