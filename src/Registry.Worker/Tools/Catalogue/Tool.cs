using Capns.Contracts;

namespace Capns.Registry.Worker.Tools.Catalogue;

/// <summary>Row of <c>tools</c>: identity, flags, and what the latest version says of itself (platform spec 9.1).</summary>
internal sealed class Tool
{
    public Guid Id { get; set; }

    public required string Slug { get; set; }

    public required string Name { get; set; }

    public required string DisplayName { get; set; }

    public required string Description { get; set; }

    /// <summary>The latest version: the highest enabled one without pre-release part, else the highest (platform spec 5.10).</summary>
    public required string Version { get; set; }

    public required string Category { get; set; }

    public required string[] Tags { get; set; }

    public required string[] Capabilities { get; set; }

    public required string Owner { get; set; }

    public required string Author { get; set; }

    public SecurityLevel SecurityLevel { get; set; }

    public bool RequiresApproval { get; set; }

    public bool IsEnabled { get; set; }

    /// <summary><c>active</c>, <c>maintenance</c>, <c>deprecated</c> or <c>archived</c>.</summary>
    public required string MaintenanceStatus { get; set; }

    public required string Trust { get; set; }

    public string? Pool { get; set; }

    /// <summary>JSON: the flags without a column of their own, <see cref="ToolFlags"/>.</summary>
    public required string Config { get; set; }

    public long TotalExecutions { get; set; }

    public long SuccessfulExecutions { get; set; }

    /// <summary>Milliseconds.</summary>
    public decimal AverageExecutionTime { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>Counts the changes of this row; the ETag.</summary>
    public long RowVersion { get; set; } = 1;

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? ArchivedAt { get; set; }
}
