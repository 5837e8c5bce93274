using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Runs.Output;

/// <summary>How an attempt ended, in the words of its report.</summary>
internal sealed record RunEnding
{
    public required RunOutcome Outcome { get; init; }

    public JsonElement? Result { get; init; }

    /// <summary>In place of <see cref="Result"/>: sealed, base64.</summary>
    public string? SealedResult { get; init; }

    public JsonElement? Metadata { get; init; }

    public ErrorDetail? Error { get; init; }

    /// <summary>Stopped by request.</summary>
    public static RunEnding Cancelled { get; } = new() { Outcome = RunOutcome.Cancelled };

    /// <summary>Past its queue deadline.</summary>
    public static RunEnding Expired { get; } = new() { Outcome = RunOutcome.Expired };

    /// <summary>An attempt that failed.</summary>
    public static RunEnding Failed(ErrorCode code, string message, object? details = null) =>
        Failed(code, code.Type, code.Recoverable, message, details is null ? null : JsonSerializer.SerializeToElement(details, WireJson.Options));

    /// <summary>Judges what came out of a sandbox; the sandbox's verdict goes before the tool's own words.</summary>
    public static RunEnding From(SandboxResult result, ToolReport report, RunLimits limits, int resultMaxBytes) => result.Outcome switch
    {
        SandboxOutcome.TimedOut => Failed(
            ErrorCodes.ExecutionTimeout,
            $"The attempt exceeded its time limit of {limits.TimeoutMs} ms.",
            new { limitMs = limits.TimeoutMs }),
        SandboxOutcome.OutOfMemory => Failed(
            ErrorCodes.MemoryExceeded,
            $"The attempt exceeded its memory limit of {limits.MemoryMb} MB.",
            new { limitMb = limits.MemoryMb }),
        SandboxOutcome.OutputTooLarge => Failed(
            ErrorCodes.OutputTooLarge,
            $"The attempt wrote more than its limit of {limits.OutputBytes} bytes of output.",
            new { limitBytes = limits.OutputBytes }),
        _ when report.Error is { } error => Failed(
            ErrorCodes.ExecutionFailed, error.Type, error.Type != ErrorType.Validation, error.Message, error.Details),
        SandboxOutcome.Signaled => Failed(
            ErrorCodes.ExecutionFailed,
            $"The tool was ended by signal {result.Signal}.",
            new { signal = result.Signal, stderr = Shown(report, limits) }),
        SandboxOutcome.Exited when result.ExitCode != 0 => Failed(
            ErrorCodes.ExecutionFailed,
            $"The tool ended with exit code {result.ExitCode}.",
            new { exitCode = result.ExitCode, stderr = Shown(report, limits) }),
        SandboxOutcome.Exited when report.ResultIsTooLarge => Failed(
            ErrorCodes.OutputTooLarge,
            $"The result is larger than the limit of {resultMaxBytes} bytes.",
            new { limitBytes = resultMaxBytes }),
        SandboxOutcome.Exited => new RunEnding { Outcome = RunOutcome.Completed, Result = report.Result, Metadata = report.Metadata },
        SandboxOutcome.Stopped => Cancelled,
        _ => Failed(ErrorCodes.SandboxFailed, "The sandbox did not say how the attempt ended."),
    };

    // Log text of the higher levels may not travel on the bus, so it is not quoted in their errors either (spec 3.13).
    private static string? Shown(ToolReport report, RunLimits limits) =>
        limits.SecurityLevel <= SecurityLevel.Moderate ? report.LastStderrLine : null;

    private static RunEnding Failed(ErrorCode code, ErrorType type, bool recoverable, string message, JsonElement? details) => new()
    {
        Outcome = RunOutcome.Failed,
        Error = new ErrorDetail { Type = type, Code = code.Code, Message = message, Recoverable = recoverable, Details = details },
    };
}
