using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Executions.Looking;

/// <summary>The 202 answer of an execution (platform spec 4.3).</summary>
internal sealed record AcceptedExecution
{
    public required Guid ExecutionId { get; init; }

    public required ExecutionState Status { get; init; }

    /// <summary>Milliseconds.</summary>
    public int? EstimatedDuration { get; init; }

    /// <summary>What is to be decided before it runs.</summary>
    public Guid? ApprovalId { get; init; }

    public required string ToolId { get; init; }

    public string? ToolVersion { get; init; }

    public string? Cap { get; init; }

    public string? MatchedCap { get; init; }

    public string? Provider { get; init; }

    public required ExecutionLinks Links { get; init; }

    /// <summary>Of its row.</summary>
    public static AcceptedExecution Of(Execution row) => new()
    {
        ExecutionId = row.CorrelationId,
        Status = row.State(),
        EstimatedDuration = row.PlanJson is null ? null : row.Plan.EstimatedDuration,
        ApprovalId = row.ApprovalId,
        ToolId = row.ToolId?.ToString() ?? row.ToolRef,
        ToolVersion = row.ToolVersion,
        Cap = row.Cap,
        MatchedCap = row.MatchedCap,
        Provider = row.Provider,
        Links = ExecutionLinks.Of(row.CorrelationId),
    };
}
