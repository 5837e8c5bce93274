using System.Text.Json;
using Capns.Contracts.Executions;

namespace Capns.Runner.Worker.Runs.Output;

/// <summary>What a tool's output amounts to once it has ended.</summary>
internal sealed record ToolReport
{
    /// <summary>The last <c>result</c> line's value, else the log text of stdout, parsed as JSON if possible. Absent when too large.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>True when the tool gave <see cref="Result"/> by a <c>result</c> line.</summary>
    public bool ResultIsExplicit { get; init; }

    /// <summary>True when the result is larger than <c>RESULT_MAX_BYTES</c>.</summary>
    public bool ResultIsTooLarge { get; init; }

    /// <summary>Of the <c>result</c> line, at most 64 KiB.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>The last <c>error</c> line.</summary>
    public ToolError? Error { get; init; }

    /// <summary>The last line of stderr that is not blank, at most 1 KiB.</summary>
    public string? LastStderrLine { get; init; }
}

/// <summary>A control line <c>error</c>.</summary>
/// <param name="Type"><c>execution</c>, <c>timeout</c>, <c>quota</c>, <c>dependency</c> or <c>validation</c>.</param>
/// <param name="Message">For people, at most 8 KiB.</param>
/// <param name="Details">Any JSON up to 64 KiB; left out beyond.</param>
internal sealed record ToolError(ErrorType Type, string Message, JsonElement? Details);
