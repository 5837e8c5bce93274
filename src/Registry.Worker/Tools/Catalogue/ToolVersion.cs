using Capns.Contracts;

namespace Capns.Registry.Worker.Tools.Catalogue;

/// <summary>Row of <c>tool_versions</c>: one published content of a tool; a trigger lets only its flags change (platform spec 5.10).</summary>
internal sealed class ToolVersion
{
    public Guid ToolId { get; set; }

    /// <summary>SemVer.</summary>
    public required string Version { get; set; }

    /// <summary>JSON of the definition, defaults filled in.</summary>
    public required string Definition { get; set; }

    /// <summary>Hex SHA-256 of the content, flags left out: the same version published again with the same hash changes nothing.</summary>
    public required string DefinitionHash { get; set; }

    public SecurityLevel SecurityLevel { get; set; }

    public bool IsPrerelease { get; set; }

    public bool IsEnabled { get; set; } = true;

    public DateTimeOffset? DeprecatedAt { get; set; }

    public string? DeprecationMessage { get; set; }

    public required string PublishedBy { get; set; }

    public DateTimeOffset PublishedAt { get; set; }
}

/// <summary>Row of <c>tool_dependencies</c>.</summary>
internal sealed class ToolDependencyLink
{
    public Guid ToolId { get; set; }

    public required string Version { get; set; }

    public Guid DependsOn { get; set; }

    public string? VersionRange { get; set; }
}
