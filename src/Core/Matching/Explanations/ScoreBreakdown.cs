using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Matching.Explanations;

/// <summary>Where the score of a capability by one scheme comes from (CapNs spec 6.1).</summary>
/// <param name="Scheme">By which scheme.</param>
/// <param name="Input">Points for the input.</param>
/// <param name="Output">Points for the output.</param>
/// <param name="Tags">Points for all other tags.</param>
public readonly record struct ScoreBreakdown(SpecificityScheme Scheme, int Input, int Output, int Tags)
{
    /// <summary>The score: <see cref="CapUrn.GetSpecificity"/>.</summary>
    public int Total => Input + Output + Tags;

    /// <summary>The points by a scheme.</summary>
    public static ScoreBreakdown Of(CapUrn cap, SpecificityScheme scheme)
    {
        var (input, output) = (OfDirection(cap.Input, scheme), OfDirection(cap.Output, scheme));
        return new ScoreBreakdown(scheme, input, output, cap.GetSpecificity(scheme) - input - output);
    }

    /// <summary>All four numbers.</summary>
    public override string ToString() => $"{Scheme} {Total} (in {Input}, out {Output}, tags {Tags})";

    private static int OfDirection(MediaUrn? direction, SpecificityScheme scheme) => scheme switch
    {
        SpecificityScheme.Reference => direction?.Tags.Length ?? 0,
        SpecificityScheme.TagCount => direction is null ? 0 : 1,
        _ => direction is null ? 2 : 3,
    };
}
