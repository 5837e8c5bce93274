namespace Capns.Registry.Worker.Analytics;

/// <summary>An answer of the analytics; for the description. Members of <c>buckets</c> have <c>bucket</c> as well, those of <c>items</c> the tool.</summary>
internal sealed record AnalyticsResource<T>
{
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    /// <summary><c>hour</c> or <c>day</c>.</summary>
    public required string Bucket { get; init; }

    public required T Totals { get; init; }

    /// <summary>In order of time.</summary>
    public required IReadOnlyList<T> Buckets { get; init; }

    /// <summary>The tools with most, at most <c>limit</c>.</summary>
    public required IReadOnlyList<T> Items { get; init; }
}

/// <summary>Usage; times and names only where they are.</summary>
internal sealed record UsageFigures(
    long Executions, long Completed, long Failed, long Cancelled, long Rejected, long Expired, double? SuccessRate,
    DateTimeOffset? Bucket, string? ToolId, string? Slug, string? ToolName);

/// <summary>Performance, in milliseconds.</summary>
internal sealed record PerformanceFigures(
    long Runs, double? AverageMs, double? P50Ms, double? P95Ms, double? P99Ms, double? SuccessRate,
    DateTimeOffset? Bucket, string? ToolId, string? Slug, string? ToolName);

/// <summary>Costs, in the currency of the installation.</summary>
internal sealed record CostFigures(
    decimal Cost, long Executions, double CpuSeconds, double MemoryGbSeconds, DateTimeOffset? Bucket, string? ToolId, string? Slug, string? ToolName);

/// <summary>Popularity.</summary>
internal sealed record PopularFigures(
    long Executions, double? SuccessRate, double? AverageMs, DateTimeOffset? Bucket, string? ToolId, string? Slug, string? ToolName);
