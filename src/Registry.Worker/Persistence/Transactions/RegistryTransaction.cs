using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Persistence.Outbox;

namespace Capns.Registry.Worker.Persistence.Transactions;

/// <summary>Everything that one message changes, and everything that follows from it: committed together or not at all.</summary>
/// <remarks>Not thread-safe. Made anew for each try, so nothing of a failed try survives.</remarks>
internal sealed class RegistryTransaction(RegistryDbContext db, DateTimeOffset now, TimeSpan outboxLease, CancellationToken cancellationToken)
{
    private readonly List<OutboxRow> _outbox = [];
    private readonly List<Action> _afterCommit = [];
    private readonly List<Action> _atEnd = [];

    public RegistryDbContext Db => db;

    /// <summary>The one instant of this transaction.</summary>
    public DateTimeOffset Now => now;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>True when an earlier try may have been committed although its answer was lost.</summary>
    public bool MayBeDone { get; init; }

    /// <summary>What goes out after the commit, in order.</summary>
    public IReadOnlyList<OutboxRow> Outbox => _outbox;

    /// <summary>Publishes a message once this transaction is committed.</summary>
    /// <param name="message">Finished.</param>
    /// <param name="orderingKey">Messages of one key leave in the order in which they were added.</param>
    public void Send(OutboundMessage message, string orderingKey)
    {
        var row = OutboxRow.From(message, orderingKey, _outbox.Count, now, outboxLease);
        _outbox.Add(row);
        db.Add(row);
    }

    /// <summary>Remembers that a message was handled. When it had been already, the commit fails and nothing of this happens.</summary>
    public void MarkConsumed(Guid messageId) => db.Add(new InboxEntry { MessageId = messageId, ReceivedAt = now });

    /// <summary>Does something that may be lost (metrics, streams) once the commit has succeeded.</summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    /// <summary>Does something once this transaction is over, committed or not; before what waits for the commit.</summary>
    public void AtEnd(Action action) => _atEnd.Add(action);

    /// <summary>Called by <see cref="RegistryTransactions"/> alone.</summary>
    public void RunAtEnd()
    {
        foreach (var action in _atEnd)
        {
            action();
        }
    }

    /// <summary>Called by <see cref="RegistryTransactions"/> alone.</summary>
    public void RunAfterCommit()
    {
        foreach (var action in _afterCommit)
        {
            action();
        }
    }
}
