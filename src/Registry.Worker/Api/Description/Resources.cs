using System.Text.Json;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Api.Description;

/// <summary>What a tool shows beside its definition (platform spec 5.1, read-only). In the description it is joined with <see cref="ToolDefinition"/>.</summary>
internal sealed record ToolResource
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string LatestVersion { get; init; }

    public required long TotalExecutions { get; init; }

    public required long SuccessfulExecutions { get; init; }

    /// <summary>Milliseconds.</summary>
    public required decimal AverageExecutionTime { get; init; }

    /// <summary>0 to 1.</summary>
    public double? ReliabilityScore { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? ArchivedAt { get; init; }

    public required string Etag { get; init; }
}

/// <summary>Merge patch of a tool's flags.</summary>
internal sealed record ToolFlagPatch
{
    public string? DisplayName { get; init; }

    public string? Owner { get; init; }

    public string? Trust { get; init; }

    public string? MaintenanceStatus { get; init; }

    public ToolRateLimits? RateLimits { get; init; }

    public IReadOnlyList<string>? Approvers { get; init; }

    public int? MinApprovals { get; init; }
}

/// <summary>A catalogue as one document.</summary>
internal sealed record CatalogueDocument
{
    /// <summary><c>capns-catalogue/1</c>.</summary>
    public required string Format { get; init; }

    public required IReadOnlyList<ToolDefinition> Tools { get; init; }

    /// <summary><c>ed25519:</c> and base64, over the canonical JSON of the document without this member; there where the registry has a key.</summary>
    public string? Signature { get; init; }
}

/// <summary>An error (RFC 9457; platform spec 4.2).</summary>
internal sealed record Problem
{
    /// <summary><c>urn:capns:problem:</c> and the code in lower case with hyphens.</summary>
    public required string Type { get; init; }

    public required string Title { get; init; }

    public required int Status { get; init; }

    public required string Detail { get; init; }

    /// <summary>Path of the request.</summary>
    public required string Instance { get; init; }

    /// <summary>For programs.</summary>
    public required string Code { get; init; }

    public required string RequestId { get; init; }

    /// <summary>When an execution was stored.</summary>
    public Guid? ExecutionId { get; init; }

    /// <summary>Further facts; <c>errors</c> names each field by JSON Pointer.</summary>
    public JsonElement? Details { get; init; }
}
