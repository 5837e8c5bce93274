namespace Capns.Registry.Worker.Executions.Events;

/// <summary>Durations as they travel.</summary>
internal static class Milliseconds
{
    /// <summary>Whole milliseconds between two instants; 0 when one is absent or the clocks of two machines disagree.</summary>
    public static int Between(DateTimeOffset? start, DateTimeOffset? end) =>
        start is { } from && end is { } to ? (int)Math.Clamp((to - from).TotalMilliseconds, 0, int.MaxValue) : 0;
}
