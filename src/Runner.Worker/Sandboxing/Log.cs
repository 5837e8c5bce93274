namespace Capns.Runner.Worker.Sandboxing;

/// <summary>Log lines of sandboxes: ids 3200 to 3299.</summary>
internal static partial class Log
{
    [LoggerMessage(3200, LogLevel.Warning, "A warm sandbox could not be made")]
    public static partial void WarmFailed(ILogger logger, Exception error);

    [LoggerMessage(3201, LogLevel.Error, "Sandbox {Sandbox} could not be removed")]
    public static partial void DiscardFailed(ILogger logger, Exception error, string sandbox);

    [LoggerMessage(3202, LogLevel.Warning, "Removed {Sandboxes} sandboxes of driver {Driver} that a runner had left behind")]
    public static partial void Reaped(ILogger logger, int sandboxes, string driver);

    [LoggerMessage(3203, LogLevel.Information, "Sandbox driver {Driver}: {State}")]
    public static partial void Probed(ILogger logger, string driver, string state);
}
