using Capns.Core.Urns;

namespace Capns.Core.Matching;

/// <summary>The truth table of tagged URNs, on sorted tags (CapNs spec 2). Allocates nothing.</summary>
internal static class TagMatching
{
    /// <summary>Every tag of the pattern is met. What only the instance has never matters.</summary>
    public static bool Accepts(ReadOnlySpan<UrnTag> pattern, ReadOnlySpan<UrnTag> instance)
    {
        var next = 0;
        foreach (ref readonly var tag in pattern)
        {
            var at = Seek(instance, tag.Key, ref next);
            if (!(at < 0 ? AcceptsMissing(tag.Kind) : Accepts(tag, instance[at])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What a pattern says of a tag that the instance does not have.</summary>
    public static bool AcceptsMissing(UrnTagKind pattern) => pattern is UrnTagKind.Unspecified or UrnTagKind.MustNotHave;

    /// <summary>What a pattern says of a tag with the same key.</summary>
    public static bool Accepts(in UrnTag pattern, in UrnTag instance) => (pattern.Kind, instance.Kind) switch
    {
        (UrnTagKind.Unspecified, _) or (_, UrnTagKind.Unspecified) => true,
        (UrnTagKind.MustNotHave, _) or (_, UrnTagKind.MustNotHave) => pattern.Kind == instance.Kind,
        (UrnTagKind.MustHaveAny, _) or (_, UrnTagKind.MustHaveAny) => true,
        _ => pattern.Value == instance.Value,
    };

    /// <summary>No key asks for two things that exclude each other.</summary>
    public static bool AreCompatible(ReadOnlySpan<UrnTag> left, ReadOnlySpan<UrnTag> right)
    {
        var next = 0;
        foreach (ref readonly var tag in left)
        {
            // With a tag on both sides, the table is symmetric.
            if (Seek(right, tag.Key, ref next) is >= 0 and var at && !Accepts(tag, right[at]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Goes on through sorted tags to a key.</summary>
    /// <param name="tags">Sorted.</param>
    /// <param name="key">Not before the key of the call before.</param>
    /// <param name="next">Where to go on; 0 at first.</param>
    /// <returns>The index of the key, or -1.</returns>
    public static int Seek(ReadOnlySpan<UrnTag> tags, string key, ref int next)
    {
        while (next < tags.Length)
        {
            var candidate = tags[next].Key;
            // Most often both are equal, and usual words are one instance; only otherwise does the order matter.
            if (string.Equals(candidate, key))
            {
                return next++;
            }

            if (UrnCharacters.CompareScalars(candidate, key) > 0)
            {
                return -1;
            }

            next++;
        }

        return -1;
    }
}
