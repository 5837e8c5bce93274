using Capns.Core.Matching;
using Capns.Core.Matching.Explanations;
using Capns.Core.Media;

namespace Capns.Core.Urns;

/// <content>Matching and specificity (CapNs spec 5 and 6).</content>
public sealed partial class CapUrn
{
    /// <summary>
    /// The default score (<see cref="SpecificityScheme.Reference"/>): 1 for each tag that is not <c>*</c>, and for each direction
    /// the number of tags of its media URN.
    /// </summary>
    public int Specificity { get; }

    /// <summary>1 for each tag and direction that is not <c>*</c> (<see cref="SpecificityScheme.TagCount"/>).</summary>
    public int TagCountSpecificity { get; }

    /// <summary>Exact 3, <c>*</c> 2, <c>!</c> 1, <c>?</c> 0, summed; a direction is a tag like others (<see cref="SpecificityScheme.Graded"/>).</summary>
    public int GradedSpecificity => SpecificityTuple.Sum;

    /// <summary>How many tags of each kind there are; a direction is a tag like others.</summary>
    public SpecificityTuple SpecificityTuple => SpecificityTuple.Of(Tagged.Tags);

    /// <summary>The score by one of the schemes. Scores of different schemes cannot be compared.</summary>
    public int GetSpecificity(SpecificityScheme scheme) => scheme switch
    {
        SpecificityScheme.Reference => Specificity,
        SpecificityScheme.TagCount => TagCountSpecificity,
        SpecificityScheme.Graded => GradedSpecificity,
        _ => throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "not one of the schemes"),
    };

    /// <summary>True when this capability can do what <paramref name="request"/> asks for.</summary>
    /// <param name="request">What is wished for; its tags decide, a tag that only this has does not matter.</param>
    /// <param name="mode">How <c>?</c> and <c>!</c> on tags other than the directions are read.</param>
    /// <remarks>Allocates nothing. Inputs are contravariant, outputs covariant (CapNs spec 5.1).</remarks>
    public bool Accepts(CapUrn request, SpecialValueMode mode = SpecialValueMode.Reference) =>
        CapMatching.AcceptsTags(_others, request._others, mode)
        && CapMatching.AcceptsInput(Input, request.Input)
        && CapMatching.AcceptsOutput(Output, request.Output);

    /// <summary>True when <paramref name="cap"/> can do what this request asks for.</summary>
    public bool ConformsTo(CapUrn cap, SpecialValueMode mode = SpecialValueMode.Reference) => cap.Accepts(this, mode);

    /// <summary>Says part by part why this capability accepts a request, or why not. The verdict is that of <see cref="Accepts"/>.</summary>
    /// <param name="request">What is wished for.</param>
    /// <param name="mode">How <c>?</c> and <c>!</c> on tags other than the directions are read.</param>
    public CapExplanation Explain(CapUrn request, SpecialValueMode mode = SpecialValueMode.Reference) => new(this, request, mode);

    /// <summary>True when no direction and no tag of both excludes the other (CapNs spec 5.3). Symmetric.</summary>
    public bool IsCompatibleWith(CapUrn other) =>
        CapMatching.AreDirectionsCompatible(Input, other.Input)
        && CapMatching.AreDirectionsCompatible(Output, other.Output)
        && CapMatching.AreTagsCompatible(_others, other._others);

    /// <summary>True when both are compatible and this has the greater <see cref="Specificity"/>.</summary>
    public bool IsMoreSpecificThan(CapUrn other) => IsCompatibleWith(other) && Specificity > other.Specificity;

    private (int Reference, int TagCount) Count()
    {
        var tags = 0;
        foreach (var tag in _others)
        {
            tags += tag.Kind == UrnTagKind.MustHaveAny ? 0 : 1;
        }

        return (tags + CountTags(Input) + CountTags(Output), tags + (Input is null ? 0 : 1) + (Output is null ? 0 : 1));

        static int CountTags(MediaUrn? direction) => direction?.Tags.Length ?? 0;
    }
}
