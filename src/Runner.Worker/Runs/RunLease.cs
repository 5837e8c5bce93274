using Capns.Runner.Worker.RateLimits;
using Capns.Runner.Worker.Runs.Progress;
using Capns.Runner.Worker.Runs.Reports;

namespace Capns.Runner.Worker.Runs;

/// <summary>Keeps an attempt's lease: renews it every 5 s, and stops the attempt when that fails for 25 s (platform spec 5.8).</summary>
internal sealed class RunLease(
    IRunReports reports,
    IRunLimiter limiter,
    RunnerOptions options,
    TimeProvider time,
    ILogger<RunLease> logger)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>Renews until cancelled, or until the lease is lost.</summary>
    /// <param name="run">The attempt; its command is acknowledged early once the lease stands in its place.</param>
    /// <param name="progress">Knows the last sequence.</param>
    /// <param name="ended">Cancelled when the attempt's ending is confirmed.</param>
    public async Task KeepAsync(RunInHand run, ProgressStream progress, CancellationToken ended)
    {
        var startedAt = time.GetTimestamp();
        var renewedAt = startedAt;
        var wait = options.LeaseInterval;
        while (await DelayAsync(Min(wait, options.LeaseGivenUpAfter - time.GetElapsedTime(renewedAt)), ended))
        {
            var sentAt = time.GetTimestamp();
            var left = options.LeaseGivenUpAfter - time.GetElapsedTime(renewedAt);
            if (left <= TimeSpan.Zero)
            {
                RunnerLog.LeaseLost(logger, run.Key.ExecutionId, run.Key.Attempt, (long)options.LeaseGivenUpAfter.TotalMilliseconds);
                run.RequestStop(StopCause.LeaseLost, TimeSpan.Zero);
                return;
            }

            if (await TryRenewAsync(run, progress, Min(options.LeaseInterval, left), ended))
            {
                renewedAt = sentAt;
                wait = options.LeaseInterval;
                if (time.GetElapsedTime(startedAt) >= options.EarlyAcknowledgeAfter)
                {
                    await run.AcknowledgeAsync();
                }
            }
            else
            {
                wait = RetryInterval;
            }
        }
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private async Task<bool> DelayAsync(TimeSpan wait, CancellationToken ended)
    {
        try
        {
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, ended);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> TryRenewAsync(RunInHand run, ProgressStream progress, TimeSpan patience, CancellationToken ended)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ended);
        try
        {
            var report = RunReportFactory.Lease(run.Order, options.RunnerId, progress.LastSequence);
            await reports.SendAsync(report, run.Order, giveUp.Token);
            await limiter.RenewAsync(run.Order);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
