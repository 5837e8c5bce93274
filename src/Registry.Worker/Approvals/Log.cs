namespace Capns.Registry.Worker.Approvals;

/// <summary>Log lines of approvals: 3600 to 3619.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 3601, Level = LogLevel.Warning, Message = "A gateway event {Event} does not count: {Reason}")]
    public static partial void GatewayIgnored(ILogger logger, string @event, string reason);
}
