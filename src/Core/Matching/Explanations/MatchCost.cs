using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Matching.Explanations;

/// <summary>How far a capability is from a request: what the parts that are not met cost, summed. Allocates nothing.</summary>
internal static class MatchCost
{
    /// <summary>Another operation is hardly what was wished for. <c>op</c> is special by convention only (CapNs spec 4.1).</summary>
    public const int OtherOperation = 10;

    /// <summary>A tag with another value.</summary>
    public const int OtherValue = 3;

    /// <summary>A media tag that one side lacks or excludes: more general or more special data, but not other data.</summary>
    public const int Lacking = 2;

    private const string OperationKey = "op";

    /// <summary>0 when the capability accepts the request.</summary>
    public static int Of(CapUrn cap, CapUrn request, SpecialValueMode mode) =>
        OfTags(cap.OtherTags, request.OtherTags, mode) + OfDirection(cap.Input, request.Input) + OfDirection(request.Output, cap.Output);

    /// <summary>How many of the request's exact tags the capability has with the same value.</summary>
    public static int CountShared(CapUrn cap, CapUrn request)
    {
        var (count, next) = (0, 0);
        foreach (ref readonly var wish in request.OtherTags)
        {
            var at = TagMatching.Seek(cap.OtherTags, wish.Key, ref next);
            count += at >= 0 && cap.OtherTags[at].Value == wish.Value ? 1 : 0;
        }

        return count;
    }

    private static int OfTags(ReadOnlySpan<UrnTag> cap, ReadOnlySpan<UrnTag> request, SpecialValueMode mode)
    {
        var (cost, next) = (0, 0);
        foreach (ref readonly var wish in request)
        {
            if (TagMatching.Seek(cap, wish.Key, ref next) is >= 0 and var at && !CapMatching.AcceptsTag(cap[at], wish, mode))
            {
                cost += wish.Key == OperationKey ? OtherOperation : OtherValue;
            }
        }

        return cost;
    }

    private static int OfDirection(MediaUrn? pattern, MediaUrn? instance)
    {
        if (pattern is null || instance is null)
        {
            return 0;
        }

        var (cost, next) = (0, 0);
        foreach (ref readonly var tag in pattern.Tags)
        {
            var at = TagMatching.Seek(instance.Tags, tag.Key, ref next);
            cost += at < 0 ? (TagMatching.AcceptsMissing(tag.Kind) ? 0 : Lacking)
                : TagMatching.Accepts(tag, instance.Tags[at]) ? 0
                : tag.Kind == UrnTagKind.Exact && instance.Tags[at].Kind == UrnTagKind.Exact ? OtherValue
                : Lacking;
        }

        return cost;
    }
}
