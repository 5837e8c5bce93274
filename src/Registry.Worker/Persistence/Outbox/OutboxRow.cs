using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Messaging.Outbound;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Capns.Registry.Worker.Persistence.Outbox;

/// <summary>One message that has been decided on and is not yet known to be at the broker (table <c>outbox</c>).</summary>
internal sealed class OutboxRow
{
    public required Guid Id { get; init; }

    /// <summary>Order of writing: microseconds since 1970 of the transaction, times 100, plus the place within it.</summary>
    /// <remarks>Not a sequence of the database: EF Core inserts the rows of one transaction in the order of their ids, which are partly random.</remarks>
    public required long Seq { get; init; }

    public required string Exchange { get; init; }

    public required string RoutingKey { get; init; }

    /// <summary>Messages with the same key are published in the order of <see cref="Seq"/>.</summary>
    public required string OrderingKey { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>JSON of <see cref="OutboxProperties"/>.</summary>
    public required string Properties { get; init; }

    public int Attempts { get; init; }

    /// <summary>Until then the instance that wrote it publishes it; afterwards any instance's sweep may.</summary>
    public required DateTimeOffset NextAttemptAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The row for a message.</summary>
    public static OutboxRow From(OutboundMessage message, string orderingKey, int place, DateTimeOffset now, TimeSpan lease) => new()
    {
        Id = message.Id,
        Seq = (((now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond) * 100) + place,
        Exchange = message.Exchange,
        RoutingKey = message.RoutingKey,
        OrderingKey = orderingKey,
        Body = message.Body.ToArray(),
        Properties = JsonSerializer.Serialize(OutboxProperties.From(message), WireJson.Options),
        NextAttemptAt = now + lease,
        CreatedAt = now,
    };

    /// <summary>The message again, byte for byte.</summary>
    public OutboundMessage ToMessage()
    {
        var properties = JsonSerializer.Deserialize<OutboxProperties>(Properties, WireJson.Options)!;
        return new OutboundMessage
        {
            Id = Id,
            Exchange = Exchange,
            RoutingKey = RoutingKey,
            Body = Body,
            ContentType = properties.ContentType,
            Type = properties.Type,
            CorrelationId = properties.CorrelationId,
            Timestamp = properties.Timestamp,
            Headers = properties.Headers,
        };
    }
}

/// <summary>What of a message is neither its address nor its body.</summary>
internal sealed record OutboxProperties
{
    public required string ContentType { get; init; }

    public required string Type { get; init; }

    public string? CorrelationId { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static OutboxProperties From(OutboundMessage message) => new()
    {
        ContentType = message.ContentType,
        Type = message.Type,
        CorrelationId = message.CorrelationId,
        Timestamp = message.Timestamp,
        Headers = message.Headers,
    };
}

/// <summary>Table <c>outbox</c>.</summary>
internal sealed class OutboxMapping : IEntityTypeConfiguration<OutboxRow>
{
    public void Configure(EntityTypeBuilder<OutboxRow> builder)
    {
        builder.ToTable("outbox").HasKey(row => row.Id);
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.Property(row => row.Properties).HasColumnType("json");
        builder.UseSnakeCaseColumns();
    }
}
