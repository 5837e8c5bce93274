namespace Capns.Core.Matching;

/// <summary>How the best of several capabilities is chosen (CapNs spec 6.2). The default is what the platform does.</summary>
public sealed record SelectionPolicy
{
    /// <summary>The default: reference scores, the earliest registered of those with the highest score, special values as text.</summary>
    public static SelectionPolicy Default { get; } = new();

    /// <summary>How capabilities are scored.</summary>
    public SpecificityScheme Scheme { get; init; } = SpecificityScheme.Reference;

    /// <summary>Which of several with the highest score is chosen.</summary>
    public TieBreak TieBreak { get; init; } = TieBreak.First;

    /// <summary>How <c>?</c> and <c>!</c> on tags other than the directions are read.</summary>
    public SpecialValueMode SpecialValues { get; init; } = SpecialValueMode.Reference;
}

/// <summary>Which of several capabilities with the highest score is chosen.</summary>
public enum TieBreak
{
    /// <summary>The one registered first. The default (CapNs spec 6.2).</summary>
    First,

    /// <summary>The one registered last.</summary>
    Last,

    /// <summary>The one with the greatest <see cref="SpecificityTuple"/>, then the one registered first: what the documents of the reference say.</summary>
    TupleThenFirst,
}
