using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Capns.Registry.Worker.Executions.Requests;

/// <summary>A request that was seen, and the execution it started (table <c>idempotency_keys</c>).</summary>
internal sealed class IdempotencyKey
{
    public required string Scope { get; init; }

    public required string Key { get; init; }

    public required string PayloadHash { get; init; }

    public required Guid ExecutionId { get; init; }

    public string? Response { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Table <c>idempotency_keys</c>.</summary>
internal sealed class IdempotencyKeyMapping : IEntityTypeConfiguration<IdempotencyKey>
{
    public void Configure(EntityTypeBuilder<IdempotencyKey> builder)
    {
        builder.ToTable("idempotency_keys").HasKey(key => new { key.Scope, key.Key });
        builder.Property(key => key.Response).HasColumnType("json");
        Persistence.SnakeCase.UseSnakeCaseColumns(builder);
    }
}
