using System.Text.Json;
using Capns.Registry.Worker.Tools.Catalogue;

namespace Capns.Registry.Worker.Api;

/// <summary>A version as the API shows it.</summary>
internal sealed record VersionResource
{
    public required Guid ToolId { get; init; }

    public required string Slug { get; init; }

    public required string Version { get; init; }

    public required Contracts.SecurityLevel SecurityLevel { get; init; }

    public required bool IsEnabled { get; init; }

    public required bool IsPrerelease { get; init; }

    public required bool Deprecated { get; init; }

    public DateTimeOffset? DeprecatedAt { get; init; }

    public string? DeprecationMessage { get; init; }

    public required string PublishedBy { get; init; }

    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary><c>sha256:</c> and hex, over the canonical JSON of the content.</summary>
    public required string Digest { get; init; }

    /// <summary>The content; lists leave it out.</summary>
    public JsonElement? Definition { get; init; }

    /// <summary>Of its row.</summary>
    public static VersionResource Of(Tool tool, ToolVersion row, JsonElement? definition) => new()
    {
        ToolId = tool.Id,
        Slug = tool.Slug,
        Version = row.Version,
        SecurityLevel = row.SecurityLevel,
        IsEnabled = row.IsEnabled,
        IsPrerelease = row.IsPrerelease,
        Deprecated = row.DeprecatedAt is not null,
        DeprecatedAt = row.DeprecatedAt,
        DeprecationMessage = row.DeprecationMessage,
        PublishedBy = row.PublishedBy,
        PublishedAt = row.PublishedAt,
        Digest = "sha256:" + row.DefinitionHash,
        Definition = definition,
    };
}
