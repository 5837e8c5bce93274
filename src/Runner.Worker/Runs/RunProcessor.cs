using Capns.Contracts.Executions;
using Capns.Runner.Worker.Executors;
using Capns.Runner.Worker.RateLimits;
using Capns.Runner.Worker.Runs.Output;
using Capns.Runner.Worker.Runs.Reports;

namespace Capns.Runner.Worker.Runs;

/// <summary>Takes a delivered command to its acknowledgement (platform spec 3.3 rule 4, 5.4, 5.8).</summary>
internal sealed class RunProcessor(
    RunsInHand runs,
    RunSlots slots,
    IRunPlanner planner,
    IRunClaims claims,
    IRunLimiter limiter,
    IRunReports reports,
    RunAttempt attempt,
    RunnerOptions options,
    TimeProvider time,
    ILogger<RunProcessor> logger)
{
    /// <summary>Processes one delivery; completes when it is acknowledged, or when its channel is gone.</summary>
    public async Task ProcessAsync(IRunDelivery delivery)
    {
        using var span = RunTrace.Start(delivery.Order);
        try
        {
            if (!await SettleRepeatAsync(delivery))
            {
                await HandleAsync(delivery);
            }
        }
        catch (OperationCanceledException)
        {
            // The broker could not be told, so the command is not acknowledged: whoever gets it next reports it as lost.
            RunnerLog.RunAbandoned(logger, delivery.Order.ExecutionId, delivery.Order.Attempt);
        }
    }

    /// <summary>A command this process already has, or had, is not a second one; one that another runner had is never run.</summary>
    private async Task<bool> SettleRepeatAsync(IRunDelivery delivery)
    {
        var order = delivery.Order;
        var key = RunKey.Of(order);
        if (runs.HasEnded(key))
        {
            await delivery.AcknowledgeAsync();
            return true;
        }

        if (runs.Find(key) is { } known && await known.TryAdoptAsync(delivery))
        {
            return true;
        }

        if (!delivery.Redelivered)
        {
            return false;
        }

        const string Reason = "The command was delivered before and may have started.";
        await reports.SendAsync(RunReportFactory.Lost(order, options.RunnerId, 0, Reason), order, delivery.Lost);
        RunnerLog.RunLost(logger, order.ExecutionId, order.Attempt, Reason);
        await delivery.AcknowledgeAsync();
        return true;
    }

    private async Task HandleAsync(IRunDelivery delivery)
    {
        using var run = new RunInHand(delivery, time);
        if (!runs.TryAdd(run))
        {
            // Published twice by an outbox that could not know; the first one is in hand and will be answered.
            await delivery.AcknowledgeAsync();
            return;
        }

        var ended = false;
        try
        {
            ended = await RunAsync(run);
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            RunnerLog.RunBroke(logger, run.Key.ExecutionId, run.Key.Attempt, bug);
            await DropAsync(run, RunEnding.Failed(ErrorCodes.InternalError, "The runner failed; its log says how."));
            ended = true;
        }
        finally
        {
            runs.Remove(run, ended);
        }
    }

    private async Task<bool> RunAsync(RunInHand run)
    {
        using var slot = await TakeSlotAsync(run);
        if (run.DeliveryLost.IsCancellationRequested)
        {
            return false;
        }

        if (run.Cause == StopCause.Shutdown)
        {
            const string Reason = "The runner shut down before the attempt started.";
            await reports.SendAsync(RunReportFactory.Lost(run.Order, options.RunnerId, 0, Reason), run.Order, run.DeliveryLost);
            await run.AcknowledgeAsync();
            return true;
        }

        if (run.Cause != StopCause.None)
        {
            return await DropAsync(run, RunEnding.Cancelled);
        }

        if (slot is null || time.GetUtcNow() >= run.Order.QueueDeadline)
        {
            return await DropAsync(run, RunEnding.Expired);
        }

        if (!planner.TryPrepare(run.Order, out var prepared, out var refusal))
        {
            return await DropAsync(run, refusal);
        }

        if (!await claims.TryClaimAsync(run.Order))
        {
            await run.AcknowledgeAsync();
            return true;
        }

        return await IsLimitedAsync(run) || await attempt.ExecuteAsync(run, prepared, slot);
    }

    /// <returns>Null when the attempt is to be dropped instead.</returns>
    private async Task<IDisposable?> TakeSlotAsync(RunInHand run)
    {
        var left = run.Order.QueueDeadline - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            return null;
        }

        // A timer cannot wait longer than this; nothing waits in a queue for weeks.
        using var deadline = new CancellationTokenSource(left < TimeSpan.FromDays(20) ? left : TimeSpan.FromDays(20), time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, run.Stop, run.DeliveryLost);
        try
        {
            return await slots.TakeAsync(run.Order.Priority, giveUp.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<bool> IsLimitedAsync(RunInHand run)
    {
        var decision = await limiter.TakeAsync(run.Order);
        if (decision.Refusal is not { } refusal)
        {
            return false;
        }

        var report = RunReportFactory.Limited(run.Order, options.RunnerId, refusal.Code, refusal.RetryAfterMs, refusal.Limit);
        await reports.SendAsync(report, run.Order, run.DeliveryLost);
        RunnerMeter.Limited(refusal.Code);
        await run.AcknowledgeAsync();
        return true;
    }

    private async Task<bool> DropAsync(RunInHand run, RunEnding ending)
    {
        var report = RunReportFactory.Dropped(run.Order, options.RunnerId, ending, time.GetUtcNow());
        await reports.SendAsync(report, run.Order, run.DeliveryLost);
        RunnerLog.RunDropped(logger, run.Key.ExecutionId, run.Key.Attempt, ending.Outcome, ending.Error?.Code);
        await run.AcknowledgeAsync();
        return true;
    }
}
