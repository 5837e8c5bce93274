using Capns.Core.Urns;

namespace Capns.Core.Matching;

/// <summary>How many tags of each kind a URN has (CapNs spec 2).</summary>
/// <param name="Exact">With an exact value.</param>
/// <param name="MustHaveAny">With <c>*</c>.</param>
/// <param name="MustNotHave">With <c>!</c>.</param>
public readonly record struct SpecificityTuple(int Exact, int MustHaveAny, int MustNotHave) : IComparable<SpecificityTuple>
{
    /// <summary>The graded specificity: 3, 2 and 1 for each of them.</summary>
    public int Sum => (3 * Exact) + (2 * MustHaveAny) + MustNotHave;

    /// <summary>First by <see cref="Exact"/>, then by <see cref="MustHaveAny"/>, then by <see cref="MustNotHave"/>.</summary>
    public int CompareTo(SpecificityTuple other) =>
        (Exact, MustHaveAny, MustNotHave).CompareTo((other.Exact, other.MustHaveAny, other.MustNotHave));

    /// <summary>Less constrained.</summary>
    public static bool operator <(SpecificityTuple left, SpecificityTuple right) => left.CompareTo(right) < 0;

    /// <summary>More constrained.</summary>
    public static bool operator >(SpecificityTuple left, SpecificityTuple right) => left.CompareTo(right) > 0;

    /// <summary>Not more constrained.</summary>
    public static bool operator <=(SpecificityTuple left, SpecificityTuple right) => left.CompareTo(right) <= 0;

    /// <summary>Not less constrained.</summary>
    public static bool operator >=(SpecificityTuple left, SpecificityTuple right) => left.CompareTo(right) >= 0;

    internal static SpecificityTuple Of(ReadOnlySpan<UrnTag> tags)
    {
        var (exact, any, not) = (0, 0, 0);
        foreach (var tag in tags)
        {
            exact += tag.Kind == UrnTagKind.Exact ? 1 : 0;
            any += tag.Kind == UrnTagKind.MustHaveAny ? 1 : 0;
            not += tag.Kind == UrnTagKind.MustNotHave ? 1 : 0;
        }

        return new SpecificityTuple(exact, any, not);
    }
}
