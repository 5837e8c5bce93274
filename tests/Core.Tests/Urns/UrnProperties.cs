using System.Text;
using System.Text.Json;
using Capns.Core.Media;
using Capns.Core.Urns;
using FsCheck.Fluent;

namespace Capns.Core.Tests.Urns;

public sealed class UrnProperties
{
    [Fact]
    public void ToString_AnyUrn_IsAFixedPointThatParsesToAnEqualUrn() =>
        RandomUrns.ForAll(RandomUrns.Any, urn =>
        {
            var again = TaggedUrn.Parse(urn.ToString());
            Assert.Equal(urn, again);
            Assert.Equal(urn.GetHashCode(), again.GetHashCode());
            Assert.Equal(urn.ToString(), again.ToString());
            Assert.Equal(urn.ToString(), TaggedUrn.Canonical(urn.ToString()));
        }, times: 10_000);

    [Fact]
    public void ToString_TextOfAnyForm_IsAFixedPoint() =>
        RandomUrns.ForAll(RandomUrns.Mutated, text =>
        {
            if (TaggedUrn.TryParse(text, out var urn, out _))
            {
                Assert.Equal(urn, TaggedUrn.Parse(urn.ToString()));
                Assert.Equal(urn.ToString(), TaggedUrn.Parse(urn.ToString()).ToString());
            }
        }, times: 10_000);

    [Fact]
    public void ToString_AnyCap_ParsesToAnEqualCapWithTheSameParts() =>
        RandomUrns.ForAll(RandomUrns.FewCap, cap =>
        {
            var again = CapUrn.Parse(cap.ToString());
            Assert.Equal(cap, again);
            Assert.Equal((cap.InSpec, cap.OutSpec, cap.Input, cap.Output), (again.InSpec, again.OutSpec, again.Input, again.Output));
            Assert.Equal(
                (cap.Specificity, cap.TagCountSpecificity, cap.SpecificityTuple),
                (again.Specificity, again.TagCountSpecificity, again.SpecificityTuple));
        });

    [Fact]
    public void Validate_AnyText_AgreesWithTryParse() =>
        RandomUrns.ForAll(Gen.OneOf(RandomUrns.Mutated, ArbMap.Default.ArbFor<string>().Generator.Select(text => text ?? "")), text =>
        {
            Assert.Equal(TaggedUrn.TryParse(text, out _, out var tagged), tagged is null);
            Assert.Equal(tagged, TaggedUrn.Validate(text));
            Assert.Equal(MediaUrn.TryParse(text, out _, out var media), media is null);
            Assert.Equal(media, MediaUrn.Validate(text));
            Assert.Equal(CapUrn.TryParse(text, out _, out var cap), cap is null);
            Assert.Equal(cap, CapUrn.Validate(text));
            // A request is read like a capability, but for directions that are left out.
            Assert.True(CapUrn.TryParseRequest(text, out _, out var request) || request == cap || cap!.Code is 10 or 11);
        }, times: 20_000);

    [Fact]
    public void TryParse_AnyError_NamesDomainAndPlaceWithinTheText() =>
        RandomUrns.ForAll(RandomUrns.Mutated, text =>
        {
            if (!CapUrn.TryParse(text, out _, out var error))
            {
                Assert.Equal(UrnDomain.Cap, error.Domain);
                Assert.InRange(error.Code ?? 0, 1, 12);
                var scalars = text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..].EnumerateRunes().Count();
                Assert.InRange(error.Position ?? 0, 0, scalars);
                Assert.InRange(error.Message.Length, 10, 300);
            }
        }, times: 10_000);

    [Fact]
    public void Equals_AnyPair_ExactlyWhenCanonicalTextsAre() =>
        RandomUrns.ForAll(RandomUrns.FewCap, (left, right) =>
        {
            Assert.Equal(left.ToString() == right.ToString(), left == right);
            Assert.Equal(left.ToString() == right.ToString(), left.Equals((object)right));
            Assert.True(left != right || left.GetHashCode() == right.GetHashCode());
            Assert.True(left != right || left.IsEquivalentTo(right));
        });

    [Fact]
    public void Tags_AnyUrn_AreInTheOrderOfTheirUtf8Bytes() =>
        RandomUrns.ForAll(RandomUrns.Any, urn =>
        {
            var keys = urn.Tags.ToArray().Select(tag => tag.Key).ToArray();
            Assert.Equal(keys.Order(Comparer<string>.Create((left, right) =>
                Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)))), keys);
        });

    [Fact]
    public void Parse_TagsInAnyOrder_GivesTheSameUrn() =>
        RandomUrns.ForAll(RandomUrns.Any, urn =>
            Assert.Equal(urn, TaggedUrn.Parse($"{urn.Prefix}:{string.Join(';', urn.Tags.ToArray().Reverse())};")));

    [Fact]
    public void GetTag_AnyUrn_FindsEveryTag() =>
        RandomUrns.ForAll(RandomUrns.Any, urn => Assert.All(urn.Tags.ToArray(), tag => Assert.Equal(tag.Value, urn.GetTag(tag.Key))));

    [Fact]
    public void Json_AnyUrn_IsReadBackAlsoAsAKey() =>
        RandomUrns.ForAll(RandomUrns.Any, urn =>
        {
            Assert.Equal(urn, JsonSerializer.Deserialize<TaggedUrn>(JsonSerializer.Serialize(urn)));
            var map = new Dictionary<TaggedUrn, int> { [urn] = 1 };
            Assert.Equal(map, JsonSerializer.Deserialize<Dictionary<TaggedUrn, int>>(JsonSerializer.Serialize(map)));
        });

    [Fact]
    public void TryFormat_AnyUrnAnyRoom_WritesAllOrSaysThatItDoesNotFit() =>
        RandomUrns.ForAll(RandomUrns.Any, urn =>
        {
            var text = urn.ToString();
            var bytes = Encoding.UTF8.GetBytes(text);
            Span<char> room = new char[text.Length];
            Span<byte> utf8 = new byte[bytes.Length];

            Assert.True(urn.TryFormat(room, out var written) && written == text.Length && room.SequenceEqual(text));
            Assert.True(urn.TryFormat(utf8, out written) && written == bytes.Length && utf8.SequenceEqual(bytes));
            for (var less = 0; less < text.Length; less++)
            {
                Assert.False(urn.TryFormat(room[..less], out written));
                Assert.Equal(0, written);
            }

            for (var less = 0; less < bytes.Length; less++)
            {
                Assert.False(urn.TryFormat(utf8[..less], out written));
                Assert.Equal(0, written);
            }
        }, times: 300);

    [Fact]
    public void IsCompatibleWith_AnyPair_IsSymmetricAndFollowsFromAccepting() =>
        RandomUrns.ForAll(RandomUrns.FewCap, (left, right) =>
        {
            Assert.Equal(left.IsCompatibleWith(right), right.IsCompatibleWith(left));
            Assert.Equal(left.Tagged.IsCompatibleWith(right.Tagged), right.Tagged.IsCompatibleWith(left.Tagged));
            Assert.True(left.IsCompatibleWith(left));
            Assert.True(!left.IsMoreSpecificThan(right) || !right.IsMoreSpecificThan(left));
            // One cannot be accepted and exclude the other; the directions of capabilities are not as strict as their matching.
            Assert.True(!left.Tagged.Accepts(right.Tagged) || left.Tagged.IsCompatibleWith(right.Tagged));
        }, times: 10_000);

    [Fact]
    public void Accepts_Itself_IsTrueOfEveryUrn() =>
        RandomUrns.ForAll(RandomUrns.FewCap, cap =>
        {
            Assert.True(cap.Tagged.Accepts(cap.Tagged));
            Assert.True(cap.Accepts(cap));
            Assert.True(cap.Accepts(cap, Core.Matching.SpecialValueMode.Documented));
        });

    [Fact]
    public void Merge_AnyPair_HasTheTagsOfBothAndThoseOfTheOtherWin() =>
        RandomUrns.ForAll(RandomUrns.FewCap, (left, right) =>
        {
            var merged = left.Merge(right);
            Assert.Equal(CapUrn.Parse(merged.ToString()), merged);
            Assert.Equal((right.InSpec, right.OutSpec), (merged.InSpec, merged.OutSpec));
            Assert.All(right.OtherTags.ToArray(), tag => Assert.Equal(tag.Value, merged.GetTag(tag.Key)));
            Assert.All(left.OtherTags.ToArray(), tag => Assert.Equal(right.GetTag(tag.Key) ?? tag.Value, merged.GetTag(tag.Key)));
            Assert.Equal(left, left.Merge(left));
        });

    [Fact]
    public void WithTag_ThenWithoutTag_GivesTheUrnBack() =>
        RandomUrns.ForAll(RandomUrns.Any, urn =>
        {
            Assert.Equal(urn, urn.WithTag("new-one", "x").WithoutTag("NEW-ONE"));
            Assert.Equal(urn, TaggedUrn.Empty(urn.Prefix).Merge(urn));
            Assert.Equal(urn, urn.Subset(urn.Tags.ToArray().Select(tag => tag.Key)));
        });
}
