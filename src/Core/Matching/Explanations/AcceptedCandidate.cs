namespace Capns.Core.Matching.Explanations;

/// <summary>A capability that accepts a request, and its scores.</summary>
public sealed class AcceptedCandidate
{
    internal AcceptedCandidate(CandidateCap candidate, int order)
    {
        Candidate = candidate;
        Order = order;
    }

    /// <summary>The capability and where it is registered.</summary>
    public CandidateCap Candidate { get; }

    /// <summary>Its place in the order of registration, 0 and up.</summary>
    public int Order { get; }

    /// <summary>Its score by each of the three schemes.</summary>
    public IReadOnlyList<ScoreBreakdown> Scores =>
        [.. Enum.GetValues<SpecificityScheme>().Select(scheme => ScoreBreakdown.Of(Candidate.Urn, scheme))];

    /// <summary>Its score by the scheme of a policy.</summary>
    public int GetScore(SelectionPolicy policy) => Candidate.Urn.GetSpecificity(policy.Scheme);

    /// <summary>Candidate and scores.</summary>
    public override string ToString() => $"{Candidate}: {string.Join(", ", Scores)}";
}
