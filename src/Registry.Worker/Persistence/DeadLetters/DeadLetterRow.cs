using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Capns.Registry.Worker.Persistence.DeadLetters;

/// <summary>A message that could not be handled, as it came (table <c>dead_letters</c>).</summary>
internal sealed class DeadLetterRow
{
    public required Guid Id { get; init; }

    /// <summary>The queue it came from.</summary>
    public required string Queue { get; init; }

    /// <summary>One of platform spec 3.11, rule 2; <c>handler-failed</c> when the broker gave it up.</summary>
    public required string Reason { get; init; }

    public string? Detail { get; init; }

    /// <summary>As it came; sealed at <see cref="Place"/> when <see cref="Sealed"/>.</summary>
    public required byte[] Body { get; init; }

    /// <summary>JSON of the AMQP properties and headers. The header with the sender's token is sealed like the body, in base64.</summary>
    public required string Properties { get; init; }

    /// <summary>False: kept by a release that did not seal.</summary>
    public bool Sealed { get; init; }

    /// <summary>Where what is sealed belongs.</summary>
    public string Place => $"dead-letter/{Id:D}";

    public required DateTimeOffset FailedAt { get; init; }

    public DateTimeOffset? ReplayedAt { get; init; }

    public DateTimeOffset? DroppedAt { get; init; }
}

/// <summary>Table <c>dead_letters</c>.</summary>
internal sealed class DeadLetterMapping : IEntityTypeConfiguration<DeadLetterRow>
{
    public void Configure(EntityTypeBuilder<DeadLetterRow> builder)
    {
        builder.ToTable("dead_letters").HasKey(row => row.Id);
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.Property(row => row.Properties).HasColumnType("json");
        builder.UseSnakeCaseColumns();
    }
}
