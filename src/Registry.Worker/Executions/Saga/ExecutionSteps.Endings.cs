using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Executions.Endings;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Persistence.Transactions;
using MassTransit;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>Ends attempts and executions.</summary>
internal sealed partial class ExecutionSteps
{
    /// <summary>The good ending.</summary>
    public void Complete(BehaviorContext<Execution, RunEnded> context)
    {
        var (execution, transaction, report) = (context.Saga, TransactionOf(context), context.Message);
        var checkedResult = DecisionOf(context).Result!;
        EndAttempt(transaction, execution, report, "completed", null);
        // Before the books are closed: the result may repeat a secret parameter, and these are gone then.
        var kept = results.Keep(transaction, execution, checkedResult.Json);
        Close(transaction, execution);
        var told = CompletedEvent.Of(
            execution, report.Resources, kept.Told, kept.ToldReference, checkedResult.FitsSchema, report.Metadata, transaction.Now);
        voice.Tell(transaction, execution, told, ExecutionStatus.Completed, ExecutionState.Completed);
        if (!execution.ReplyOnAccepted)
        {
            voice.Answer(transaction, execution, told with { Result = kept.Answered, ResultRef = kept.AnsweredReference });
        }

        voice.AnswerCancelsTooLate(transaction, execution, ExecutionState.Completed);
        transaction.AfterCommit(() => metrics.Ended(execution, ExecutionState.Completed, null));
    }

    /// <summary>An attempt failed and is repeated after a delay.</summary>
    public void Repeat(BehaviorContext<Execution, RunEnded> context)
    {
        var (execution, transaction, decision) = (context.Saga, TransactionOf(context), DecisionOf(context));
        EndAttempt(transaction, execution, context.Message, "failed", decision.Error);
        GiveUpPlace(transaction, execution);
        execution.LeaseUntil = null;
        execution.DueAt = transaction.Now + decision.Delay;
        TellRetry(transaction, execution, ExecutionState.Retrying, context.Message.Resources, decision.Error!, execution.DueAt.Value);
    }

    /// <summary>A runner could not start the attempt; it stays queued and is handed over again later.</summary>
    public void StartLater(BehaviorContext<Execution, RunEnded> context)
    {
        var (execution, transaction, decision) = (context.Saga, TransactionOf(context), DecisionOf(context));
        execution.Attempt = context.Message.Attempt;
        WaitUntil(transaction, execution, transaction.Now + decision.Delay);
        TellRetry(transaction, execution, ExecutionState.Queued, context.Message.Resources, decision.Error!, execution.DueAt!.Value);
    }

    /// <summary>A lost attempt is made again, at once: it keeps its place among its caller's.</summary>
    public void Requeue<T>(BehaviorContext<Execution, T> context)
        where T : class
    {
        var (execution, transaction, error) = (context.Saga, TransactionOf(context), DecisionOf(context).Error!);
        EndAttempt(transaction, execution, context.Message as RunEnded, "lost", error);
        TellRetry(transaction, execution, ExecutionState.Queued, ResourcesOf(context.Message), error, transaction.Now);
        Enqueue(execution, transaction.Now);
        HandOver(transaction, execution);
    }

    /// <summary>Ends with an error after it ran.</summary>
    public void Fail<T>(BehaviorContext<Execution, T> context)
        where T : class => EndBadly(context, ExecutionState.Failed);

    /// <summary>Ends without having run: refused.</summary>
    public void Reject<T>(BehaviorContext<Execution, T> context)
        where T : class => EndBadly(context, ExecutionState.Rejected);

    /// <summary>Ends without having run: waited too long.</summary>
    public void Expire<T>(BehaviorContext<Execution, T> context)
        where T : class => EndBadly(context, ExecutionState.Expired);

    /// <summary>An end that came after the end.</summary>
    public void CountLateEnd(BehaviorContext<Execution, RunEnded> context) => TransactionOf(context).AfterCommit(metrics.LateEnd);

    private void EndBadly<T>(BehaviorContext<Execution, T> context, ExecutionState state)
        where T : class => EndBadly(context, state, DecisionOf(context));

    private void EndBadly<T>(BehaviorContext<Execution, T> context, ExecutionState state, Decision decision)
        where T : class
    {
        var (execution, transaction) = (context.Saga, TransactionOf(context));
        if (execution.State() == ExecutionState.Running || context.Message is RunEnded { StartedAt: not null })
        {
            EndAttempt(transaction, execution, context.Message as RunEnded, context.Message is RunEnded ? "failed" : "lost", decision.Error);
        }

        if (decision.StopRunner)
        {
            voice.Stop(transaction, execution, force: true);
        }

        Close(transaction, execution);
        TellFailure(transaction, execution, state, ResourcesOf(context.Message), decision.Error!);
    }

    private void TellFailure(RegistryTransaction transaction, Execution execution, ExecutionState state, ResourceUsage resources, ErrorDetail error)
    {
        execution.Error = JsonSerializer.Serialize(error, WireJson.Options);
        var told = FailedEvent.Of(execution, state, resources, error, transaction.Now);
        voice.Tell(transaction, execution, told, ExecutionStatus.Failed, state);
        if (!execution.ReplyOnAccepted || execution.PlanJson is null)
        {
            voice.AnswerFailure(transaction, execution, told, error);
        }

        voice.AnswerCancelsTooLate(transaction, execution, state);
        transaction.AfterCommit(() => metrics.Ended(execution, state, error));
    }

    private void TellRetry(
        RegistryTransaction transaction, Execution execution, ExecutionState state, ResourceUsage resources, ErrorDetail error, DateTimeOffset retryAt)
    {
        execution.LastSequence++;
        var data = new ProgressData { RetryAt = retryAt, AttemptError = error, NextAttempt = execution.Attempt + 1 };
        var progress = ProgressEvent.Of(
            execution, state, ProgressKind.Retry, resources, $"Attempt {execution.Attempt} failed and is repeated.", data, transaction.Now);
        voice.Tell(transaction, execution, progress, ExecutionStatus.Progress, state, ProgressKind.Retry);
    }

    /// <summary>Closes the books of one attempt: its row, its cost, its last sequence.</summary>
    private void EndAttempt(RegistryTransaction transaction, Execution execution, RunEnded? report, string outcome, ErrorDetail? error)
    {
        if (report is not null && execution.State() == ExecutionState.Queued)
        {
            Begin(transaction, execution, new AttemptStart(
                report.Attempt, report.RunnerId, report.StartedAt ?? report.EndedAt, report.Isolation ?? "unknown", null));
        }

        var ended = report?.EndedAt ?? transaction.Now;
        var elapsed = report?.Resources.DurationMs ?? Milliseconds.Between(execution.StartedAt, ended);
        var cost = AttemptCost.Of(execution.Plan, elapsed, error?.Code);
        execution.CompletedAt = ended;
        execution.Cost += cost;
        execution.Resources = report is null ? null : JsonSerializer.Serialize(report.Resources, WireJson.Options);
        execution.LastSequence = report is null
            ? execution.LastSequence + ExecutionOptions.LostSequenceJump
            : Math.Max(execution.LastSequence, report.LastSequence);
        AttemptLog.End(transaction.Db, execution, ended, outcome, error, cost);
    }

    /// <summary>Nothing is awaited any more.</summary>
    private void Close(RegistryTransaction transaction, Execution execution)
    {
        GiveUpPlace(transaction, execution);
        approvals.Abandon(transaction, execution);
        execution.SealedParameters = null;
        execution.CompletedAt ??= transaction.Now;
        execution.WaitingSince = null;
        execution.LostAt = null;
        execution.LeaseUntil = null;
        execution.RunDeadline = null;
        execution.DueAt = null;
        execution.LastSequence++;
    }

    private static ResourceUsage ResourcesOf(object message) => (message as RunEnded)?.Resources ?? new ResourceUsage();
}
