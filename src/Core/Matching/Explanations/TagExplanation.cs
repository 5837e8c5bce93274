using Capns.Core.Urns;

namespace Capns.Core.Matching.Explanations;

/// <summary>Explains how the request's tags other than the directions were compared (CapNs spec 5.2).</summary>
internal static class TagExplanation
{
    public static IEnumerable<MatchPart> Explain(CapUrn cap, CapUrn request, SpecialValueMode mode)
    {
        var parts = new List<MatchPart>();
        var next = 0;
        foreach (var wish in request.OtherTags)
        {
            var at = TagMatching.Seek(cap.OtherTags, wish.Key, ref next);
            parts.Add(at < 0 ? Missing(wish) : Compare(cap.OtherTags[at], wish, mode));
        }

        return parts;
    }

    private static MatchPart Missing(UrnTag wish) => new()
    {
        Subject = MatchSubject.Tag,
        Key = wish.Key,
        InstanceValue = wish.Value,
        Rule = MatchRule.ImplicitWildcard,
        IsMet = true,
        Sentence = $"The capability has no '{wish.Key}', so it serves '{wish}' like any other.",
    };

    private static MatchPart Compare(UrnTag has, UrnTag wish, SpecialValueMode mode)
    {
        var isMet = CapMatching.AcceptsTag(has, wish, mode);
        // The table of the reference mode decides unless the other one differs from it.
        var isDocumented = mode == SpecialValueMode.Documented && isMet != CapMatching.AcceptsTag(has, wish, SpecialValueMode.Reference);
        var rule = isDocumented ? MatchRule.DocumentedSpecialValue
            : has.Kind == UrnTagKind.MustHaveAny || wish.Kind == UrnTagKind.MustHaveAny ? MatchRule.AnyValue
            : MatchRule.EqualValues;
        return new MatchPart
        {
            Subject = MatchSubject.Tag,
            Key = wish.Key,
            PatternValue = has.Value,
            InstanceValue = wish.Value,
            Rule = rule,
            IsMet = isMet,
            Sentence = Say(has, wish, rule, isMet),
        };
    }

    private static string Say(UrnTag has, UrnTag wish, MatchRule rule, bool isMet) => rule switch
    {
        MatchRule.AnyValue when has.Kind == UrnTagKind.MustHaveAny => $"The capability serves '{has.Key}' of any value, so also '{wish}'.",
        MatchRule.AnyValue => $"The request wants '{wish.Key}' of any value, and the capability has '{has}'.",
        MatchRule.EqualValues when isMet => $"Both have '{has}'.",
        _ => $"The capability has '{has}', {(isMet ? "which serves" : "but the request wants")} '{wish}'.",
    };
}
