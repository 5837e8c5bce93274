using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Runner.Worker.Runs.Output;

namespace Capns.Runner.Worker.Runs.Progress;

/// <summary>A progress event before it has a sequence and a time.</summary>
internal sealed record ProgressDraft
{
    /// <summary>Bytes of JSON the content of an event may have, so that the whole payload stays within 64 KiB (platform spec 3.12).</summary>
    public const int ContentBytes = 50 * 1024;

    public required ProgressKind Kind { get; init; }

    public double? Progress { get; init; }

    public string? CurrentStep { get; init; }

    public string? Message { get; init; }

    public LogLine? Log { get; init; }

    public JsonElement? PartialResult { get; init; }

    public bool Truncated { get; init; }

    /// <summary>A draft of one event, merged with nothing.</summary>
    public static ProgressDraft Of(ToolEvent happened) => happened switch
    {
        ToolProgressed told => new ProgressDraft
        {
            Kind = ProgressKind.Progress,
            Progress = told.Progress,
            CurrentStep = told.CurrentStep,
            Message = told.Message,
        },
        ToolLogged told => new ProgressDraft
        {
            Kind = ProgressKind.Log,
            Log = new LogLine { Stream = told.Stream, Line = told.Line },
            Truncated = told.Cut,
        },
        ToolGavePart told => ToolJson.Size(told.Value) <= ContentBytes
            ? new ProgressDraft { Kind = ProgressKind.Partial, PartialResult = told.Value }
            : new ProgressDraft { Kind = ProgressKind.Partial, Truncated = true },
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "Unknown event of a tool."),
    };
}
