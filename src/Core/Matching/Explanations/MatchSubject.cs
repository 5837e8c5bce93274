namespace Capns.Core.Matching.Explanations;

/// <summary>Which of the three parts of matching is spoken of (CapNs spec 5).</summary>
public enum MatchSubject
{
    /// <summary>What the capability takes, and the request gives: <c>in</c>.</summary>
    Input,

    /// <summary>What the capability makes, and the request wants: <c>out</c>.</summary>
    Output,

    /// <summary>Any other tag of the request.</summary>
    Tag,
}
