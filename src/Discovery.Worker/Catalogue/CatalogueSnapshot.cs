namespace Capns.Discovery.Worker.Catalogue;

/// <summary>All tools as of one revision of the catalogue, archived ones too. Immutable; readers take no lock.</summary>
internal sealed class CatalogueSnapshot
{
    private readonly Dictionary<Guid, int> _byId;
    private readonly Dictionary<string, int> _bySlug;

    /// <param name="revision">0: nothing was read yet.</param>
    /// <param name="tools">In any order.</param>
    public CatalogueSnapshot(long revision, IEnumerable<CatalogueTool> tools)
    {
        Revision = revision;
        Tools = [.. tools.OrderBy(tool => tool.RegisteredAt).ThenBy(tool => tool.Id.ToString(), StringComparer.Ordinal)];
        _byId = Tools.Select((tool, at) => KeyValuePair.Create(tool.Id, at)).ToDictionary(place => place.Key, place => place.Value);
        _bySlug = Tools.Select((tool, at) => KeyValuePair.Create(tool.Slug, at)).ToDictionary(place => place.Key, place => place.Value, StringComparer.Ordinal);
    }

    /// <summary>Before anything was read.</summary>
    public static CatalogueSnapshot Empty { get; } = new(0, []);

    /// <summary>Grows with every change.</summary>
    public long Revision { get; }

    /// <summary>In the order of registration.</summary>
    public IReadOnlyList<CatalogueTool> Tools { get; }

    /// <summary>The tool with this uuid; null when there is none.</summary>
    public CatalogueTool? Find(Guid id) => _byId.TryGetValue(id, out var at) ? Tools[at] : null;

    /// <summary>The tool with this uuid, in any spelling, or slug; null when there is none.</summary>
    public CatalogueTool? Find(string idOrSlug) => Guid.TryParse(idOrSlug, out var id) && Find(id) is { } tool ? tool
        : _bySlug.TryGetValue(idOrSlug, out var at) ? Tools[at]
        : null;

    /// <summary>Where the tool stands in <see cref="Tools"/>; -1 when it is not there.</summary>
    public int PlaceOf(Guid id) => _byId.GetValueOrDefault(id, -1);
}
