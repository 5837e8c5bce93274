using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Rights;

/// <summary>Which of several policies name a tool, found by a few look-ups, however many policies there are. Thread-safe.</summary>
internal sealed class NamedIndex
{
    /// <summary>Most policies: each is one bit.</summary>
    public const int Most = 128;

    private readonly Dictionary<Guid, UInt128> _ids = [];
    private readonly Dictionary<string, UInt128> _slugs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UInt128> _categories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UInt128> _tags = new(StringComparer.Ordinal);
    private readonly UInt128 _anyId;
    private readonly UInt128 _anyCategory;
    private readonly UInt128 _anyTag;

    /// <param name="policies">At most <see cref="Most"/>.</param>
    public NamedIndex(IReadOnlyList<NamedTools> policies)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(policies.Count, Most);
        for (var index = 0; index < policies.Count; index++)
        {
            var (policy, bit) = (policies[index], UInt128.One << index);
            _anyId |= policy.Ids is null ? bit : 0;
            Note(_ids, policy.Ids, bit);
            Note(_slugs, policy.Slugs, bit);
            _anyCategory |= policy.Categories is null ? bit : 0;
            Note(_categories, policy.Categories, bit);
            _anyTag |= policy.Tags is null ? bit : 0;
            Note(_tags, policy.Tags, bit);
        }
    }

    /// <summary>Bit n is set when policy n is about the tool.</summary>
    public UInt128 Of(CatalogueTool tool)
    {
        var set = _anyId | _ids.GetValueOrDefault(tool.Id) | _slugs.GetValueOrDefault(tool.Slug);
        set &= set == 0 ? 0 : _anyCategory | _categories.GetValueOrDefault(tool.Category);
        return set == 0 ? 0 : set & OfTags(tool.Tags);
    }

    private static void Note<T>(Dictionary<T, UInt128> names, IEnumerable<T>? named, UInt128 bit)
        where T : notnull
    {
        foreach (var name in named ?? [])
        {
            names[name] = names.GetValueOrDefault(name) | bit;
        }
    }

    private UInt128 OfTags(IReadOnlyList<string> tags)
    {
        var set = _anyTag;
        for (var index = 0; index < tags.Count && _tags.Count > 0; index++)
        {
            set |= _tags.GetValueOrDefault(tags[index]);
        }

        return set;
    }
}
