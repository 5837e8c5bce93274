namespace Capns.Core.Matching.Explanations;

/// <summary>What decided which of the capabilities that accept a request was chosen (CapNs spec 6.2).</summary>
public enum SelectionReason
{
    /// <summary>None accepts it.</summary>
    NoneAccepts,

    /// <summary>Only one accepts it.</summary>
    OnlyOne,

    /// <summary>One has the highest score.</summary>
    HighestScore,

    /// <summary>Several have the highest score; the one registered first was chosen.</summary>
    RegisteredFirst,

    /// <summary>Several have the highest score; the one registered last was chosen.</summary>
    RegisteredLast,

    /// <summary>Several have the highest score; one has the greatest tuple.</summary>
    GreatestTuple,
}
