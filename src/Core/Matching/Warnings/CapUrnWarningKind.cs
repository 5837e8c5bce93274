namespace Capns.Core.Matching.Warnings;

/// <summary>What is legal in a capability URN and probably not meant. The values are the numbers of the ids; none changes meaning.</summary>
public enum CapUrnWarningKind
{
    /// <summary>CAPNS001: a tag that names a kind of data, beside a direction with a single tag: quotes were probably forgotten.</summary>
    UnquotedDirection = 1,

    /// <summary>CAPNS002: <c>?</c> or <c>!</c> on a tag that is no direction: it is read as text (D1).</summary>
    SpecialValueOnTag = 2,

    /// <summary>CAPNS003: two tags that no data, or no sensible request, can meet at once.</summary>
    ContradictingTags = 3,

    /// <summary>CAPNS004: a direction that is not written in canonical form: the same data, but another URN.</summary>
    DirectionNotCanonical = 4,

    /// <summary>CAPNS005: an earlier capability means the same, so this one is never chosen.</summary>
    Shadowed = 5,
}
