using Capns.Contracts;

namespace Capns.Discovery.Worker.Catalogue;

/// <summary>A tool in its latest version, as the registry publishes it. Immutable.</summary>
internal sealed record CatalogueTool
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    /// <summary>Unique only per owner.</summary>
    public required string Name { get; init; }

    public required string DisplayName { get; init; }

    public required string Description { get; init; }

    /// <summary>SemVer.</summary>
    public required string Version { get; init; }

    public required string Category { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Words, or cap URNs.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>Names of the schema's properties, in its order.</summary>
    public IReadOnlyList<string> ParameterNames { get; init; } = [];

    /// <summary>Names and descriptions of the examples, and texts of their input; a line each.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    public string Owner { get; init; } = "";

    public required SecurityLevel Level { get; init; }

    /// <summary>The tool's own flag; level and policies may ask people as well.</summary>
    public bool RequiresApproval { get; init; }

    public ToolAvailability Availability { get; init; } = ToolAvailability.Yes;

    /// <summary>Left out of answers unless asked for.</summary>
    public bool Deprecated { get; init; }

    /// <summary>Per run, as its author says.</summary>
    public decimal CostEstimate { get; init; }

    /// <summary>Milliseconds, as its author says.</summary>
    public int DurationEstimateMs { get; init; } = 1000;

    /// <summary>In the order of ids.</summary>
    public IReadOnlyList<ToolRequirement> Requires { get; init; } = [];

    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Revision of the catalogue at which it changed last.</summary>
    public long Revision { get; init; }
}

/// <summary>Another tool that must be there and enabled (platform spec 5.10).</summary>
/// <param name="ToolId">Uuid.</param>
/// <param name="Range">Range of versions. Absent: any.</param>
internal sealed record ToolRequirement(Guid ToolId, string? Range);

/// <summary>Whether a tool can be run now.</summary>
internal enum ToolAvailability
{
    /// <summary>It can.</summary>
    Yes = 0,

    /// <summary>Switched off, or no version of it is enabled.</summary>
    Disabled,

    /// <summary>In maintenance.</summary>
    Maintenance,

    /// <summary>Gone; only its history stays.</summary>
    Archived,
}
