using Capns.Core.Caps;
using Capns.Core.Urns;

namespace Capns.Core.Matching.Explanations;

/// <summary>A registered capability, as explanations name it.</summary>
/// <param name="Label">Where it is registered, for people, e.g. <c>providers/thumbnailer</c>; may be empty.</param>
/// <param name="Urn">Its URN.</param>
public readonly record struct CandidateCap(string Label, CapUrn Urn)
{
    /// <summary>The candidate for a definition.</summary>
    public static CandidateCap Of(string label, Cap cap) => new(label, cap.Urn);

    /// <summary>Label and URN.</summary>
    public override string ToString() => Label.Length == 0 ? Urn.ToString() : $"{Urn} of {Label}";
}
