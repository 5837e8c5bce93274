using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Approvals.Asking;
using Capns.Registry.Worker.Executions.Endings;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Executions.HandingOver;
using Capns.Registry.Worker.Executions.Sharing;
using Capns.Registry.Worker.Executions.Timing;
using Capns.Registry.Worker.Persistence.Transactions;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>What the state machine does: this part hands over, begins and waits; the others store requests and end.</summary>
internal sealed partial class ExecutionSteps(
    ExecutionVoice voice,
    ResultKeeper results,
    FairShares shares,
    LeaseWatch leases,
    ApprovalBook approvals,
    HandOverChecks checks,
    ISealer sealer,
    ExecutionMetrics metrics,
    ExecutionLedger ledger,
    IOptions<ExecutionOptions> options)
{
    /// <summary>What the message makes of the execution. Decided once for each message, before the first step.</summary>
    public Decision DecisionOf<T>(BehaviorContext<Execution, T> context)
        where T : class => context.GetOrAddPayload(() => Decide(context.Saga, context.Message, TransactionOf(context).Now));

    /// <summary>From waiting for a time to a runner queue, or into its caller's line.</summary>
    public Task HandOverInTurnAsync<T>(BehaviorContext<Execution, T> context)
        where T : class => HandOverInTurnAsync(TransactionOf(context), context.Saga);

    /// <summary>From its caller's line to a runner queue.</summary>
    public void Release(BehaviorContext<Execution, ExecutionReleased> context) => HandOver(TransactionOf(context), context.Saga);

    /// <summary>The delay before the next attempt is over.</summary>
    public Task QueueAgainAsync<T>(BehaviorContext<Execution, T> context)
        where T : class
    {
        Enqueue(context.Saga, TransactionOf(context).Now);
        return HandOverInTurnAsync(TransactionOf(context), context.Saga);
    }

    /// <summary>An attempt has started: the lease begins, everybody is told.</summary>
    public void Begin(BehaviorContext<Execution, RunStarted> context)
    {
        var report = context.Message;
        Begin(TransactionOf(context), context.Saga, new AttemptStart(report.Attempt, report.RunnerId, report.StartedAt, report.Isolation, report.SandboxId));
    }

    /// <summary>The lease goes on. A runner that missed the cancel is told again.</summary>
    public void Renew(BehaviorContext<Execution, RunLeaseRenewed> context)
    {
        var (execution, transaction) = (context.Saga, TransactionOf(context));
        if (!Reports.IsCurrent(execution, context.Message.Dispatch))
        {
            return;
        }

        execution.LeaseUntil = transaction.Now + ExecutionOptions.Lease;
        // Said to be lost, and lives.
        execution.LostAt = null;
        execution.LastSequence = Math.Max(execution.LastSequence, context.Message.LastSequence);
        execution.DueAt = ExecutionDeadlines.Running(execution);
        if (execution.CancelRequestedAt is not null)
        {
            voice.Stop(transaction, execution, execution.CancelForce);
        }
    }

    /// <summary>A limit is reached: out of the runner queue, due again when its window opens.</summary>
    public void Wait(BehaviorContext<Execution, RunLimited> context)
    {
        var (execution, transaction) = (context.Saga, TransactionOf(context));
        var retryAt = transaction.Now + DecisionOf(context).Delay;
        WaitUntil(transaction, execution, retryAt);
        execution.LastSequence++;
        var progress = ProgressEvent.Of(
            execution, ExecutionState.Queued, ProgressKind.Limited, new ResourceUsage(),
            $"{context.Message.Code}: waits until the window opens.", new ProgressData { RetryAt = retryAt }, transaction.Now);
        voice.Tell(transaction, execution, progress, ExecutionStatus.Progress, ExecutionState.Queued, ProgressKind.Limited);
    }

    /// <summary>The job may be lost; the sweep looks again when a report of its start would have come.</summary>
    public void Recheck(BehaviorContext<Execution, RunLost> context)
    {
        context.Saga.LostAt = TransactionOf(context).Now;
        context.Saga.DueAt = TransactionOf(context).Now + DecisionOf(context).Delay;
    }

    /// <summary>The lease has passed, and the runner's word may still be in the queue.</summary>
    public void LookAgain(BehaviorContext<Execution, ExecutionDue> context) =>
        context.Saga.DueAt = ExecutionDeadlines.RunningAgain(context.Saga, TransactionOf(context).Now + DecisionOf(context).Delay);

    private static RegistryTransaction TransactionOf<T>(BehaviorContext<Execution, T> context)
        where T : class => context.GetPayload<RegistryTransaction>();

    private Decision Decide(Execution execution, object message, DateTimeOffset now) => message switch
    {
        RunStarted report => StartDecisions.Decide(execution, report),
        RunLimited report => StartDecisions.Decide(execution, report),
        RunLost report => LostDecisions.Decide(execution, report),
        RunEnded report => EndDecisions.Decide(execution, ResultSeal.Open(sealer, report), options.Value.ResultMaxBytes, Random.Shared.NextDouble()),
        ExecutionDue => DueDecisions.Decide(execution, now, leases.MayJudge),
        _ => Decision.Nothing,
    };

    /// <summary>Starts a new wait with a deadline of its own.</summary>
    private void Enqueue(Execution execution, DateTimeOffset now)
    {
        execution.QueuedAt = now;
        var deadline = ExecutionDeadlines.Queue(
            now, execution.NotBefore, execution.ExpiresAt, TimeSpan.FromMilliseconds(options.Value.MaxQueueMs));
        execution.QueueDeadline = ExecutionDeadlines.Approved(execution, deadline);
    }

    /// <summary>At most <c>FAIR_SHARE</c> jobs of one caller and pool are out; the others stand in line (platform spec 5.8).</summary>
    private async Task HandOverInTurnAsync(RegistryTransaction transaction, Execution execution)
    {
        // What is handed over again because it may be lost has its place.
        if (execution.HandedOverAt is not null || await shares.TryTakeAsync(transaction, execution.ShareKey))
        {
            HandOver(transaction, execution);
            return;
        }

        execution.WaitingSince = transaction.Now;
        execution.DueAt = execution.QueueDeadline;
        shares.Waits(transaction, execution.ShareKey);
    }

    private void HandOver(RegistryTransaction transaction, Execution execution)
    {
        execution.WaitingSince = null;
        execution.Dispatch++;
        execution.HandedOverAt = transaction.Now;
        execution.LostAt = null;
        execution.LeaseUntil = null;
        execution.RunDeadline = null;
        // The runner drops it at the deadline and says so; the sweep comes a little later, for a runner that is gone.
        execution.DueAt = execution.QueueDeadline + ExecutionOptions.QueueGrace;
        voice.Order(transaction, execution, RunCommand.Of(execution));
    }

    private void WaitUntil(RegistryTransaction transaction, Execution execution, DateTimeOffset time)
    {
        GiveUpPlace(transaction, execution);
        execution.LostAt = null;
        execution.DueAt = execution.QueueDeadline < time ? execution.QueueDeadline : time;
    }

    /// <summary>Not out at the runners any more: the next of its caller may go.</summary>
    private void GiveUpPlace(RegistryTransaction transaction, Execution execution)
    {
        if (execution.HandedOverAt is not null)
        {
            execution.HandedOverAt = null;
            shares.Freed(transaction, execution.ShareKey);
        }
    }

    private void Begin(RegistryTransaction transaction, Execution execution, AttemptStart start)
    {
        execution.Attempt = start.Attempt;
        execution.RunnerId = start.RunnerId;
        execution.StartedAt = start.StartedAt;
        execution.Isolation = start.Isolation;
        execution.Resources = null;
        execution.LastSequence++;
        // Said to be lost before its start was known: the lease is over at once, and the sweep does what follows.
        execution.LeaseUntil = execution.LostAt is null ? transaction.Now + ExecutionOptions.Lease : transaction.Now;
        execution.RunDeadline = transaction.Now + TimeSpan.FromMilliseconds(execution.TimeoutMs ?? 0) + ExecutionOptions.RunGrace;
        execution.DueAt = ExecutionDeadlines.Running(execution);
        transaction.Db.Add(new ExecutionAttemptRow
        {
            ExecutionId = execution.CorrelationId,
            Attempt = start.Attempt,
            RunnerId = start.RunnerId,
            SandboxId = start.SandboxId,
            Driver = start.Isolation,
            StartedAt = start.StartedAt,
        });
        ApprovalBook.Use(transaction, execution, start.StartedAt);
        voice.Tell(transaction, execution, StartedEvent.Of(execution, transaction.Now), ExecutionStatus.Started, ExecutionState.Running);
        transaction.AfterCommit(() => metrics.Started(execution));
    }

    private sealed record AttemptStart(int Attempt, string RunnerId, DateTimeOffset StartedAt, string Isolation, string? SandboxId);
}
