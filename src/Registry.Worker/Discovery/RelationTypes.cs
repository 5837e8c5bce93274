namespace Capns.Registry.Worker.Discovery;

/// <summary>Words for the relations of tools (platform spec 9.3).</summary>
internal static class RelationTypes
{
    public const string Requires = "REQUIRES";

    /// <summary>Read as <see cref="Requires"/>.</summary>
    public const string DependsOn = "DEPENDS_ON";

    /// <summary>Types that people may set.</summary>
    public static readonly string[] Settable = ["SIMILAR_TO", "ENHANCES", "REPLACES", Requires, DependsOn];

    /// <summary>All types that can be asked for.</summary>
    public static readonly string[] All = ["SIMILAR_TO", "USED_WITH", "ENHANCES", "REPLACES", Requires, DependsOn];

    /// <summary>The word the graph has for a type.</summary>
    public static string Canonical(string type) => type == DependsOn ? Requires : type;
}
