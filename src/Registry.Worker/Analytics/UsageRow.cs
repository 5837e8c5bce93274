using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Capns.Registry.Worker.Analytics;

/// <summary>What one execution used, written when it ends and added up a moment later (table <c>usage_intake</c>).</summary>
internal sealed class UsageRow
{
    public required Guid ExecutionId { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Absent for a request whose tool is unknown.</summary>
    public Guid? ToolId { get; init; }

    public string? CallerId { get; init; }

    public string? AgentId { get; init; }

    /// <summary>The final state.</summary>
    public required string State { get; init; }

    /// <summary>Of the last attempt; 0 when none started.</summary>
    public long DurationMs { get; init; }

    public decimal Cost { get; init; }

    public long CpuMs { get; init; }

    /// <summary>Peak of the last attempt.</summary>
    public double MemoryMb { get; init; }

    /// <summary>The row of an execution that has just ended.</summary>
    public static UsageRow Of(Execution execution, ExecutionState state, DateTimeOffset now)
    {
        var used = execution.Resources is { } json ? JsonSerializer.Deserialize<ResourceUsage>(json, WireJson.Options) : null;
        return new UsageRow
        {
            ExecutionId = execution.CorrelationId,
            EndedAt = now,
            ToolId = execution.ToolId,
            CallerId = execution.CallerId,
            AgentId = execution.AgentId,
            State = JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString()),
            DurationMs = execution.StartedAt is null ? 0 : Math.Max(0, Milliseconds.Between(execution.StartedAt, execution.CompletedAt)),
            Cost = execution.Cost,
            CpuMs = used?.CpuTimeMs ?? 0,
            MemoryMb = used?.MemoryPeakMb ?? 0,
        };
    }
}

/// <summary>Table <c>usage_intake</c>.</summary>
internal sealed class UsageMapping : IEntityTypeConfiguration<UsageRow>
{
    public void Configure(EntityTypeBuilder<UsageRow> builder)
    {
        builder.ToTable("usage_intake").HasKey(row => row.ExecutionId);
        builder.Property(row => row.ExecutionId).ValueGeneratedNever();
        builder.UseSnakeCaseColumns();
    }
}
