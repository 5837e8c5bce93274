namespace Capns.Discovery.Worker.Graph;

/// <summary>How one tool relates to another (platform spec 9.3).</summary>
internal enum RelationType
{
    /// <summary>Must be there and enabled; from the definition.</summary>
    Requires = 1,

    /// <summary>Does much the same. Read both ways.</summary>
    SimilarTo,

    /// <summary>Was used in one session with. Read both ways.</summary>
    UsedWith,

    /// <summary>Makes better what the other does.</summary>
    Enhances,

    /// <summary>Serves instead of the other.</summary>
    Replaces,
}

/// <summary>The words of <see cref="RelationType"/> in tables, in the graph and on the wire.</summary>
internal static class RelationTypes
{
    private static readonly Dictionary<string, RelationType> ByWord =
        Enum.GetValues<RelationType>().ToDictionary(type => type.Word(), StringComparer.Ordinal);

    /// <summary>All, in the order of their words.</summary>
    public static IReadOnlyList<RelationType> All { get; } =
        [.. ByWord.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value)];

    /// <summary>E.g. <c>USED_WITH</c>.</summary>
    public static string Word(this RelationType type) => type switch
    {
        RelationType.Requires => "REQUIRES",
        RelationType.SimilarTo => "SIMILAR_TO",
        RelationType.UsedWith => "USED_WITH",
        RelationType.Enhances => "ENHANCES",
        RelationType.Replaces => "REPLACES",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such relation."),
    };

    /// <summary>True for what stands once per pair, from the smaller id to the larger.</summary>
    public static bool IsPair(this RelationType type) => type is RelationType.SimilarTo or RelationType.UsedWith;

    /// <exception cref="KeyNotFoundException">There is no such word.</exception>
    public static RelationType Parse(string word) => ByWord[word];

    /// <summary>Reads what a caller wrote; DEPENDS_ON is read as REQUIRES (platform spec 9.3). Case counts.</summary>
    public static bool TryParse(string word, out RelationType type) =>
        ByWord.TryGetValue(word == "DEPENDS_ON" ? "REQUIRES" : word, out type);
}
