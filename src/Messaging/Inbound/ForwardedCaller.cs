namespace Capns.Messaging.Inbound;

/// <summary>Somebody for whom the platform itself asks by message: the caller of an HTTP request, for one.</summary>
public static class ForwardedCaller
{
    /// <summary>Header with the caller. Believed only from the platform's logins: whoever else sends it is who they prove to be.</summary>
    public const string Header = "x-capns-caller";

    /// <param name="headers">Of the message.</param>
    /// <param name="user">The login that counts as its publisher's.</param>
    /// <param name="settings">Knows the platform's logins.</param>
    internal static string? Of(AmqpHeaders headers, string? user, BusSettings settings) =>
        settings.IsPlatformUser(user) ? headers.Text(Header) : null;
}
