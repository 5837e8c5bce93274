using System.Text.Json;

namespace Capns.Runner.Worker.Runs.Output;

/// <summary>Something a running tool told on its output (platform spec 5.5).</summary>
internal abstract record ToolEvent;

/// <summary>Control line <c>progress</c>.</summary>
/// <param name="Progress">Percent done, 0 to 100. Absent: not said.</param>
/// <param name="CurrentStep">At most 1 KiB of UTF-8.</param>
/// <param name="Message">At most 8 KiB of UTF-8.</param>
internal sealed record ToolProgressed(double? Progress, string? CurrentStep, string? Message) : ToolEvent;

/// <summary>Control line <c>partial</c>.</summary>
/// <param name="Value">Any JSON, at most 32 levels deep.</param>
internal sealed record ToolGavePart(JsonElement Value) : ToolEvent;

/// <summary>A line of stdout or stderr that is no control line.</summary>
/// <param name="Stream"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Line">Without its line end, at most 8 KiB of UTF-8.</param>
/// <param name="Cut">True when the line was longer.</param>
internal sealed record ToolLogged(string Stream, string Line, bool Cut) : ToolEvent;

/// <summary>Takes events as they come. Calls do not overlap; a call must not wait.</summary>
internal interface IToolEvents
{
    /// <summary>Takes one.</summary>
    void Add(ToolEvent happened);
}
