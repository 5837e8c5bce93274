namespace Capns.Runner.Worker.Sandboxing;

/// <summary>Log lines of sandboxes: ids 3200 to 3299.</summary>
internal static partial class Log
{
    [LoggerMessage(3200, LogLevel.Warning, "A warm sandbox could not be made")]
    public static partial void WarmFailed(ILogger logger, Exception error);

    [LoggerMessage(3201, LogLevel.Error, "Sandbox {Sandbox} could not be removed")]
    public static partial void DiscardFailed(ILogger logger, Exception error, string sandbox);
}
