using Capns.Core.Matching;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Vectors;

/// <summary>Parsing, matching and scoring of the public vectors (CapNs spec 1 to 6).</summary>
public sealed class UrnVectorTests
{
    public static TheoryData<string> Parsed => CapnsVectors.Ids("parse_ok");

    public static TheoryData<string> Refused => CapnsVectors.Ids("parse_error");

    public static TheoryData<string> RefusedContested => CapnsVectors.Ids("parse_error", contested: true);

    public static TheoryData<string> TagMatches => CapnsVectors.Ids("tag_match");

    public static TheoryData<string> CapMatches => CapnsVectors.Ids("cap_accepts");

    public static TheoryData<string> CapMatchesContested => CapnsVectors.Ids("cap_accepts", contested: true);

    public static TheoryData<string> Scored => CapnsVectors.Ids("specificity");

    [Fact]
    public void File_EveryKind_HasAsManyAsItSays() =>
        Assert.All(CapnsVectors.Counts, count => Assert.Equal(count.Value, CapnsVectors.Of(count.Key).Count()));

    [Theory]
    [MemberData(nameof(Parsed))]
    public void Parse_ValidText_GivesCanonicalFormAndTags(string id)
    {
        var vector = CapnsVectors.Get(id);
        var urn = Parse(vector.UrnType!, vector.Input!);

        Assert.Equal(vector.Expected.GetString(), urn.ToString());
        Assert.Null(Validate(vector.UrnType!, vector.Input!));
        if (vector.ExpectedTags is { } tags)
        {
            Assert.Equal(tags.OrderBy(tag => tag.Key, StringComparer.Ordinal), urn.Tags.ToArray().Select(tag => KeyValuePair.Create(tag.Key, tag.Value)));
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Parse_InvalidText_GivesTheErrorOfTheFirstMistake(string id)
    {
        var vector = CapnsVectors.Get(id);

        var error = Assert.Throws<UrnException>(() => Parse(vector.UrnType!, vector.Input!)).Error;

        Assert.Equal((vector.ExpectedCode, vector.ExpectedName), (error.Code, error.Name));
        Assert.Equal(vector.UrnType, error.Domain.ToString().ToLowerInvariant());
        Assert.Equal(error, Validate(vector.UrnType!, vector.Input!));
        if (vector.ExpectedPosition is { } position)
        {
            Assert.Equal(position, error.Position);
        }
    }

    [Theory]
    [MemberData(nameof(RefusedContested))]
    public void Parse_Contested_IsStrictAndOnlyTheRequestFormFillsDirections(string id)
    {
        var vector = CapnsVectors.Get(id);
        Parse_InvalidText_GivesTheErrorOfTheFirstMistake(id);

        // "seed: accepts" is what ParseRequest is for; "reference: accepts" breaks at the first match and is not offered.
        Assert.Equal(vector.Alternatives!.ContainsKey("seed"), CapUrn.TryParseRequest(vector.Input, out _, out _));
    }

    [Theory]
    [MemberData(nameof(TagMatches))]
    public void Accepts_TaggedUrns_FollowsTheTable(string id)
    {
        var vector = CapnsVectors.Get(id);
        var (pattern, instance) = (TaggedUrn.Parse(vector.Pattern!), TaggedUrn.Parse(vector.Instance!));

        if (vector.ExpectedError is { } expected)
        {
            var error = Assert.Throws<UrnException>(() => pattern.Accepts(instance)).Error;
            Assert.Equal((expected.Code, expected.Name), (error.Code, error.Name));
            return;
        }

        Assert.Equal(vector.Expected.GetBoolean(), pattern.Accepts(instance));
        Assert.Equal(vector.Expected.GetBoolean(), instance.ConformsTo(pattern));
    }

    [Theory]
    [MemberData(nameof(CapMatches))]
    public void Accepts_CapUrns_FollowsTheRules(string id)
    {
        var vector = CapnsVectors.Get(id);
        var (cap, request) = (CapUrn.Parse(vector.Cap!), CapUrn.Parse(vector.Request!));

        Assert.Equal(vector.Expected.GetBoolean(), cap.Accepts(request));
        Assert.Equal(vector.Expected.GetBoolean(), request.ConformsTo(cap));
    }

    [Theory]
    [MemberData(nameof(CapMatchesContested))]
    public void Accepts_Contested_DependsOnTheModeAsListed(string id)
    {
        var vector = CapnsVectors.Get(id);
        var (cap, request) = (CapUrn.Parse(vector.Cap!), CapUrn.Parse(vector.Request!));

        Assert.Equal(vector.Expected.GetBoolean(), cap.Accepts(request));
        Assert.Equal(vector.Alternatives!["docs"].GetBoolean(), cap.Accepts(request, SpecialValueMode.Documented));
    }

    [Theory]
    [MemberData(nameof(Scored))]
    public void Specificity_EveryScheme_GivesTheListedNumber(string id)
    {
        var vector = CapnsVectors.Get(id);
        var tuple = new SpecificityTuple(vector.ExpectedTuple![0], vector.ExpectedTuple[1], vector.ExpectedTuple[2]);
        if (vector.UrnType == "cap")
        {
            var cap = CapUrn.Parse(vector.Urn!);
            Assert.Equal(
                (vector.Expected.GetInt32(), tuple, vector.ExpectedReference, vector.ExpectedTagcount),
                (cap.GradedSpecificity, cap.SpecificityTuple, cap.Specificity, cap.TagCountSpecificity));
            return;
        }

        var urn = Parse(vector.UrnType!, vector.Urn!);
        Assert.Equal((vector.Expected.GetInt32(), tuple), (urn.Specificity, urn.SpecificityTuple));
    }

    private static TaggedUrn Parse(string type, string text) => type switch
    {
        "tagged" => TaggedUrn.Parse(text),
        "media" => MediaUrn.Parse(text).Tagged,
        _ => CapUrn.Parse(text).Tagged,
    };

    private static UrnError? Validate(string type, string text) => type switch
    {
        "tagged" => TaggedUrn.Validate(text),
        "media" => MediaUrn.Validate(text),
        _ => CapUrn.Validate(text),
    };
}
