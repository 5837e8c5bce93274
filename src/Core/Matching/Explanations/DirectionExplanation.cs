using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Matching.Explanations;

/// <summary>Explains how a direction was compared: as a whole, and tag by tag (CapNs spec 2 and 5.1).</summary>
internal static class DirectionExplanation
{
    public static MatchPart Input(CapUrn cap, CapUrn request)
    {
        var isMet = CapMatching.AcceptsInput(cap.Input, request.Input);
        var sentence = cap.Input is null ? "The capability takes anything."
            : request.Input is null ? "The request does not say what it gives, so the input is not compared."
            : isMet ? $"The capability takes {cap.InSpec}, which the request's {request.InSpec} is."
            : $"The capability takes {cap.InSpec}, which the request's {request.InSpec} is not.";
        return Explain(MatchSubject.Input, (cap.InSpec, cap.Input), (request.InSpec, request.Input), isMet, sentence);
    }

    public static MatchPart Output(CapUrn cap, CapUrn request)
    {
        var isMet = CapMatching.AcceptsOutput(cap.Output, request.Output);
        var sentence = request.Output is null ? "The request wants anything."
            : cap.Output is null ? "The capability does not say what it makes, so the output is not compared."
            : isMet ? $"The capability makes {cap.OutSpec}, which serves the wish for {request.OutSpec}."
            : $"The capability makes {cap.OutSpec}, which does not serve the wish for {request.OutSpec}.";
        return Explain(MatchSubject.Output, (request.OutSpec, request.Output), (cap.OutSpec, cap.Output), isMet, sentence);
    }

    private static MatchPart Explain(
        MatchSubject subject, (string Spec, MediaUrn? Urn) pattern, (string Spec, MediaUrn? Urn) instance, bool isMet, string sentence)
    {
        var compared = pattern.Urn is not null && instance.Urn is not null;
        return new MatchPart
        {
            Subject = subject,
            PatternValue = pattern.Spec,
            InstanceValue = instance.Spec,
            Rule = compared ? MatchRule.EveryTagOfThePattern : MatchRule.AnyDirection,
            IsMet = isMet,
            Sentence = sentence,
            Tags = compared ? ExplainTags(subject, pattern.Urn!.Tags, instance.Urn!.Tags) : [],
        };
    }

    private static List<MatchPart> ExplainTags(MatchSubject subject, ReadOnlySpan<UrnTag> pattern, ReadOnlySpan<UrnTag> instance)
    {
        var parts = new List<MatchPart>();
        var (left, right) = (0, 0);
        while (left < pattern.Length || right < instance.Length)
        {
            var order = left == pattern.Length ? 1
                : right == instance.Length ? -1
                : UrnCharacters.CompareScalars(pattern[left].Key, instance[right].Key);
            parts.Add(ExplainTag(subject, order <= 0 ? pattern[left++] : null, order >= 0 ? instance[right++] : null));
        }

        return parts;
    }

    private static MatchPart ExplainTag(MatchSubject subject, UrnTag? pattern, UrnTag? instance)
    {
        var rule = Decide(pattern?.Kind, instance?.Kind);
        var isMet = pattern is not { } asked
            || (instance is { } there ? TagMatching.Accepts(asked, there) : TagMatching.AcceptsMissing(asked.Kind));
        return new MatchPart
        {
            Subject = subject,
            Key = (pattern ?? instance)!.Value.Key,
            PatternValue = pattern?.Value,
            InstanceValue = instance?.Value,
            Rule = rule,
            IsMet = isMet,
            Sentence = Say(subject, pattern, instance, rule, isMet),
        };
    }

    private static MatchRule Decide(UrnTagKind? pattern, UrnTagKind? instance) => (pattern, instance) switch
    {
        (null, _) => MatchRule.NotAskedFor,
        (UrnTagKind.Unspecified, _) => MatchRule.PatternIsOpen,
        (_, UrnTagKind.Unspecified) => MatchRule.InstanceIsOpen,
        (UrnTagKind.MustNotHave, _) => MatchRule.MustBeAbsent,
        (_, null) => MatchRule.InstanceLacksIt,
        (_, UrnTagKind.MustNotHave) => MatchRule.InstanceExcludesIt,
        (UrnTagKind.MustHaveAny, _) or (_, UrnTagKind.MustHaveAny) => MatchRule.AnyValue,
        _ => MatchRule.EqualValues,
    };

    private static string Say(MatchSubject subject, UrnTag? pattern, UrnTag? instance, MatchRule rule, bool isMet)
    {
        var (asks, has) = subject == MatchSubject.Input ? ("The capability", "the request") : ("The request", "the capability");
        return rule switch
        {
            MatchRule.NotAskedFor => $"{asks} does not ask for '{instance}'.",
            MatchRule.PatternIsOpen => $"{asks} leaves '{pattern?.Key}' open.",
            MatchRule.InstanceIsOpen => $"{asks} asks for '{pattern}', and {has} leaves it open.",
            MatchRule.MustBeAbsent => $"{asks} excludes '{pattern?.Key}', {(isMet ? $"and {has} does not have it" : $"but {has} has it")}.",
            MatchRule.InstanceLacksIt => $"{asks} asks for '{pattern}', which {has} lacks.",
            MatchRule.InstanceExcludesIt => $"{asks} asks for '{pattern}', which {has} excludes.",
            MatchRule.AnyValue => $"{asks} asks for '{pattern}', and {has} has '{instance}'.",
            _ => isMet ? $"Both have '{pattern}'." : $"{asks} asks for '{pattern}', but {has} has '{instance}'.",
        };
    }
}
