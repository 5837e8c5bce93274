using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Matching;

/// <summary>The three parts of matching a capability with a request (CapNs spec 5). Allocates nothing.</summary>
internal static class CapMatching
{
    /// <summary>Contravariant: who takes bytes takes a PDF. <c>*</c> (null) on either side is not compared.</summary>
    public static bool AcceptsInput(MediaUrn? cap, MediaUrn? request) => cap is null || request is null || cap.Accepts(request);

    /// <summary>Covariant: who makes a PNG serves a wish for an image. <c>*</c> (null) on either side is not compared.</summary>
    public static bool AcceptsOutput(MediaUrn? cap, MediaUrn? request) => cap is null || request is null || request.Accepts(cap);

    /// <summary>Only the request's tags are looked at; one that the capability lacks is an implicit wildcard (D2).</summary>
    public static bool AcceptsTags(ReadOnlySpan<UrnTag> cap, ReadOnlySpan<UrnTag> request, SpecialValueMode mode)
    {
        var next = 0;
        foreach (ref readonly var wish in request)
        {
            if (TagMatching.Seek(cap, wish.Key, ref next) is >= 0 and var at && !AcceptsTag(cap[at], wish, mode))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>One tag that both have.</summary>
    public static bool AcceptsTag(in UrnTag cap, in UrnTag request, SpecialValueMode mode)
    {
        var literally = cap.Kind == UrnTagKind.MustHaveAny || request.Kind == UrnTagKind.MustHaveAny || cap.Value == request.Value;
        return mode == SpecialValueMode.Reference ? literally : (cap.Kind, request.Kind) switch
        {
            // The six cells of D1.
            (UrnTagKind.MustHaveAny, UrnTagKind.MustNotHave) or (UrnTagKind.MustNotHave, UrnTagKind.MustHaveAny) => false,
            (UrnTagKind.Exact, UrnTagKind.Unspecified) or (UrnTagKind.Unspecified, UrnTagKind.Exact) => true,
            (UrnTagKind.Unspecified, UrnTagKind.MustNotHave) or (UrnTagKind.MustNotHave, UrnTagKind.Unspecified) => true,
            _ => literally,
        };
    }

    public static bool AreDirectionsCompatible(MediaUrn? left, MediaUrn? right) =>
        left is null || right is null || left.Accepts(right) || right.Accepts(left);

    /// <summary>Special values but <c>*</c> are text like any other here.</summary>
    public static bool AreTagsCompatible(ReadOnlySpan<UrnTag> left, ReadOnlySpan<UrnTag> right) =>
        AcceptsTags(left, right, SpecialValueMode.Reference);
}
