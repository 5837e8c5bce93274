namespace Capns.Contracts.Discovery;

/// <summary>A tie between a recommended tool and another one (platform spec 3.21, 9.3).</summary>
public sealed record ToolRelationship
{
    /// <summary><c>SIMILAR_TO</c>, <c>USED_WITH</c>, <c>ENHANCES</c>, <c>REPLACES</c> or <c>REQUIRES</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Uuid of the other tool.</summary>
    public required string ToolId { get; init; }

    /// <summary>0 to 1; what it is measured by depends on the type (platform spec 7.2).</summary>
    public required double Strength { get; init; }
}
