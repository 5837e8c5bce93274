namespace Capns.Hosting.Health;

/// <summary>A part with what it said.</summary>
public sealed record PartHealth(IHealthPart Part, PartReport Report);

/// <summary>All parts at one moment.</summary>
public sealed record HealthSnapshot(IReadOnlyList<PartHealth> Parts)
{
    /// <summary><c>unhealthy</c>: a required part is away; <c>degraded</c>: another one is; else <c>healthy</c>.</summary>
    public string Status =>
        Parts.Any(part => part.Part.Required && part.Report.State != PartState.Up) ? "unhealthy"
        : Parts.Any(part => part.Report.State == PartState.Away) ? "degraded"
        : "healthy";
}
