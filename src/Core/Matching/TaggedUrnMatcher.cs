using Capns.Core.Urns;

namespace Capns.Core.Matching;

/// <summary>Chooses among tagged URNs; the request is the pattern (CapNs spec 2).</summary>
public static class TaggedUrnMatcher
{
    /// <summary>The URN with the highest specificity among those that conform to the request; the first of several. Null: none does.</summary>
    /// <exception cref="UrnException">Code 11: the prefixes differ.</exception>
    public static TaggedUrn? FindBestMatch(IEnumerable<TaggedUrn> urns, TaggedUrn request) =>
        urns.Where(request.Accepts).MaxBy(urn => urn.Specificity);

    /// <summary>All that conform to the request, the most specific first; those alike in the given order.</summary>
    /// <exception cref="UrnException">Code 11: the prefixes differ.</exception>
    public static IReadOnlyList<TaggedUrn> FindAllMatches(IEnumerable<TaggedUrn> urns, TaggedUrn request) =>
        [.. urns.Where(request.Accepts).OrderByDescending(urn => urn.Specificity)];

    /// <summary>True when one of the first and one of the second are compatible.</summary>
    /// <exception cref="UrnException">Code 11: the prefixes differ.</exception>
    public static bool AreCompatible(IEnumerable<TaggedUrn> first, IReadOnlyCollection<TaggedUrn> second) =>
        first.Any(left => second.Any(left.IsCompatibleWith));
}
