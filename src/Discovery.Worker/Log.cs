namespace Capns.Discovery.Worker;

/// <summary>Log lines of this worker. Event ids 3000 to 3099.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "Tool {ToolId} ({Slug} {Version}): {Event}")]
    public static partial void CatalogueChanged(ILogger logger, string toolId, string slug, string version, string @event);

    [LoggerMessage(3001, LogLevel.Warning, "{Event} from login {User} is ignored: not one of the platform's")]
    public static partial void CatalogueNotBelieved(ILogger logger, string @event, string user);

    [LoggerMessage(3002, LogLevel.Information, "Discovery request {RequestId} ({Mode}) answered with {Count} tools")]
    public static partial void Answered(ILogger logger, string requestId, string mode, int count);

    [LoggerMessage(3003, LogLevel.Information, "Discovery request of {Source} refused with {Code}: {Reason}")]
    public static partial void Refused(ILogger logger, string source, string code, string reason);

    [LoggerMessage(3004, LogLevel.Debug, "That agent {AgentId} has asked is not remembered, Redis is away: {Reason}")]
    public static partial void NotRemembered(ILogger logger, string agentId, string reason);

    [LoggerMessage(3005, LogLevel.Information, "Command {Command} {CommandId}: {Outcome}")]
    public static partial void CommandDone(ILogger logger, string command, Guid commandId, string outcome);

    [LoggerMessage(3006, LogLevel.Warning, "Command {Command} {CommandId} from login {User} is ignored: not one of the platform's")]
    public static partial void CommandNotBelieved(ILogger logger, string command, Guid commandId, string user);
}
