using System.Diagnostics;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Hosting.Secrets;
using Capns.Runner.Worker.Executors;
using Capns.Runner.Worker.RateLimits;
using Capns.Runner.Worker.Runs.Output;
using Capns.Runner.Worker.Runs.Progress;
using Capns.Runner.Worker.Runs.Reports;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Runs;

/// <summary>Runs one attempt: started, progress and lease, ended.</summary>
internal sealed class RunAttempt(
    IRunReports reports,
    IRunLimiter limiter,
    IProgressSink sink,
    RunLease lease,
    RunnerOptions options,
    ISealer sealer,
    TimeProvider time,
    ILogger<RunAttempt> logger)
{
    /// <summary>An ending is sent again and again for this long; the registry has long taken the attempt as lost by then.</summary>
    private static readonly TimeSpan EndingPatience = TimeSpan.FromMinutes(10);

    /// <summary>Bytes of a sealed result as text: with the rest of its report below the 16 MiB that brokers take.</summary>
    private const int MaxSealedText = 15 * 1024 * 1024;

    /// <summary>Runs the attempt to its confirmed and acknowledged end.</summary>
    /// <param name="run">The attempt.</param>
    /// <param name="prepared">Where and what.</param>
    /// <param name="slot">Given back when the sandbox is gone.</param>
    /// <returns>False when it was never started, because the broker could not be told or had the command back already.</returns>
    /// <exception cref="OperationCanceledException">The ending could not be reported.</exception>
    public async Task<bool> ExecuteAsync(RunInHand run, PreparedRun prepared, IDisposable slot)
    {
        var order = run.Order;
        var startedAt = time.GetUtcNow();
        try
        {
            var started = RunReportFactory.Started(order, options.RunnerId, startedAt, prepared.Sandbox.Driver);
            await reports.SendAsync(started, order, run.DeliveryLost);
        }
        catch (OperationCanceledException)
        {
            await limiter.ReleaseAsync(order);
            return false;
        }

        run.MarkStarted();
        RunnerMeter.Started(order);
        await using var progress = new ProgressStream(order, sink, reports, options, time);
        using var ended = new CancellationTokenSource();
        var keeping = lease.KeepAsync(run, progress, ended.Token);
        try
        {
            var output = new ToolOutput(progress, options.ResultMaxBytes, prepared.Redactor);
            var (ending, result) = await RunAsync(run, prepared, output);
            slot.Dispose();
            await progress.CompleteAsync();
            await ReportAsync(run, prepared, ending, result, progress.LastSequence, startedAt);
        }
        finally
        {
            RunnerMeter.Ended(order);
            await ended.CancelAsync();
            await keeping;
        }

        await run.AcknowledgeAsync();
        return true;
    }

    private async Task<(RunEnding Ending, SandboxResult? Result)> RunAsync(RunInHand run, PreparedRun prepared, ToolOutput output)
    {
        try
        {
            var clock = Stopwatch.StartNew();
            var result = await prepared.Sandbox.RunAsync(prepared.Spec, new OutputBytes(output), run.Stop, run.Kill);
            RunnerMeter.SandboxRan(result, clock.Elapsed);
            var report = output.Complete();
            return EndedByItself(run, result, report)
                ? (RunEnding.From(result, report, run.Order.Limits, options.ResultMaxBytes), result)
                : (RunEnding.Cancelled, result);
        }
        catch (SandboxUnavailableException refused)
        {
            return (RunEnding.Failed(ErrorCodes.SandboxUnavailable, refused.Message), null);
        }
        catch (SandboxFailedException broken)
        {
            RunnerLog.SandboxBroke(logger, run.Key.ExecutionId, run.Key.Attempt, prepared.Sandbox.Driver, broken);
            return (RunEnding.Failed(ErrorCodes.SandboxFailed, broken.Message), null);
        }
    }

    // Asked to stop, a program may still have finished: then its result counts. A breach of a limit was there first.
    private static bool EndedByItself(RunInHand run, SandboxResult result, ToolReport report) =>
        run.Cause == StopCause.None
        || result.Outcome is SandboxOutcome.TimedOut or SandboxOutcome.OutOfMemory or SandboxOutcome.OutputTooLarge
        || (result is { Outcome: SandboxOutcome.Exited, ExitCode: 0 } && report.ResultIsExplicit);

    private async Task ReportAsync(
        RunInHand run, PreparedRun prepared, RunEnding ending, SandboxResult? result, int lastSequence, DateTimeOffset startedAt)
    {
        var order = run.Order;
        var release = limiter.ReleaseAsync(order);
        using var giveUp = new CancellationTokenSource(EndingPatience, time);
        if (ending == RunEnding.Cancelled && run.Cause is StopCause.LeaseLost or StopCause.Shutdown)
        {
            var reason = run.Cause == StopCause.Shutdown
                ? "The runner shut down before the attempt ended."
                : "The runner could not renew the lease and stopped the attempt.";
            await reports.SendAsync(RunReportFactory.Lost(order, options.RunnerId, lastSequence, reason), order, giveUp.Token);
        }
        else
        {
            var ended = RunReportFactory.Ended(
                order, options.RunnerId, Sealed(order, ending), lastSequence, startedAt, time.GetUtcNow(), prepared.Sandbox.Driver, result);
            await reports.SendAsync(ended, order, giveUp.Token);
            RunnerLog.RunEnded(
                logger, order.ExecutionId, order.Attempt, ending.Outcome, ended.Error?.Code, prepared.Sandbox.Driver, ended.Resources.DurationMs);
        }

        await release;
    }

    /// <summary>A result that may hold secrets does not travel in the open (platform spec 5.13).</summary>
    private RunEnding Sealed(RunTool order, RunEnding ending)
    {
        if (!order.SealResult || ending.Result is not { } result)
        {
            return ending;
        }

        var text = Convert.ToBase64String(sealer.Seal(JsonSerializer.SerializeToUtf8Bytes(result, WireJson.Options), SealedPlaces.Report(order.ExecutionId)));
        return text.Length <= MaxSealedText
            ? ending with { Result = null, SealedResult = text }
            : RunEnding.Failed(
                ErrorCodes.OutputTooLarge, $"The result is sealed because it may hold secrets, and has {text.Length} bytes then; at most {MaxSealedText} can be reported.");
    }

    private sealed class OutputBytes(ToolOutput output) : ISandboxOutput
    {
        public ValueTask StdoutAsync(ReadOnlyMemory<byte> bytes)
        {
            output.Stdout(bytes.Span);
            return ValueTask.CompletedTask;
        }

        public ValueTask StderrAsync(ReadOnlyMemory<byte> bytes)
        {
            output.Stderr(bytes.Span);
            return ValueTask.CompletedTask;
        }
    }
}
