using Capns.Contracts;
using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Search;

/// <summary>Which tools may be in an answer at all (platform spec 3.20, 7.4): asked before anything is ranked. Immutable.</summary>
internal sealed record ToolFilter
{
    /// <summary>Whether the caller may run a tool. Default: all; the caller's rights must be given.</summary>
    public Func<CatalogueTool, bool> MayRun { get; init; } = static _ => true;

    /// <summary>True: deprecated tools too.</summary>
    public bool IncludeDeprecated { get; init; }

    /// <summary>The highest level, included. Absent: any.</summary>
    public SecurityLevel? Ceiling { get; init; }

    /// <summary>One of them must be the tool's, in any case. Empty: any.</summary>
    public IReadOnlyCollection<string> Categories { get; init => field = ToSet(value); } = [];

    /// <summary>One of them must be among the tool's, in any case. Empty: any.</summary>
    public IReadOnlyCollection<string> Tags { get; init => field = ToSet(value); } = [];

    /// <summary>Ids, in any spelling, or slugs, in any case, that are left out.</summary>
    public IReadOnlyCollection<string> Excluded { get; init => field = ToSet(value.Select(Canonical)); } = [];

    /// <summary>Milliseconds, included. Absent: any.</summary>
    public long? MaxExecutionTimeMs { get; init; }

    /// <summary>How long a tool takes, in milliseconds: the observed 95th percentile. Default: what its author says.</summary>
    public Func<CatalogueTool, double> ExecutionTimeMs { get; init; } = static tool => tool.DurationEstimateMs;

    /// <summary>Per run, included. Absent: any.</summary>
    public decimal? CostLimit { get; init; }

    /// <summary>What a run costs. Default: what its author says.</summary>
    public Func<CatalogueTool, decimal> Cost { get; init; } = static tool => tool.CostEstimate;

    /// <summary>True when the tool may be in the answer.</summary>
    public bool Accepts(CatalogueTool tool) => tool.Availability == ToolAvailability.Yes
        && (IncludeDeprecated || !tool.Deprecated)
        && (Ceiling is not { } ceiling || tool.Level <= ceiling)
        && (Categories.Count == 0 || Categories.Contains(tool.Category))
        && (Tags.Count == 0 || HasTag(tool))
        && (Excluded.Count == 0 || !(Excluded.Contains(tool.Slug) || Excluded.Contains(tool.Id.ToString())))
        && (MaxExecutionTimeMs is not { } longest || ExecutionTimeMs(tool) <= longest)
        && (CostLimit is not { } limit || Cost(tool) <= limit)
        && MayRun(tool);

    /// <summary>The same by place in a snapshot's tools.</summary>
    public Func<int, bool> Over(CatalogueSnapshot snapshot) => place => Accepts(snapshot.Tools[place]);

    private bool HasTag(CatalogueTool tool)
    {
        foreach (var tag in tool.Tags)
        {
            if (Tags.Contains(tag))
            {
                return true;
            }
        }

        return false;
    }

    private static string Canonical(string idOrSlug) => Guid.TryParse(idOrSlug, out var id) ? id.ToString() : idOrSlug;

    private static HashSet<string> ToSet(IEnumerable<string> values) => values.ToHashSet(StringComparer.OrdinalIgnoreCase);
}
