namespace Capns.Core.Matching.Explanations;

/// <summary>How one part of a capability was compared with that of a request.</summary>
/// <remarks>
/// The pattern constrains, the instance is tested: of the input and of tags the capability is the pattern, of the output the
/// request is (CapNs spec 5).
/// </remarks>
public sealed record MatchPart
{
    /// <summary>Which of the three parts this belongs to.</summary>
    public required MatchSubject Subject { get; init; }

    /// <summary>Key of the tag; null for a direction as a whole.</summary>
    public string? Key { get; init; }

    /// <summary>The value that constrains, as stored; null when the pattern does not have the tag.</summary>
    public string? PatternValue { get; init; }

    /// <summary>The value that is tested, as stored; null when the instance does not have the tag.</summary>
    public string? InstanceValue { get; init; }

    /// <summary>What decided.</summary>
    public required MatchRule Rule { get; init; }

    /// <summary>True when this part does not stand against a match.</summary>
    public required bool IsMet { get; init; }

    /// <summary>The same for people: one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>The tags inside a direction that was compared, those of both sides, by key; otherwise empty.</summary>
    public IReadOnlyList<MatchPart> Tags { get; init; } = [];

    /// <summary>The smallest parts that are not met: tags inside a direction, or this.</summary>
    public IEnumerable<MatchPart> Failures => IsMet ? [] : Tags.Count == 0 ? [this] : Tags.SelectMany(tag => tag.Failures);

    /// <summary>Verdict and sentence.</summary>
    public override string ToString() =>
        $"{(IsMet ? "yes" : "no"),-3} {Key ?? (Subject == MatchSubject.Input ? "in" : "out")}: {Sentence}";
}
