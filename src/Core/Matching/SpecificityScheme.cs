namespace Capns.Core.Matching;

/// <summary>How a capability URN is scored; the higher score is chosen (CapNs spec 6.1). Scores are for choosing only: never keep them.</summary>
public enum SpecificityScheme
{
    /// <summary>1 for each tag that is not <c>*</c>; for each direction the number of tags of its media URN. The default (D4).</summary>
    Reference,

    /// <summary>1 for each tag and each direction that is not <c>*</c>.</summary>
    TagCount,

    /// <summary>Exact 3, <c>*</c> 2, <c>!</c> 1, <c>?</c> 0 for each tag and each direction.</summary>
    Graded,
}
