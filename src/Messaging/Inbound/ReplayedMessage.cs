namespace Capns.Messaging.Inbound;

/// <summary>A message that the platform sends again for whoever published it first: it counts as that one's, never as the platform's own.</summary>
public static class ReplayedMessage
{
    /// <summary>Header with the login of the first publisher, empty when it is not known. Believed only from the platform's logins.</summary>
    public const string Header = "x-capns-replayed-for";

    /// <summary>The login that counts.</summary>
    internal static string? UserOf(InboundDelivery delivery, AmqpHeaders headers, BusSettings settings) =>
        settings.IsPlatformUser(delivery.UserId) && headers.Text(Header) is { } first ? first : delivery.UserId;
}
