using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Capns.Registry.Worker.Persistence.Transactions;

/// <summary>A message whose effect is committed; a second delivery of it changes nothing (table <c>inbox</c>).</summary>
internal sealed class InboxEntry
{
    /// <summary>Name of the primary key: a violation of it means "seen before".</summary>
    public const string PrimaryKey = "inbox_pkey";

    /// <summary>Chosen by the sender, unique for ever.</summary>
    public required Guid MessageId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }
}

/// <summary>Table <c>inbox</c>.</summary>
internal sealed class InboxMapping : IEntityTypeConfiguration<InboxEntry>
{
    public void Configure(EntityTypeBuilder<InboxEntry> builder)
    {
        builder.ToTable("inbox").HasKey(entry => entry.MessageId);
        builder.Property(entry => entry.MessageId).ValueGeneratedNever();
        builder.UseSnakeCaseColumns();
    }
}
