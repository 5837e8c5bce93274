using System.Text.Json;
using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Executions.Instances;
using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Streams;

namespace Capns.Registry.Worker.Executions.Events;

/// <summary>All that an execution says: events, replies, commands and signals, each through the outbox of one transaction.</summary>
internal sealed class ExecutionVoice(OutboundDocuments documents, ReplyMessages replies, IExecutionStream stream, ExecutionLedger ledger)
{
    /// <summary>Publishes an event, appends it to the event log, and shows it in the stream after the commit.</summary>
    /// <typeparam name="T">Record of the event.</typeparam>
    public void Tell<T>(RegistryTransaction transaction, Execution execution, T payload, ExecutionStatus status, ExecutionState state, ProgressKind? kind = null)
        where T : class
    {
        var row = Say(transaction, execution, payload, Word(status), ContextOf(execution), ExecutionStates.Final.Contains(state));
        row.State = Word(state);
        row.Kind = kind is { } known ? Word(known) : null;
        ledger.Told(transaction, execution, row.Type, state);
    }

    /// <summary>The same for an event of the execution's approval; its status is the approval's.</summary>
    /// <typeparam name="T">Record of the event.</typeparam>
    public void TellApproval<T>(RegistryTransaction transaction, Execution execution, Guid approvalId, T payload, ApprovalStatus status, ExecutionState state)
        where T : class
    {
        // What ends with it is told by an event of its own, right after.
        var row = Say(transaction, execution, payload, Word(status), ContextOf(execution) with { Subject = approvalId.ToString() }, final: false);
        row.State = Word(state);
    }

    private ExecutionEventRow Say<T>(RegistryTransaction transaction, Execution execution, T payload, string status, OutboundContext context, bool final)
        where T : class
    {
        var type = OutboundDocuments.NameOf(typeof(T));
        var data = JsonSerializer.SerializeToElement(payload, WireJson.Options);
        var message = documents.Create(type, data, type, type, context);
        transaction.Send(message, KeyOf(execution));
        var row = new ExecutionEventRow
        {
            ExecutionId = execution.CorrelationId,
            Sequence = execution.LastSequence,
            Type = type,
            Status = status,
            State = string.Empty,
            Payload = data.GetRawText(),
            CreatedAt = transaction.Now,
        };
        transaction.Db.Add(row);
        ledger.Said(transaction, execution, type, data);
        var (id, discussion) = (execution.CorrelationId, execution.DiscussionId);
        transaction.AfterCommit(() => stream.Append(id, discussion, message.Body, final));
        return row;
    }

    /// <summary>Hands the next attempt to its pool's queue.</summary>
    public void Order(RegistryTransaction transaction, Execution execution, RunTool command) =>
        transaction.Send(documents.ToQueue(QueueNames.Runner(command.Pool, command.Priority), command, ContextOf(execution)), KeyOf(execution));

    /// <summary>Tells every runner to stop this execution, whichever has it.</summary>
    public void Stop(RegistryTransaction transaction, Execution execution, bool force) => transaction.Send(
        documents.Event(new ControlSignal { Kind = ControlKind.Cancel, ExecutionId = execution.CorrelationId, Force = force }, ContextOf(execution)),
        KeyOf(execution));

    /// <summary>Answers the request that started the execution, if it asked for an answer.</summary>
    public void Answer<T>(RegistryTransaction transaction, Execution execution, T payload)
        where T : class
    {
        if (TargetOf(execution) is { } target && !WakesInstance(transaction, execution, target))
        {
            transaction.Send(replies.Success(target, payload, ContextOf(execution)), KeyOf(execution));
        }
    }

    /// <summary>The same for an ending that is not the good one.</summary>
    public void AnswerFailure<T>(RegistryTransaction transaction, Execution execution, T payload, ErrorDetail error)
        where T : class
    {
        if (TargetOf(execution) is { } target && !WakesInstance(transaction, execution, target))
        {
            transaction.Send(replies.Refusal(target, payload, error, execution.CorrelationId, ContextOf(execution)), KeyOf(execution));
        }
    }

    /// <summary>Answers everybody who asked for the execution's end.</summary>
    public void AnswerCancels(RegistryTransaction transaction, Execution execution, ToolExecutionCancelled payload)
    {
        foreach (var target in CancelTargets(execution))
        {
            transaction.Send(replies.Success(target, payload, ContextOf(execution)), KeyOf(execution));
        }
    }

    /// <summary>The same, when it ended otherwise before it could be cancelled.</summary>
    public void AnswerCancelsTooLate(RegistryTransaction transaction, Execution execution, ExecutionState state)
    {
        foreach (var target in CancelTargets(execution))
        {
            Refuse(transaction, target, TooLate(execution, state), EventNames.ExecutionCancelRequested, execution.CorrelationId, ContextOf(execution));
        }
    }

    /// <summary>Refuses a request that starts or changes nothing.</summary>
    public void Refuse(
        RegistryTransaction transaction, ReplyTarget? target, ErrorDetail error, string request, Guid? executionId, OutboundContext context, string? requestId = null)
    {
        if (target is null)
        {
            return;
        }

        var refusal = new ToolRequestRefused { Request = request, RequestId = requestId, ExecutionId = executionId, Error = error };
        transaction.Send(replies.Refusal(target, refusal, error, executionId, context), executionId?.ToString() ?? target.RoutingKey);
    }

    /// <summary>Replies with any record.</summary>
    public void Reply<T>(RegistryTransaction transaction, ReplyTarget? target, T payload, OutboundContext context)
        where T : class
    {
        if (target is not null)
        {
            transaction.Send(replies.Success(target, payload, context), target.RoutingKey);
        }
    }

    /// <summary>Why a cancel comes too late.</summary>
    public static ErrorDetail TooLate(Execution execution, ExecutionState state) =>
        Errors.Of(ErrorCodes.AlreadyFinished, $"Execution {execution.CorrelationId} has ended as {Word(state)}.", new { state = Word(state) });

    /// <summary>Correlation and trace of everything that follows from a request.</summary>
    public static OutboundContext ContextOf(Execution execution) => new()
    {
        CorrelationId = execution.CorrelationText,
        TraceParent = execution.TraceParent,
        TraceState = execution.TraceState,
        Subject = execution.CorrelationId.ToString(),
    };

    /// <summary>The cause's own.</summary>
    public static OutboundContext ContextOf(OutboundCause cause) =>
        new() { CorrelationId = cause.CorrelationId, TraceParent = cause.TraceParent, TraceState = cause.TraceState };

    /// <summary>An HTTP request that waits needs no payload: it reads the row.</summary>
    private bool WakesInstance(RegistryTransaction transaction, Execution execution, ReplyTarget target)
    {
        if (!InstanceName.IsEndTarget(target))
        {
            return false;
        }

        var signal = new ControlSignal { Kind = ControlKind.Ended, ExecutionId = execution.CorrelationId };
        transaction.Send(documents.ToQueue(target.RoutingKey, signal, ContextOf(execution)), KeyOf(execution));
        return true;
    }

    private static string KeyOf(Execution execution) => execution.CorrelationId.ToString();

    private static ReplyTarget? TargetOf(Execution execution) =>
        execution.Reply is { } json ? JsonSerializer.Deserialize<ReplyTarget>(json, WireJson.Options) : null;

    private static List<ReplyTarget> CancelTargets(Execution execution) =>
        execution.CancelReplies is { } json ? JsonSerializer.Deserialize<List<ReplyTarget>>(json, WireJson.Options)! : [];

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
