namespace Capns.Core.Urns;

/// <summary>Sorted sets of tags, shared by the three kinds of URN.</summary>
internal static class UrnTags
{
    private static readonly Comparer<UrnTag> ByKey = Comparer<UrnTag>.Create((left, right) => UrnCharacters.CompareScalars(left.Key, right.Key));

    /// <summary>Copies tags out of a text that was scanned without a mistake.</summary>
    public static UrnTag[] Build(ReadOnlySpan<char> text, ReadOnlySpan<RawTag> found)
    {
        if (found.IsEmpty)
        {
            return [];
        }

        var tags = new UrnTag[found.Length];
        var isSorted = true;
        for (var i = 0; i < found.Length; i++)
        {
            tags[i] = new UrnTag(UrnCharacters.Lower(found[i].KeyOf(text)), found[i].StoredValue(text));
            isSorted = isSorted && (i == 0 || UrnCharacters.CompareScalars(tags[i - 1].Key, tags[i].Key) < 0);
        }

        if (!isSorted)
        {
            Sort(tags);
        }

        return tags;
    }

    private static void Sort(UrnTag[] tags)
    {
        if (tags.Length > RawTags.Usual)
        {
            Array.Sort(tags, ByKey);
            return;
        }

        // By insertion: for a few tags, of which most are in order, several times as fast as a sort by a delegate.
        for (var i = 1; i < tags.Length; i++)
        {
            var (tag, at) = (tags[i], i);
            for (; at > 0 && UrnCharacters.CompareScalars(tags[at - 1].Key, tag.Key) > 0; at--)
            {
                tags[at] = tags[at - 1];
            }

            tags[at] = tag;
        }
    }

    /// <summary>Index of a tag; negative when there is none.</summary>
    /// <param name="tags">Sorted.</param>
    /// <param name="key">In any case. One that only differs beyond A to Z is looked for as it is first: reading lowers no more.</param>
    public static int Find(ReadOnlySpan<UrnTag> tags, string key)
    {
        var at = FindExactly(tags, UrnCharacters.Lower(key));
        return at >= 0 ? at : FindExactly(tags, key.ToLowerInvariant());
    }

    /// <summary>Index of a tag, or the complement of where it would stand.</summary>
    public static int FindExactly(ReadOnlySpan<UrnTag> tags, string key)
    {
        var (from, end) = (0, tags.Length);
        while (from < end)
        {
            var middle = (from + end) / 2;
            var order = UrnCharacters.CompareScalars(tags[middle].Key, key);
            if (order == 0)
            {
                return middle;
            }

            (from, end) = order < 0 ? (middle + 1, end) : (from, middle);
        }

        return ~from;
    }

    /// <summary>A tag given by a program rather than by a text: the key is lowered in all of Unicode, the value kept.</summary>
    /// <exception cref="UrnException">Codes 2, 3 and 7: it could not be read back.</exception>
    public static UrnTag Checked(UrnDomain domain, string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (key.Length == 0 || value.Length == 0)
        {
            throw Fail(UrnRule.EmptyTagComponent, $"Tag key or value cannot be empty: {(key.Length == 0 ? "key" : $"value of '{UrnCharacters.Shorten(key)}'")}");
        }

        var lowered = key.ToLowerInvariant();
        var run = UrnCharacters.KeyRun(lowered);
        if (run < lowered.Length)
        {
            throw Fail(UrnRule.InvalidCharacter, $"Invalid character in tag: {UrnCharacters.Show(lowered.AsSpan(run))} in key '{UrnCharacters.Shorten(key)}'");
        }

        if (UrnCharacters.HasLoneSurrogate(value))
        {
            throw Fail(
                UrnRule.InvalidCharacter,
                $"Invalid character in tag: half of a surrogate pair in the value of '{UrnCharacters.Shorten(lowered)}'");
        }

        return lowered.AsSpan().ContainsAnyExceptInRange('0', '9')
            ? new UrnTag(CommonWords.Find(lowered) ?? lowered, CommonWords.Find(value) ?? value)
            : throw Fail(UrnRule.NumericKey, $"Tag key cannot be purely numeric: {UrnCharacters.Shorten(key)}");

        UrnException Fail(UrnRule rule, string message) => new(new UrnError(domain, (int)rule, rule.ToString(), message));
    }

    /// <summary>Tags in any order, sorted; of those with one key the last.</summary>
    public static UrnTag[] Collect(IEnumerable<UrnTag> tags)
    {
        var byKey = new Dictionary<string, UrnTag>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            byKey[tag.Key] = tag;
        }

        UrnTag[] sorted = [.. byKey.Values];
        Sort(sorted);
        return sorted;
    }

    /// <summary>A copy with a tag set.</summary>
    public static UrnTag[] With(UrnTag[] tags, UrnTag tag)
    {
        var at = FindExactly(tags, tag.Key);
        if (at < 0)
        {
            return [.. tags[..~at], tag, .. tags[~at..]];
        }

        var copy = (UrnTag[])tags.Clone();
        copy[at] = tag;
        return copy;
    }

    /// <summary>The listed tags, as far as they exist.</summary>
    public static UrnTag[] Subset(UrnTag[] tags, IEnumerable<string> keys)
    {
        var chosen = keys.Select(key => Find(tags, key)).Where(at => at >= 0).ToHashSet();
        return [.. tags.Where((_, at) => chosen.Contains(at))];
    }

    /// <summary>The tags of both; those of <paramref name="other"/> win.</summary>
    public static UrnTag[] Merge(UrnTag[] tags, UrnTag[] other)
    {
        var merged = other.ToList();
        merged.AddRange(tags.Where(tag => FindExactly(other, tag.Key) < 0));
        merged.Sort(ByKey);
        return [.. merged];
    }
}
