namespace Capns.Discovery.Worker.Requests;

/// <summary>What a request asks for (platform spec 3.20, 7.5).</summary>
internal static class DiscoveryMode
{
    /// <summary>The default: ranked by everything that is known.</summary>
    public const string Recommend = "recommend";

    /// <summary>Ranked by the words alone.</summary>
    public const string Search = "search";

    /// <summary>What can do the same as a tool.</summary>
    public const string Similar = "similar";

    /// <summary>What has to do with a tool.</summary>
    public const string Related = "related";

    /// <summary>What a tool needs, in an order in which it can be had.</summary>
    public const string Dependencies = "dependencies";

    /// <summary>What is used in the same sessions as a tool; beyond the platform spec, for the path of that name.</summary>
    public const string UsedWith = "used-with";

    /// <summary>What needs a tool; beyond the platform spec, for the path of that name.</summary>
    public const string Dependents = "dependents";

    /// <summary>All of them; the first is the default.</summary>
    public static IReadOnlyList<string> All { get; } = [Recommend, Search, Similar, Related, Dependencies, UsedWith, Dependents];

    /// <summary>True for the modes that start from a tool.</summary>
    public static bool NeedsTool(string mode) => mode is not (Recommend or Search);
}
