namespace Capns.Registry.Worker.Persistence.Outbox;

/// <summary>Takes what was committed to the broker without waiting for the sweep.</summary>
internal interface IOutboxHotPath
{
    /// <summary>How long a row written now belongs to this instance alone. Zero while the sweep has to publish everything.</summary>
    TimeSpan Lease { get; }

    /// <summary>Takes over rows of one committed transaction. Waits while it is full; that slows the consumers down, as it should.</summary>
    ValueTask EnqueueAsync(IReadOnlyList<OutboxRow> rows);

    /// <summary>Leaves rows to the sweep at once, where they exist. Never throws for an outage: then their lease runs out.</summary>
    Task ReleaseAsync(IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken);
}
