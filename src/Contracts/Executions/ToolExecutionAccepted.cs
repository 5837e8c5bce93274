using MassTransit;

namespace Capns.Contracts.Executions;

/// <summary>Reply only: the request is stored and will end in exactly one final event (platform spec 3.8).</summary>
[ExcludeFromTopology]
[EntityName("tool.execution.accepted")]
[MessageUrn("tool.execution.accepted")]
public sealed record ToolExecutionAccepted
{
    /// <summary>Version of the payload. Always <c>"1.0"</c>.</summary>
    public string SchemaVersion { get; init; } = "1.0";

    /// <summary>The execution.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>Its state now.</summary>
    public required ExecutionState State { get; init; }

    /// <summary>The requested capability URN in canonical form; present when requested by <c>cap</c>.</summary>
    public string? Cap { get; init; }

    /// <summary>URN of the provider that matched; present when requested by <c>cap</c>.</summary>
    public string? MatchedCap { get; init; }

    /// <summary>Slug of the provider; present when requested by <c>cap</c>.</summary>
    public string? Provider { get; init; }

    /// <summary>Present when people must decide first.</summary>
    public Guid? ApprovalId { get; init; }

    /// <summary>The tool's own estimate in milliseconds.</summary>
    public int? EstimatedDuration { get; init; }
}
