using System.Runtime.CompilerServices;
using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Learning.Similarity;

/// <summary>What two tools are compared by (platform spec 7.3, rule 4). Immutable.</summary>
/// <param name="Tags">Different ones, in lower case.</param>
/// <param name="Capabilities">Different ones.</param>
/// <param name="Words">Words of name and description, and how often they come.</param>
internal sealed record ToolFeatures(IReadOnlyList<string> Tags, IReadOnlyList<string> Capabilities, IReadOnlyDictionary<string, int> Words)
{
    // A tool that has not changed is the same object in the next snapshot: its words are cut out once.
    private static readonly ConditionalWeakTable<CatalogueTool, ToolFeatures> Known = [];

    public static ToolFeatures Of(CatalogueTool tool) => Known.GetValue(tool, Make);

    private static ToolFeatures Make(CatalogueTool tool) => new(
        [.. tool.Tags.Select(tag => tag.Trim().ToLowerInvariant()).Distinct(StringComparer.Ordinal)],
        [.. tool.Capabilities.Distinct(StringComparer.Ordinal)],
        Rules.Words.Of($"{tool.Name} {tool.Description}").CountBy(word => word, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal));
}
