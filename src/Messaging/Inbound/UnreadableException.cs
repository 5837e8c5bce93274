namespace Capns.Messaging.Inbound;

/// <summary>Carries the reason out of the reader; never leaves <see cref="InboundBody"/> and its deserializer.</summary>
internal sealed class UnreadableException(UnreadableReason reason, string detail) : Exception(detail)
{
    public UnreadableReason Reason { get; } = reason;
}
