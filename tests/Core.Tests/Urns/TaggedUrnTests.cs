using Capns.Core.Urns;

namespace Capns.Core.Tests.Urns;

/// <summary>Operations of CapNs spec 1.5 and the texts of 1.6; what parses to what is in the public vectors.</summary>
public sealed class TaggedUrnTests
{
    private static readonly TaggedUrn Urn = TaggedUrn.Parse("t:a=1;b=\"X y\";c");

    [Theory]
    [InlineData("", 1, "Tagged URN cannot be empty", null)]
    [InlineData("t:a=", 2, "Tag key or value cannot be empty: tag at position 0", 0)]
    [InlineData("t:a;b=;c", 2, "Tag key or value cannot be empty: tag at position 2", 2)]
    [InlineData("t:b=\"\"", 2, "Tag key or value cannot be empty: tag at position 0", 0)]
    [InlineData("t:a=1; b=2", 3, "Invalid character in tag: U+0020 at position 4", 4)]
    [InlineData("t:=1", 3, "Invalid character in tag: '=' at position 0", 0)]
    [InlineData("t:a=\"x\"y", 3, "Invalid character in tag: 'y' at position 5", 5)]
    [InlineData("t:a=\U0001D400\U0001F600", 3, "Invalid character in tag: '\U0001F600' at position 3", 3)]
    [InlineData("ta=1", 5, "Tagged URN must have a prefix followed by ':'", null)]
    [InlineData("t:\U0001D41A;ABC;abc", 6, "Duplicate tag key: abc", 6)]
    [InlineData("t:a;007", 7, "Tag key cannot be purely numeric: 007", 2)]
    [InlineData("t:a=\"\U0001F600", 8, "Unterminated quote at position 4", 4)]
    [InlineData("t:a=\"\U0001F600\\", 8, "Unterminated quote at position 5", 5)]
    [InlineData("t:a=\"\U0001F600\\n\"", 9, "Invalid escape sequence at position 5 (only \\\" and \\\\ allowed)", 5)]
    [InlineData(":a", 10, "Tagged URN prefix cannot be empty", null)]
    [InlineData(" t:a", 12, "Tagged URN has leading or trailing whitespace: ' t:a'", null)]
    [InlineData("t:a\u2003", 12, "Tagged URN has leading or trailing whitespace: 't:a\u2003'", null)]
    public void Parse_Mistake_SaysWhichAndWhereInCharacters(string text, int code, string message, int? position)
    {
        var error = Assert.Throws<UrnException>(() => TaggedUrn.Parse(text)).Error;

        Assert.Equal((UrnDomain.Tagged, code, message, position), (error.Domain, error.Code, error.Message, error.Position));
    }

    // Not InlineData: attributes are stored as UTF-8, which has no half of a pair.
    [Fact]
    public void Parse_HalfOfASurrogatePair_IsAnInvalidCharacter() =>
        Assert.All(["t:a=\"\uD83D\"", "t:a=\"\uDE00\uD83D\"", "t:\uD83D=1", "t:a=\uD83D", "\uD83D:a", "t:a=\"x\uD83D"], text =>
        {
            var error = TaggedUrn.Validate(text);
            Assert.Equal(3, error!.Code);
            Assert.Contains("surrogate", error.Message, StringComparison.Ordinal);
        });

    [Fact]
    public void WithTag_HalfOfASurrogatePair_IsAnInvalidCharacter() =>
        Assert.Equal(3, Assert.Throws<UrnException>(() => Urn.WithTag("k", "\uDE00")).Error.Code);

    [Fact]
    public void Parse_LongMistake_IsRepeatedShortened()
    {
        var keys = new string('x', 100_000);
        var digits = new string('1', 100_000);

        Assert.All([" " + keys, $"t:{keys};{keys}", $"t:{digits}"], text => Assert.InRange(TaggedUrn.Validate(text)!.Message.Length, 20, 200));
        Assert.InRange(Assert.Throws<UrnException>(() => Urn.WithTag(keys, "\uDE00")).Error.Message.Length, 20, 200);
    }

    [Fact]
    public void GetTagAndHasTag_KeyInAnyCase_ValueWithCase()
    {
        Assert.Equal(("X y", "*", null), (Urn.GetTag("B"), Urn.GetTag("c"), Urn.GetTag("d")));
        Assert.True(Urn.HasTag("B", "X y"));
        Assert.False(Urn.HasTag("b", "x y"));
        Assert.False(Urn.HasTag("d", ""));
    }

    [Fact]
    public void WithTag_NewOrOldKey_LowersTheKeyAndKeepsTheValue()
    {
        Assert.Equal("t:a=\"Q;\";b=\"X y\";c", Urn.WithTag("A", "Q;").ToString());
        Assert.Equal("t:a=1;aé=!;b=\"X y\";c", Urn.WithTag("aÉ", "!").ToString());
        Assert.Equal("t:a=1;b=\"X y\";c", Urn.ToString());
    }

    [Theory]
    [InlineData("", "x", 2)]
    [InlineData("k", "", 2)]
    [InlineData("a b", "x", 3)]
    [InlineData("12", "x", 7)]
    public void WithTag_WhatCouldNotBeReadBack_IsRefused(string key, string value, int code) =>
        Assert.Equal(code, Assert.Throws<UrnException>(() => Urn.WithTag(key, value)).Error.Code);

    [Fact]
    public void Copies_WithoutWildcardSubset_ChangeOnlyWhatIsThere()
    {
        Assert.Equal("t:a=1;c", Urn.WithoutTag("B").ToString());
        Assert.Equal(Urn, Urn.WithoutTag("d"));
        Assert.Equal("t:a;b=\"X y\";c", Urn.WithWildcardTag("A").ToString());
        Assert.Equal(Urn, Urn.WithWildcardTag("d"));
        Assert.Equal("t:a=1;c", Urn.Subset(["C", "a", "d", "a"]).ToString());
        Assert.Equal("t:", Urn.Subset([]).ToString());
        Assert.Equal("a=1;b=\"X y\";c", Urn.TagsToString());
    }

    [Fact]
    public void Merge_SamePrefix_OtherWinsAndAnotherPrefixIsRefused()
    {
        Assert.Equal("t:a=2;b=\"X y\";c;d", Urn.Merge(TaggedUrn.Parse("t:a=2;d")).ToString());
        var other = TaggedUrn.Parse("U:a=2");
        Func<object>[] operations =
        [
            () => Urn.Merge(other), () => Urn.Accepts(other), () => other.ConformsTo(Urn), () => Urn.IsCompatibleWith(other),
            () => Urn.IsMoreSpecificThan(other),
        ];
        Assert.All(operations, refused =>
        {
            var error = Assert.Throws<UrnException>(() => refused()).Error;
            Assert.Equal((11, "PrefixMismatch"), (error.Code, error.Name));
            Assert.Equal("Cannot compare URNs with different prefixes: 't' vs 'u'", error.Message);
        });
    }

    [Fact]
    public void Canonical_TextOrNull_IsTheCanonicalFormOrNull()
    {
        Assert.Equal("t:a;b", TaggedUrn.Canonical("T:B;;a=*;"));
        Assert.Equal("my préfix", TaggedUrn.Parse("My PRÉFIX:a").Prefix);
        Assert.Equal("t:a;b", TaggedUrn.CanonicalOption("T:B;a"));
        Assert.Null(TaggedUrn.CanonicalOption(null));
        Assert.Throws<UrnException>(() => TaggedUrn.CanonicalOption(""));
    }

    [Fact]
    public void Builder_TagsInAnyOrder_BuildsAndRefusesNothingAtAll()
    {
        Assert.Equal("t:a=2;b", new TaggedUrnBuilder("T").SoloTag("B").Tag("a", "1").Tag("A", "2").Build().ToString());
        Assert.Equal("t:", new TaggedUrnBuilder("t").BuildAllowEmpty().ToString());
        var error = Assert.Throws<UrnException>(() => new TaggedUrnBuilder("t").Build()).Error;
        Assert.Equal((1, "Empty"), (error.Code, error.Name));
    }

    [Theory]
    [InlineData("", 10)]
    [InlineData(":", 10)]
    [InlineData("a:", 3)]
    [InlineData("a:b", 3)]
    [InlineData("a:5;", 3)]
    [InlineData("a:k=;", 3)]
    [InlineData("a:k;k;", 3)]
    [InlineData("a:k=\"", 3)]
    [InlineData(" a", 12)]
    public void Empty_PrefixThatIsNone_IsRefused(string prefix, int code) =>
        Assert.Equal(code, Assert.Throws<UrnException>(() => TaggedUrn.Empty(prefix)).Error.Code);

    [Fact]
    public void Equality_NullAndOthers_IsByValue()
    {
        Assert.True(Urn == TaggedUrn.Parse("T:c;b=\"X y\";a=1") && Urn != null! && (TaggedUrn?)null == null);
        Assert.False(Urn.Equals((object)"t:a=1;b=\"X y\";c"));
        Assert.Equal(Urn.GetHashCode(), TaggedUrn.Parse("T:c;b=\"X y\";a=1").GetHashCode());
        Assert.NotEqual(TaggedUrn.Parse("t:a"), TaggedUrn.Parse("u:a"));
        Assert.Equal(Urn.ToString(), $"{Urn}");
        Assert.Equal(Urn.ToString(), Urn.ToString("X", null));
    }

    [Fact]
    public void ISpanParsable_TextOrSpan_ReadsOrSaysNo()
    {
        Assert.Equal(Urn, Parse<TaggedUrn>("t:c;b=\"X y\";a=1"));
        Assert.Throws<UrnException>(() => Parse<TaggedUrn>("t"));
        Assert.False(TaggedUrn.TryParse(null, provider: null, out _));
        Assert.False(TaggedUrn.TryParse("t".AsSpan(), provider: null, out _));

        static T Parse<T>(string text)
            where T : ISpanParsable<T>
        {
            Assert.Equal(T.Parse(text, null), T.Parse(text.AsSpan(), null));
            return T.TryParse(text, null, out var parsed) ? parsed : throw new InvalidOperationException(text);
        }
    }

    [Fact]
    public void Validate_ManyTags_FindsTheFirstDuplicate()
    {
        var many = string.Join(';', Enumerable.Range(0, 1000).Select(i => $"k{i}"));

        Assert.Null(TaggedUrn.Validate($"t:{many}"));
        Assert.Equal("Duplicate tag key: k7", TaggedUrn.Validate($"t:{many};K7;k3")!.Message);
        Assert.Equal(1000, TaggedUrn.Parse($"t:{many}").Tags.Length);
    }

    [Fact]
    public void Sorting_Surrogates_AreBehindAllOthers()
    {
        // UTF-16 puts U+10428 (D801 DC28) before U+FF41; UTF-8 does not.
        Assert.Equal("t:a-b;a.b;a/b;a1;a:b;a_b;ab;\uFF41;\U00010428", TaggedUrn.Canonical("t:\U00010428;\uFF41;ab;a_b;a:b;a1;a/b;a.b;a-b"));
    }
}
