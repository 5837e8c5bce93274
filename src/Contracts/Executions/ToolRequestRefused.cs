using MassTransit;

namespace Capns.Contracts.Executions;

/// <summary>Reply only: a request that starts no execution was refused (platform spec 3.8).</summary>
[ExcludeFromTopology]
[EntityName("tool.request.refused")]
[MessageUrn("tool.request.refused")]
public sealed record ToolRequestRefused
{
    /// <summary>Version of the payload. Always <c>"1.0"</c>.</summary>
    public string SchemaVersion { get; init; } = "1.0";

    /// <summary>Event name of the request, e.g. <c>tool.execution.cancel.requested</c>.</summary>
    public required string Request { get; init; }

    /// <summary>The caller's id of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>The execution it was about, when known.</summary>
    public Guid? ExecutionId { get; init; }

    /// <summary>Why.</summary>
    public required ErrorDetail Error { get; init; }
}
