using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Capns.Registry.Worker.Executions;

/// <summary>One event of an execution, as it was published (table <c>execution_events</c>).</summary>
internal sealed class ExecutionEventRow
{
    public required Guid ExecutionId { get; init; }

    /// <summary>1, 2, 3 … per execution.</summary>
    public required int Sequence { get; init; }

    /// <summary>Event name.</summary>
    public required string Type { get; init; }

    public required string Status { get; init; }

    public required string State { get; set; }

    /// <summary>Kind of a progress event.</summary>
    public string? Kind { get; set; }

    /// <summary>JSON of the event's <c>data</c>.</summary>
    public required string Payload { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One attempt (table <c>execution_attempts</c>).</summary>
internal sealed class ExecutionAttemptRow
{
    public required Guid ExecutionId { get; init; }

    public required int Attempt { get; init; }

    public required string RunnerId { get; init; }

    public string? SandboxId { get; init; }

    public string? Driver { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary><c>completed</c>, <c>failed</c>, <c>cancelled</c> or <c>lost</c>. Absent while it runs.</summary>
    public string? Outcome { get; set; }

    public string? Error { get; set; }

    public string? Resources { get; set; }

    public decimal Cost { get; set; }
}

/// <summary>A result that is too large for its row, or may not be seen there (table <c>execution_results</c>).</summary>
internal sealed class ExecutionResultRow
{
    public required Guid ExecutionId { get; init; }

    public required byte[] Content { get; init; }

    public bool Sealed { get; init; }

    public required string ContentType { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Hex.</summary>
    public required string Sha256 { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>The three tables.</summary>
internal sealed class ExecutionRowsMapping :
    IEntityTypeConfiguration<ExecutionEventRow>,
    IEntityTypeConfiguration<ExecutionAttemptRow>,
    IEntityTypeConfiguration<ExecutionResultRow>
{
    public void Configure(EntityTypeBuilder<ExecutionEventRow> builder)
    {
        builder.ToTable("execution_events").HasKey(row => new { row.ExecutionId, row.Sequence });
        builder.HasOne<Execution>().WithMany().HasForeignKey(row => row.ExecutionId);
        builder.Property(row => row.Payload).HasColumnType("json");
        Persistence.SnakeCase.UseSnakeCaseColumns(builder);
        builder.Property(row => row.Sequence).ValueGeneratedNever();
    }

    public void Configure(EntityTypeBuilder<ExecutionAttemptRow> builder)
    {
        builder.ToTable("execution_attempts").HasKey(row => new { row.ExecutionId, row.Attempt });
        builder.HasOne<Execution>().WithMany().HasForeignKey(row => row.ExecutionId);
        builder.Property(row => row.Error).HasColumnType("json");
        builder.Property(row => row.Resources).HasColumnType("json");
        Persistence.SnakeCase.UseSnakeCaseColumns(builder);
    }

    public void Configure(EntityTypeBuilder<ExecutionResultRow> builder)
    {
        builder.ToTable("execution_results").HasKey(row => row.ExecutionId);
        builder.HasOne<Execution>().WithMany().HasForeignKey(row => row.ExecutionId);
        builder.Property(row => row.ExecutionId).ValueGeneratedNever();
        Persistence.SnakeCase.UseSnakeCaseColumns(builder);
    }
}
