using System.Text.Json;
using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Hosting.Secrets;
using Capns.Messaging.Inbound;
using Capns.Messaging.Replies;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Persistence.Transactions;
using MassTransit;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>Stores requests, and hears that an execution shall end.</summary>
internal sealed partial class ExecutionSteps
{
    /// <summary>Stores an admitted request and hands it over, or lets it wait for its time or its turn.</summary>
    public async Task AdmitAsync(BehaviorContext<Execution, ExecutionAdmitted> context)
    {
        var (execution, transaction, admitted) = (context.Saga, TransactionOf(context), context.Message);
        Store(execution, admitted.Outcome, admitted.Request, transaction.Now);
        StorePlan(execution, admitted.Plan);
        ledger.Accepted(transaction, execution);
        Enqueue(execution, transaction.Now);
        AnswerAccepted(transaction, execution, ExecutionState.Queued);
        if (execution.NotBefore > transaction.Now)
        {
            WaitUntil(transaction, execution, execution.NotBefore.Value);
        }
        else
        {
            await HandOverInTurnAsync(transaction, execution);
        }
    }

    private void AnswerAccepted(RegistryTransaction transaction, Execution execution, ExecutionState state)
    {
        if (execution.ReplyOnAccepted)
        {
            voice.Answer(transaction, execution, new ToolExecutionAccepted
            {
                ExecutionId = execution.CorrelationId,
                State = state,
                ApprovalId = execution.ApprovalId,
                EstimatedDuration = execution.Plan.EstimatedDuration,
                Cap = execution.Cap,
                MatchedCap = execution.MatchedCap,
                Provider = execution.Provider,
            });
        }
    }

    /// <summary>Stores a refused request, and says so to everybody.</summary>
    public void Refuse(BehaviorContext<Execution, ExecutionRefused> context)
    {
        var (execution, transaction, refused) = (context.Saga, TransactionOf(context), context.Message);
        Store(execution, refused.Outcome, refused.Request, transaction.Now);
        Close(transaction, execution);
        TellFailure(transaction, execution, refused.State, new ResourceUsage(), refused.Error);
    }

    /// <summary>Remembers who wants the end, and why. The first word stays; every asker gets an answer.</summary>
    public static void NoteCancel(BehaviorContext<Execution, CancelRequested> context)
    {
        var (execution, asked) = (context.Saga, context.Message);
        if (execution.CancelRequestedAt is null)
        {
            execution.CancelRequestedAt = TransactionOf(context).Now;
            execution.CancelledBy = asked.By;
            execution.CancelReason = asked.Reason;
        }

        execution.CancelForce |= asked.Force;
        if (asked.ReplyTo is { } target)
        {
            var targets = execution.CancelReplies is { } json ? JsonSerializer.Deserialize<List<ReplyTarget>>(json, WireJson.Options)! : [];
            execution.CancelReplies = JsonSerializer.Serialize(targets.Append(target).Distinct(), WireJson.Options);
        }
    }

    /// <summary>Signals the runner; the end is told when the work has stopped.</summary>
    public void AskToStop(BehaviorContext<Execution, CancelRequested> context)
    {
        context.Saga.DueAt = Timing.ExecutionDeadlines.Running(context.Saga);
        voice.Stop(TransactionOf(context), context.Saga, context.Saga.CancelForce);
    }

    /// <summary>Ends by request: at once where nothing runs, else when the work has stopped.</summary>
    public void Cancel<T>(BehaviorContext<Execution, T> context)
        where T : class
    {
        var (execution, transaction, previous) = (context.Saga, TransactionOf(context), context.Saga.State());
        if (previous == ExecutionState.Running)
        {
            EndAttempt(transaction, execution, context.Message as RunEnded, "cancelled", null);
        }

        // A job in a runner queue is dropped by a runner that hears this; one that starts it all the same is told again.
        if (DecisionOf(context).StopRunner || (execution.HandedOverAt is not null && previous == ExecutionState.Queued))
        {
            voice.Stop(transaction, execution, force: true);
        }

        Close(transaction, execution);
        var told = CancelledEvent.Of(execution, previous, ResourcesOf(context.Message), transaction.Now);
        voice.Tell(transaction, execution, told, ExecutionStatus.Cancelled, ExecutionState.Cancelled);
        if (!execution.ReplyOnAccepted)
        {
            voice.AnswerFailure(transaction, execution, told, Errors.Cancelled(execution.CancelReason));
        }

        voice.AnswerCancels(transaction, execution, told);
        transaction.AfterCommit(() => metrics.Ended(execution, ExecutionState.Cancelled, null));
    }

    /// <summary>Nobody can end what has ended.</summary>
    public void AnswerTooLate(BehaviorContext<Execution, CancelRequested> context) => voice.Refuse(
        TransactionOf(context),
        context.Message.ReplyTo,
        ExecutionVoice.TooLate(context.Saga, context.Saga.State()),
        Messaging.Topology.EventNames.ExecutionCancelRequested,
        context.Saga.CorrelationId,
        ExecutionVoice.ContextOf(context.Message.Cause));

    /// <summary>A runner works on what has ended otherwise. Not when the report merely came after the end of the same attempt.</summary>
    public void StopLateRunner<T>(BehaviorContext<Execution, T> context)
        where T : class
    {
        var dispatch = context.Message switch { RunStarted report => report.Dispatch, RunLeaseRenewed report => report.Dispatch, _ => 0 };
        var sameAttempt = context.Saga.Resources is not null && dispatch == context.Saga.Dispatch;
        if (!sameAttempt)
        {
            voice.Stop(TransactionOf(context), context.Saga, force: true);
        }
    }

    /// <summary>Makes progress events durable that the runner has published already.</summary>
    public async Task RecordAsync(BehaviorContext<Execution, RunEventsRecorded> context)
    {
        var (execution, transaction) = (context.Saga, TransactionOf(context));
        await EventLog.AppendAsync(transaction, execution.CorrelationId, context.Message.Events);
        ledger.Recorded(transaction, execution, context.Message.Events);
        if (execution.State() == ExecutionState.Running && Reports.IsCurrent(execution, context.Message.Dispatch))
        {
            execution.LastSequence = Math.Max(execution.LastSequence, context.Message.LastSequence);
        }
    }

    private static void Store(Execution execution, AdmissionOutcome outcome, InboundEvent inbound, DateTimeOffset now)
    {
        var (request, identity) = (outcome.Request, outcome.Identity);
        execution.CreatedAt = now;
        execution.ToolId = outcome.ToolId;
        execution.ToolRef = outcome.ToolRef;
        execution.ToolName = identity.ToolName;
        execution.ToolVersion = identity.ToolVersion;
        execution.SecurityLevel = identity.SecurityLevel;
        execution.Cap = identity.Cap;
        execution.MatchedCap = identity.MatchedCap;
        execution.Provider = identity.Provider;
        execution.Parameters = outcome.StoredParameters?.GetRawText();
        execution.CallerKind = CallerKinds.Word(outcome.Caller.Kind);
        execution.CallerId = outcome.Caller.IsKnown ? outcome.Caller.Id : null;
        execution.ActAsBy = outcome.Caller.ActingService;
        execution.AgentId = identity.AgentId;
        execution.UserId = identity.UserId;
        execution.RequestedBy = identity.RequestedBy;
        execution.DiscussionId = identity.DiscussionId;
        execution.ConversationId = identity.ConversationId;
        execution.OperationId = identity.OperationId;
        execution.SessionId = identity.SessionId;
        execution.ProjectId = identity.ProjectId;
        execution.WorkflowRunId = identity.WorkflowRunId;
        execution.StepId = identity.StepId;
        execution.RequestId = identity.RequestId;
        execution.Source = Storable(inbound.Source)!;
        execution.CorrelationText = Storable(identity.CorrelationId ?? inbound.CorrelationId);
        execution.TraceParent = Storable(identity.TraceParent ?? inbound.TraceParent);
        execution.TraceState = Storable(identity.TraceState ?? inbound.TraceState);
        execution.Reply = inbound.ReplyTo is null ? null : JsonSerializer.Serialize(inbound.ReplyTo, WireJson.Options);
        execution.ReplyOnAccepted = request.ReplyOn == "accepted";
        execution.Context = Kept(outcome, request.Context);
        execution.Reasoning = Kept(outcome, request.Reasoning);
        execution.ShareResults = request.ShareResults ?? false;
        execution.NotifyParticipants = request.NotifyParticipants;
        execution.Operation = request.Operation;
        execution.Format = request.Format;
        execution.NotBefore = request.NotBefore;
        execution.ExpiresAt = request.ExpiresAt;
    }

    // Envelopes are not checked at the gates; PostgreSQL takes no U+0000 in text.
    private static string? Storable(string? text) => text?.Replace("\0", string.Empty, StringComparison.Ordinal);

    // What the caller wrote down beside the parameters may repeat a secret of theirs.
    private static string? Kept(AdmissionOutcome outcome, JsonElement? value) =>
        value is { } given ? outcome.Redactor.RedactValues(given).GetRawText() : null;

    private void StorePlan(Execution execution, RunPlan plan)
    {
        execution.SealedParameters = SealedParameters.Seal(sealer, execution.CorrelationId, plan.Parameters, plan.SecretPaths);
        var stored = plan with { Parameters = SealedParameters.Blank(plan.Parameters, plan.SecretPaths) };
        execution.PlanJson = JsonSerializer.Serialize(stored, WireJson.Options);
        execution.ParametersHash = plan.ParametersHash;
        execution.Priority = JsonNamingPolicy.KebabCaseLower.ConvertName(plan.Priority.ToString());
        execution.Pool = plan.Pool;
        execution.CallerId ??= plan.RateLimit.Caller;
        execution.MaxAttempts = plan.Retry.MaxAttempts;
        execution.TimeoutMs = plan.Limits.TimeoutMs;
        execution.EstimatedCost = plan.EstimatedCost;
    }
}
