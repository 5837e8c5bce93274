using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Tools.Catalogue;

/// <summary>What may change without a new version and has no column of its own: kept in <c>tools.config</c> (platform spec 4.3, PATCH).</summary>
internal sealed record ToolFlags
{
    public ToolRateLimits RateLimits { get; init; } = new();

    public IReadOnlyList<string> Approvers { get; init; } = [];

    public int? MinApprovals { get; init; }

    /// <summary>The flags of a definition.</summary>
    public static ToolFlags Of(ToolDefinition definition) =>
        new() { RateLimits = definition.RateLimits, Approvers = definition.Approvers, MinApprovals = definition.MinApprovals };
}
