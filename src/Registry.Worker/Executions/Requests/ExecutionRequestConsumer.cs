using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Persistence.Transactions;
using MassTransit;

namespace Capns.Registry.Worker.Executions.Requests;

/// <summary>Takes requests for executions that come as messages, and replies to what starts none.</summary>
/// <remarks>Delivered twice, the second delivery is answered with the state of the first's execution and starts nothing.</remarks>
internal sealed class ExecutionRequestConsumer(ExecutionDoor door, ExecutionVoice voice, StateReply states, ExecutionMetrics metrics) : IConsumer<InboundEvent>
{
    public Task Consume(ConsumeContext<InboundEvent> context)
    {
        var inbound = context.Message;
        return door.EnterAsync(new ExecutionAsk(inbound), (transaction, answer) => ReplyAsync(transaction, inbound, answer), context.CancellationToken);
    }

    private async Task ReplyAsync(RegistryTransaction transaction, InboundEvent inbound, DoorAnswer answer)
    {
        switch (answer.Kind)
        {
            case DoorKind.DryRun:
                voice.Reply(transaction, inbound.ReplyTo, GateReports.Of(answer.Outcome!), ContextOf(inbound));
                break;
            case DoorKind.Repeated:
                transaction.AfterCommit(() => metrics.Duplicate(inbound.EventName));
                await states.AnswerAsync(transaction, inbound, answer.ExecutionId);
                break;
            case DoorKind.Refused:
                if (answer.Known)
                {
                    transaction.AfterCommit(() => metrics.Duplicate(inbound.EventName));
                }

                voice.Refuse(transaction, inbound.ReplyTo, answer.Refusal!, inbound.EventName, answer.Known ? answer.ExecutionId : null, ContextOf(inbound));
                break;
            default:
                // The saga replies when it ends, or has done so.
                break;
        }
    }

    private static OutboundContext ContextOf(InboundEvent inbound) =>
        new() { CorrelationId = inbound.CorrelationId, TraceParent = inbound.TraceParent, TraceState = inbound.TraceState };
}
