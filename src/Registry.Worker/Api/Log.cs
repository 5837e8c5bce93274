namespace Capns.Registry.Worker.Api;

/// <summary>Log lines of the HTTP surface; ids 3400 to 3449.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 3400, Level = LogLevel.Error, Message = "{Method} {Path} failed, request {RequestId}")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path, string requestId);
}
