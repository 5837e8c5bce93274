using System.Text;
using Capns.Core.Urns;

namespace Capns.Core.Matching.Explanations;

/// <summary>How the capability for a request was chosen among all that are registered, or why none was (CapNs spec 6.2).</summary>
public sealed class RequestExplanation
{
    private const int Printed = 10;

    private RequestExplanation(CapUrn request, SelectionPolicy policy, List<AcceptedCandidate> accepted, List<RejectedCandidate> rejected)
    {
        Request = request;
        Policy = policy;
        Accepted = accepted;
        Rejected = rejected;
        Reason = Decide(accepted, policy);
    }

    /// <summary>What was wished for.</summary>
    public CapUrn Request { get; }

    /// <summary>By which rules was chosen.</summary>
    public SelectionPolicy Policy { get; }

    /// <summary>Those that accept it, the chosen one first, then in the order in which they would be chosen.</summary>
    public IReadOnlyList<AcceptedCandidate> Accepted { get; }

    /// <summary>Those that refuse it, the nearest first; those equally near in the order of registration.</summary>
    public IReadOnlyList<RejectedCandidate> Rejected { get; }

    /// <summary>The chosen one; null when none accepts the request.</summary>
    public AcceptedCandidate? Winner => Accepted.Count == 0 ? null : Accepted[0];

    /// <summary>What decided.</summary>
    public SelectionReason Reason { get; }

    /// <summary>The nearest of those that refuse it, at most <see cref="NearestCaps.Usual"/>.</summary>
    public IReadOnlyList<NearestCap> Nearest =>
        NearestCaps.Find(Rejected.OrderBy(one => one.Order).Select(one => one.Candidate), Request, Policy.SpecialValues);

    /// <summary>What decided, in one sentence.</summary>
    public string Sentence
    {
        get
        {
            var ties = Winner is null ? 0 : Accepted.Count(one => one.GetScore(Policy) == Winner.GetScore(Policy));
            var score = $"the highest {Policy.Scheme} score, {Winner?.GetScore(Policy)}";
            return Reason switch
            {
                SelectionReason.NoneAccepts when Rejected.Count == 0 => "No capability is registered.",
                SelectionReason.NoneAccepts => $"None of {Rejected.Count} registered capabilities accepts the request.",
                SelectionReason.OnlyOne => $"{Winner!.Candidate} is the only one that accepts the request.",
                SelectionReason.HighestScore => $"{Winner!.Candidate} has {score}; the next has {Accepted[1].GetScore(Policy)}.",
                SelectionReason.RegisteredFirst => $"{Winner!.Candidate} was registered first of the {ties} that have {score}.",
                SelectionReason.RegisteredLast => $"{Winner!.Candidate} was registered last of the {ties} that have {score}.",
                _ => $"{Winner!.Candidate} has the greatest tuple of the {ties} that have {score}.",
            };
        }
    }

    /// <summary>Explains the choice.</summary>
    /// <param name="candidates">All registered capabilities in the order of registration.</param>
    /// <param name="request">What is wished for.</param>
    /// <param name="policy">Default: <see cref="SelectionPolicy.Default"/>.</param>
    public static RequestExplanation Of(IEnumerable<CandidateCap> candidates, CapUrn request, SelectionPolicy? policy = null)
    {
        policy ??= SelectionPolicy.Default;
        var (accepted, rejected, order) = (new List<AcceptedCandidate>(), new List<RejectedCandidate>(), 0);
        foreach (var candidate in candidates)
        {
            if (candidate.Urn.Accepts(request, policy.SpecialValues))
            {
                accepted.Add(new AcceptedCandidate(candidate, order));
            }
            else
            {
                rejected.Add(new RejectedCandidate(candidate, order, request, policy));
            }

            order++;
        }

        accepted.Sort((left, right) => Compare(left, right, policy));
        rejected.Sort((left, right) => (left.Cost, left.Order).CompareTo((right.Cost, right.Order)));
        return new RequestExplanation(request, policy, accepted, rejected);
    }

    /// <summary>
    /// Several lines for people: the decision, who accepts with which scores, who refuses and why, and what would have to change.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append("request ").Append(Request).Append('\n').Append(Sentence);
        Print(text, "accepted by", Accepted);
        Print(text, "refused by", Rejected);
        if (Winner is null && Rejected.Count > 0)
        {
            Print(text, "to be accepted, one of", Nearest);
        }

        return text.ToString();
    }

    // The chosen one first.
    private static int Compare(AcceptedCandidate left, AcceptedCandidate right, SelectionPolicy policy) =>
        left.Order == right.Order ? 0
        : left.Order > right.Order ? (CapMatcher.Beats(left.Candidate.Urn, right.Candidate.Urn, policy) ? -1 : 1)
        : CapMatcher.Beats(right.Candidate.Urn, left.Candidate.Urn, policy) ? 1 : -1;

    private static SelectionReason Decide(List<AcceptedCandidate> accepted, SelectionPolicy policy) => accepted switch
    {
        [] => SelectionReason.NoneAccepts,
        [_] => SelectionReason.OnlyOne,
        [var first, var second, ..] when first.GetScore(policy) > second.GetScore(policy) => SelectionReason.HighestScore,
        [var first, var second, ..] when policy.TieBreak == TieBreak.TupleThenFirst
            && first.Candidate.Urn.SpecificityTuple > second.Candidate.Urn.SpecificityTuple => SelectionReason.GreatestTuple,
        _ => policy.TieBreak == TieBreak.Last ? SelectionReason.RegisteredLast : SelectionReason.RegisteredFirst,
    };

    private static void Print<T>(StringBuilder text, string heading, IReadOnlyCollection<T> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        text.Append('\n').Append(heading).Append(':');
        foreach (var item in items.Take(Printed))
        {
            text.Append("\n  ").Append(item);
        }

        if (items.Count > Printed)
        {
            text.Append("\n  and ").Append(items.Count - Printed).Append(" more");
        }
    }
}
