using System.Text;
using Capns.Core.Urns;

namespace Capns.Core.Matching.Explanations;

/// <summary>Why a capability accepts a request, or why not (CapNs spec 5). <see cref="CapUrn.Explain"/> makes one.</summary>
public sealed class CapExplanation
{
    internal CapExplanation(CapUrn cap, CapUrn request, SpecialValueMode mode)
    {
        Cap = cap;
        Request = request;
        Mode = mode;
        Input = DirectionExplanation.Input(cap, request);
        Output = DirectionExplanation.Output(cap, request);
        Tags = [.. TagExplanation.Explain(cap, request, mode)];
    }

    /// <summary>The capability that was asked.</summary>
    public CapUrn Cap { get; }

    /// <summary>What it was asked for.</summary>
    public CapUrn Request { get; }

    /// <summary>How <c>?</c> and <c>!</c> on tags other than the directions were read.</summary>
    public SpecialValueMode Mode { get; }

    /// <summary>What the capability takes beside what the request gives.</summary>
    public MatchPart Input { get; }

    /// <summary>What the capability makes beside what the request wants.</summary>
    public MatchPart Output { get; }

    /// <summary>One part for each of the request's other tags, by key.</summary>
    public IReadOnlyList<MatchPart> Tags { get; }

    /// <summary>All parts: the request's tags, then input, then output.</summary>
    public IEnumerable<MatchPart> Parts => [.. Tags, Input, Output];

    /// <summary>The verdict: every part is met. Always the same as <see cref="CapUrn.Accepts"/>.</summary>
    public bool IsAccepted => Input.IsMet && Output.IsMet && Tags.All(part => part.IsMet);

    /// <summary>The smallest parts that are not met; empty when accepted.</summary>
    public IEnumerable<MatchPart> Failures => Parts.SelectMany(part => part.Failures);

    /// <summary>What to change in the request so that this capability accepts it; empty when it does already.</summary>
    public IReadOnlyList<RequestChange> Changes => [.. Failures.Select(RequestChange.Of)];

    /// <summary>The request with all <see cref="Changes"/> made: this capability accepts it.</summary>
    public CapUrn NearestRequest => RequestChange.ApplyAll(Request, Changes);

    /// <summary>Several lines for people: verdict, parts, and what would have to change.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append("capability ").Append(Cap).Append('\n').Append(IsAccepted ? "accepts    " : "refuses    ").Append(Request);
        foreach (var part in Parts)
        {
            text.Append("\n  ").Append(part);
            foreach (var tag in part.Tags)
            {
                text.Append("\n        ").Append(tag);
            }
        }

        if (!IsAccepted)
        {
            text.Append("\nto be accepted, ").AppendJoin("; ", Changes).Append(":\n  ").Append(NearestRequest);
        }

        return text.ToString();
    }
}
