namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>Log lines of the container driver: ids 3250 to 3299.</summary>
internal static partial class Log
{
    [LoggerMessage(3250, LogLevel.Warning, "No container could be made to wait for runs; runs start without: {Reason}")]
    public static partial void WarmContainerNotMade(ILogger logger, string reason);

    [LoggerMessage(3251, LogLevel.Warning, "Container {Container} could not be removed; the next start tries again: {Reason}")]
    public static partial void ContainerNotRemoved(ILogger logger, string container, string reason);

    [LoggerMessage(3252, LogLevel.Information, "Removed {Count} containers that runners left behind")]
    public static partial void LeftoversRemoved(ILogger logger, int count);

    [LoggerMessage(3253, LogLevel.Warning,
        "The container engine's control groups cannot be read from here: memory and CPU used are samples of one a second, and 0 for shorter runs")]
    public static partial void UsageSampledOnly(ILogger logger);

    [LoggerMessage(3254, LogLevel.Warning, "Waiting container {Container} could not take a run's limits and was removed: {Reason}")]
    public static partial void WarmContainerNotUsed(ILogger logger, string container, string reason);
}
