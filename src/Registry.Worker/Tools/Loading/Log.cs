namespace Capns.Registry.Worker.Tools.Loading;

/// <summary>Log lines of loading tools; ids 3450 to 3499.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 3450, Level = LogLevel.Information, Message = "Tool {Slug} {Version} registered from {File}")]
    public static partial void ToolLoaded(ILogger logger, string slug, string version, string file);

    [LoggerMessage(EventId = 3451, Level = LogLevel.Error, Message = "Definition {File} skipped: at '{Pointer}': {Problem}")]
    public static partial void ToolSkipped(ILogger logger, string file, string pointer, string problem);
}
