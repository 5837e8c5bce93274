using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Persistence.Transactions;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Requests;

/// <summary>Takes requests for executions: recognises repeats, asks the gates, starts the saga; all in one transaction.</summary>
/// <remarks>Delivered twice, the second delivery is answered with the state of the first's execution and starts nothing.</remarks>
internal sealed class ExecutionRequestConsumer(
    RegistryTransactions transactions, IAdmission admission, ExecutionPipe pipe, ExecutionVoice voice, StateReply states, ExecutionMetrics metrics)
    : IConsumer<InboundEvent>
{
    public async Task Consume(ConsumeContext<InboundEvent> context)
    {
        var inbound = context.Message;
        var key = RequestKey.Of(inbound);
        // Chosen before the first try: an execution that a try has stored, although its commit was not confirmed, is known by it.
        var id = ChosenId(inbound.Payload) ?? Guid.CreateVersion7();
        await transactions.RunAsync(id, transaction => HandleAsync(transaction, inbound, key, id), context.CancellationToken);
    }

    private static Guid? ChosenId(JsonElement payload) =>
        payload.TryGetProperty("executionId", out var value) && value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var id) ? id : null;

    private async Task HandleAsync(RegistryTransaction transaction, InboundEvent inbound, RequestKey key, Guid id)
    {
        if (IsDryRun(inbound.Payload))
        {
            voice.Reply(transaction, inbound.ReplyTo, GateReports.Of(await AdmitAsync(transaction, inbound)), ContextOf(inbound));
            return;
        }

        if (await RequestLedger.ClaimAsync(transaction, key, id) is { } seen)
        {
            // Written by an earlier try of this very delivery, whose commit was not confirmed.
            if (!transaction.MayBeDone || seen.ExecutionId != id)
            {
                await RepeatAsync(transaction, inbound, key, seen);
            }

            return;
        }

        if (await transaction.Db.Set<Execution>().AnyAsync(execution => execution.CorrelationId == id, transaction.CancellationToken))
        {
            Refuse(transaction, inbound, ErrorCodes.InvalidRequest, $"executionId {id} is used by another request.", null);
            await transaction.Db.Set<IdempotencyKey>()
                .Where(row => row.Scope == key.Scope && row.Key == key.Key)
                .ExecuteDeleteAsync(transaction.CancellationToken);
            return;
        }

        await StartAsync(transaction, inbound, id);
    }

    private async Task StartAsync(RegistryTransaction transaction, InboundEvent inbound, Guid id)
    {
        var outcome = await AdmitAsync(transaction, inbound);
        if (outcome.Plan is { } plan)
        {
            await pipe.SendAsync(new ExecutionAdmitted(id, outcome, plan, inbound, transaction), transaction.CancellationToken);
        }
        else
        {
            var refusal = outcome.Refusal ?? Errors.Of(ErrorCodes.InternalError, "Admission gave neither a plan nor a reason.");
            await pipe.SendAsync(new ExecutionRefused(id, outcome, refusal, outcome.RefusedState, inbound, transaction), transaction.CancellationToken);
        }
    }

    private async Task RepeatAsync(RegistryTransaction transaction, InboundEvent inbound, RequestKey key, IdempotencyKey seen)
    {
        transaction.AfterCommit(() => metrics.Duplicate(inbound.EventName));
        if (seen.PayloadHash != key.PayloadHash)
        {
            Refuse(
                transaction, inbound, ErrorCodes.IdempotencyKeyReused,
                "Another request of this source has the same idempotencyKey or requestId.", seen.ExecutionId);
            return;
        }

        await states.AnswerAsync(transaction, inbound, seen.ExecutionId);
    }

    private Task<AdmissionOutcome> AdmitAsync(RegistryTransaction transaction, InboundEvent inbound) =>
        admission.AdmitAsync(inbound, transaction.Db, transaction.CancellationToken);

    private void Refuse(RegistryTransaction transaction, InboundEvent inbound, ErrorCode code, string message, Guid? executionId) =>
        voice.Refuse(transaction, inbound.ReplyTo, Errors.Of(code, message), inbound.EventName, executionId, ContextOf(inbound));

    private static bool IsDryRun(JsonElement payload) => payload.TryGetProperty("dryRun", out var value) && value.ValueKind == JsonValueKind.True;

    private static OutboundContext ContextOf(InboundEvent inbound) =>
        new() { CorrelationId = inbound.CorrelationId, TraceParent = inbound.TraceParent, TraceState = inbound.TraceState };
}
