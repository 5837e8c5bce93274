using Capns.Core.Matching;
using Capns.Core.Matching.Explanations;
using Capns.Core.Tests.Urns;
using Capns.Core.Tests.Vectors;
using Capns.Core.Urns;
using FsCheck.Fluent;

namespace Capns.Core.Tests.Matching.Explanations;

public sealed class CapExplanationTests
{
    public static TheoryData<string> Matches => [.. CapnsVectors.Of("cap_accepts").Select(vector => vector.Id)];

    [Theory]
    [MemberData(nameof(Matches))]
    public void Explain_Vector_VerdictIsThatOfAccepts(string id)
    {
        var vector = CapnsVectors.Get(id);
        var (cap, request) = (CapUrn.Parse(vector.Cap!), CapUrn.Parse(vector.Request!));

        Assert.Equal(vector.Expected.GetBoolean(), cap.Explain(request).IsAccepted);
        Assert.Equal(cap.Accepts(request, SpecialValueMode.Documented), cap.Explain(request, SpecialValueMode.Documented).IsAccepted);
    }

    [Theory]
    [InlineData(SpecialValueMode.Reference)]
    [InlineData(SpecialValueMode.Documented)]
    public void Explain_RandomPair_VerdictIsThatOfAcceptsAndTheChangesSuffice(SpecialValueMode mode) =>
        RandomUrns.ForAll(RandomUrns.FewCap, (cap, request) =>
        {
            var explanation = cap.Explain(request, mode);
            Assert.Equal(cap.Accepts(request, mode), explanation.IsAccepted);
            Assert.Equal(explanation.IsAccepted, explanation.Changes.Count == 0);
            Assert.True(cap.Accepts(explanation.NearestRequest, mode), explanation.ToString());
            Assert.All(
                explanation.Parts.SelectMany(part => part.Tags.Append(part)),
                part => Assert.EndsWith(".", part.Sentence, StringComparison.Ordinal));
        }, times: 10_000);

    [Fact]
    public void Explain_RandomPair_HasOnePartForEachTagOfTheRequestAndEachTagInsideComparedDirections() =>
        RandomUrns.ForAll(RandomUrns.FewCap, (cap, request) =>
        {
            var explanation = cap.Explain(request);
            Assert.Equal(request.OtherTags.ToArray().Select(tag => tag.Key), explanation.Tags.Select(part => part.Key));
            IEnumerable<string> keys = cap.Input is null || request.Input is null
                ? []
                : Keys(cap.Input.Tagged).Union(Keys(request.Input.Tagged)).Order(StringComparer.Ordinal);
            Assert.Equal(keys, explanation.Input.Tags.Select(part => part.Key));
            Assert.Equal(cap.InSpec, explanation.Input.PatternValue);
            Assert.Equal(cap.OutSpec, explanation.Output.InstanceValue);
        });

    [Theory]
    [InlineData("a", null, MatchRule.InstanceLacksIt, false)]
    [InlineData("a=x", null, MatchRule.InstanceLacksIt, false)]
    [InlineData("a=?", null, MatchRule.PatternIsOpen, true)]
    [InlineData("a=!", null, MatchRule.MustBeAbsent, true)]
    [InlineData(null, "a", MatchRule.NotAskedFor, true)]
    [InlineData("a=x", "a=x", MatchRule.EqualValues, true)]
    [InlineData("a=x", "a=y", MatchRule.EqualValues, false)]
    [InlineData("a=x", "a=?", MatchRule.InstanceIsOpen, true)]
    [InlineData("a=?", "a=!", MatchRule.PatternIsOpen, true)]
    [InlineData("a=!", "a=?", MatchRule.InstanceIsOpen, true)]
    [InlineData("a=!", "a=!", MatchRule.MustBeAbsent, true)]
    [InlineData("a=!", "a=x", MatchRule.MustBeAbsent, false)]
    [InlineData("a=x", "a=!", MatchRule.InstanceExcludesIt, false)]
    [InlineData("a", "a=!", MatchRule.InstanceExcludesIt, false)]
    [InlineData("a", "a=x", MatchRule.AnyValue, true)]
    [InlineData("a=x", "a", MatchRule.AnyValue, true)]
    public void Explain_MediaTag_NamesTheRule(string? pattern, string? instance, MatchRule rule, bool isMet)
    {
        var (left, right) = ($"media:{pattern}", $"media:{instance}");
        var input = Assert.Single(Cap(left, "*").Explain(Cap(right, "*")).Input.Tags);
        var output = Assert.Single(Cap("*", right).Explain(Cap("*", left)).Output.Tags);

        Assert.All([input, output], part => Assert.Equal((rule, isMet), (part.Rule, part.IsMet)));
        Assert.Equal((Value(pattern), Value(instance)), (input.PatternValue, input.InstanceValue));
        Assert.Equal((Value(pattern), Value(instance)), (output.PatternValue, output.InstanceValue));
    }

    [Theory]
    [InlineData("", "a=x", SpecialValueMode.Reference, MatchRule.ImplicitWildcard, true)]
    [InlineData("a", "a=x", SpecialValueMode.Reference, MatchRule.AnyValue, true)]
    [InlineData("a=x", "a", SpecialValueMode.Reference, MatchRule.AnyValue, true)]
    [InlineData("a=x", "a=y", SpecialValueMode.Reference, MatchRule.EqualValues, false)]
    [InlineData("a=?", "a=x", SpecialValueMode.Reference, MatchRule.EqualValues, false)]
    [InlineData("a=?", "a=x", SpecialValueMode.Documented, MatchRule.DocumentedSpecialValue, true)]
    [InlineData("a=!", "a", SpecialValueMode.Reference, MatchRule.AnyValue, true)]
    [InlineData("a=!", "a", SpecialValueMode.Documented, MatchRule.DocumentedSpecialValue, false)]
    [InlineData("a=x", "a=x", SpecialValueMode.Documented, MatchRule.EqualValues, true)]
    public void Explain_CapTag_NamesTheRule(string cap, string request, SpecialValueMode mode, MatchRule rule, bool isMet)
    {
        var part = Assert.Single(CapUrn.Parse($"cap:in;out;{cap}").Explain(CapUrn.Parse($"cap:in;out;{request}"), mode).Tags);

        Assert.Equal((rule, isMet), (part.Rule, part.IsMet));
    }

    [Fact]
    public void Explain_DirectionWithStar_IsNotCompared()
    {
        var explanation = Cap("*", "media:pdf").Explain(Cap("media:bytes", "*"));

        Assert.Equal((MatchRule.AnyDirection, MatchRule.AnyDirection), (explanation.Input.Rule, explanation.Output.Rule));
        Assert.Equal(("The capability takes anything.", "The request wants anything."), (explanation.Input.Sentence, explanation.Output.Sentence));
    }

    [Fact]
    public void ToString_Refusal_SaysEachPartAndWhatWouldHaveToChange()
    {
        var cap = CapUrn.Parse("""cap:ext=pdf;in="media:pdf;bytes";op=thumb;out=media:image""");
        var request = CapUrn.ParseRequest("""cap:ext=epub;in=media:bytes;op=thumb;out="media:image;png" """.TrimEnd());

        Assert.Equal(
            """
            capability cap:ext=pdf;in="media:pdf;bytes";op=thumb;out=media:image
            refuses    cap:ext=epub;in=media:bytes;op=thumb;out="media:image;png"
              no  ext: The capability has 'ext=pdf', but the request wants 'ext=epub'.
              yes op: Both have 'op=thumb'.
              no  in: The capability takes media:pdf;bytes, which the request's media:bytes is not.
                    yes bytes: The capability asks for 'bytes', and the request has 'bytes'.
                    no  pdf: The capability asks for 'pdf', which the request lacks.
              no  out: The capability makes media:image, which does not serve the wish for media:image;png.
                    yes image: The request asks for 'image', and the capability has 'image'.
                    no  png: The request asks for 'png', which the capability lacks.
            to be accepted, change 'ext=epub' to 'ext=pdf' in the request; add 'pdf' to the request's in; take 'png' out of the request's out:
              cap:ext=pdf;in="media:bytes;pdf";op=thumb;out=media:image
            """.ReplaceLineEndings("\n"),
            cap.Explain(request).ToString());
    }

    [Fact]
    public void Apply_RequestWithoutThatDirection_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new RequestChange(MatchSubject.Input, "pdf", null, "*").Apply(CapUrn.Parse("cap:in;out")));

    private static CapUrn Cap(string input, string output) => new CapUrnBuilder().In(input).Out(output).Build();

    private static IEnumerable<string> Keys(TaggedUrn urn) => urn.Tags.ToArray().Select(tag => tag.Key);

    private static string? Value(string? tag) => tag is null ? null : tag.Contains('=', StringComparison.Ordinal) ? tag.Split('=')[1] : "*";
}
