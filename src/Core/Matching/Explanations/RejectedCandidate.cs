using Capns.Core.Urns;

namespace Capns.Core.Matching.Explanations;

/// <summary>A capability that refuses a request.</summary>
public sealed class RejectedCandidate
{
    private readonly CapUrn _request;
    private readonly SpecialValueMode _mode;

    internal RejectedCandidate(CandidateCap candidate, int order, CapUrn request, SelectionPolicy policy)
    {
        Candidate = candidate;
        Order = order;
        _request = request;
        _mode = policy.SpecialValues;
        Cost = MatchCost.Of(candidate.Urn, request, _mode);
    }

    /// <summary>The capability and where it is registered.</summary>
    public CandidateCap Candidate { get; }

    /// <summary>Its place in the order of registration, 0 and up.</summary>
    public int Order { get; }

    /// <summary>How far it is from the request, as <see cref="NearestCap.Cost"/>.</summary>
    public int Cost { get; }

    /// <summary>Part by part; made when it is asked for.</summary>
    public CapExplanation Explanation => Candidate.Urn.Explain(_request, _mode);

    /// <summary>The first part that is not met, in one sentence.</summary>
    public string FirstReason => Explanation.Failures.First().Sentence;

    /// <summary>Candidate and reason.</summary>
    public override string ToString() => $"{Candidate}: {FirstReason}";
}
