using MassTransit;

namespace Capns.Contracts.Catalogue;

/// <summary>Event: a tool is archived or removed (platform spec 3.24).</summary>
[EntityName("tool.unregistered")]
[MessageUrn("tool.unregistered")]
public sealed record ToolUnregistered
{
    /// <summary>Version of the payload. Always <c>"1.0"</c>.</summary>
    public string SchemaVersion { get; init; } = "1.0";

    /// <summary>Uuid.</summary>
    public required string ToolId { get; init; }

    /// <summary>Slug.</summary>
    public required string Slug { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>SemVer of the latest version.</summary>
    public required string Version { get; init; }

    /// <summary>Category.</summary>
    public required string Category { get; init; }

    /// <summary>Level.</summary>
    public required SecurityLevel SecurityLevel { get; init; }

    /// <summary>Who did it.</summary>
    public required string ChangedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Names of the fields that changed.</summary>
    public IReadOnlyList<string>? Changes { get; init; }
}
