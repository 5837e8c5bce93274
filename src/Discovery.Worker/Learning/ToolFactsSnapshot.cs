using System.Collections.Immutable;
using Capns.Discovery.Worker.Recommendations;

namespace Capns.Discovery.Worker.Learning;

/// <summary>What is known of all tools' runs, as of one epoch. Immutable.</summary>
/// <param name="Epoch">Everything up to here is in it.</param>
/// <param name="Day">The day (UTC) up to which uses and costs are added up.</param>
/// <param name="ByTool">Tools that were used at least once: what ranking needs, and how many agents have used them.</param>
/// <param name="LargestUses">The largest of their uses; 0 without any.</param>
internal sealed record ToolFactsSnapshot(
    long Epoch, DateOnly Day, ImmutableDictionary<Guid, (ToolFacts Facts, int Agents)> ByTool, long LargestUses) : IToolFacts
{
    /// <summary>Days whose uses count, today included (platform spec 7.4).</summary>
    public const int Days = 30;

    /// <summary>Before anything was read.</summary>
    public static ToolFactsSnapshot Empty { get; } =
        new(-1, DateOnly.MinValue, ImmutableDictionary<Guid, (ToolFacts Facts, int Agents)>.Empty, 0);

    /// <inheritdoc/>
    public ToolFacts Of(Guid tool) => ByTool.GetValueOrDefault(tool).Facts;

    /// <summary>How many agents have used the tool.</summary>
    public int AgentsOf(Guid tool) => ByTool.GetValueOrDefault(tool).Agents;
}
