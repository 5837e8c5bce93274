namespace Capns.Core.Matching.Explanations;

/// <summary>A capability that refuses a request, and how near it comes. <see cref="NearestCaps"/> finds them.</summary>
public sealed class NearestCap
{
    internal NearestCap(CandidateCap candidate, int cost, CapExplanation explanation)
    {
        Candidate = candidate;
        Cost = cost;
        Explanation = explanation;
    }

    /// <summary>The capability and where it is registered.</summary>
    public CandidateCap Candidate { get; }

    /// <summary>
    /// What is not met, weighed; 1 and up. Another <c>op</c> counts 10, another value of a tag 3, a media tag that one side lacks
    /// or excludes 2. For comparing only; the weights may change.
    /// </summary>
    public int Cost { get; }

    /// <summary>Part by part.</summary>
    public CapExplanation Explanation { get; }

    /// <summary>One line: which capability, and what to change in the request so that it accepts.</summary>
    public override string ToString() => $"{Candidate}: {string.Join("; ", Explanation.Changes)}";
}
