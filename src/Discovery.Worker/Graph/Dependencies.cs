namespace Capns.Discovery.Worker.Graph;

/// <summary>The transitive closure of REQUIRES from one tool, or towards it.</summary>
/// <param name="Tools">Without the tool asked about; each stands after all it requires itself, except within a cycle; the same order
/// every time.</param>
/// <param name="Edges">Among these tools and the one asked about, ordered by ids.</param>
/// <param name="Cycles">Sets of tools that require each other in a circle, the tool asked about included; each ordered by id.</param>
/// <param name="Truncated">True when there is more than <see cref="GraphLimits.Closure"/> tools.</param>
internal sealed record Dependencies(
    IReadOnlyList<Dependency> Tools, IReadOnlyList<DependencyEdge> Edges, IReadOnlyList<IReadOnlyList<Guid>> Cycles, bool Truncated);

/// <summary>One tool of a closure.</summary>
/// <param name="ToolId">Uuid; whether it is there, missing or disabled is the catalogue's to say.</param>
/// <param name="Depth">Fewest relations from the tool asked about; 1 or more.</param>
/// <param name="InCycle">True when it requires itself, directly or through others.</param>
internal sealed record Dependency(Guid ToolId, int Depth, bool InCycle);

/// <summary>One REQUIRES.</summary>
/// <param name="From">Requires.</param>
/// <param name="To">Is required.</param>
/// <param name="VersionRange">Absent: any version.</param>
internal sealed record DependencyEdge(Guid From, Guid To, string? VersionRange);
