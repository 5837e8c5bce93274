namespace Capns.Messaging.Outbound;

/// <summary>Sends finished messages with confirms and the mandatory flag (platform spec 3.3, rule 6). Thread-safe; many may be in flight.</summary>
/// <remarks>
/// A message that no queue takes is counted and logged, not an error. When the connection is lost the message is sent again over a
/// new one, with the same id, so a receiver may see it twice.
/// </remarks>
public interface IMessagePublisher
{
    /// <summary>Returns when the broker has confirmed the message.</summary>
    /// <exception cref="MessageNotConfirmedException">No confirm within 30 s; the message may or may not have arrived.</exception>
    Task PublishAsync(OutboundMessage message, CancellationToken cancellationToken = default);

    /// <summary>Sends all in their order without waiting in between. Never throws for a message: says which were confirmed.</summary>
    Task<PublishReport> PublishAsync(IReadOnlyList<OutboundMessage> messages, CancellationToken cancellationToken = default);
}

/// <summary>What became of a batch.</summary>
/// <param name="Confirmed">Ids of the messages the broker has.</param>
/// <param name="Unconfirmed">Ids of the messages that must be sent again.</param>
/// <param name="Failure">Why the first of the unconfirmed failed. Absent when all are confirmed.</param>
public sealed record PublishReport(IReadOnlyList<Guid> Confirmed, IReadOnlyList<Guid> Unconfirmed, Exception? Failure);

/// <summary>The broker has not confirmed a message in time. It may or may not have arrived: send it again with the same id.</summary>
public sealed class MessageNotConfirmedException(string message, Exception? reason) : Exception(message, reason);
