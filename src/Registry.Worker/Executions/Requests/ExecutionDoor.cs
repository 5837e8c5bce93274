using System.Text.Json;
using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Api.Idempotency;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Requests;

/// <summary>The one way in for executions, whether asked for by message or over HTTP: recognises repeats, asks the gates, starts the saga; all in one transaction.</summary>
/// <remarks>Asked twice, the second time finds the first's execution and starts nothing.</remarks>
internal sealed class ExecutionDoor(RegistryTransactions transactions, IAdmission admission, ExecutionPipe pipe, RequestDigests digests)
{
    /// <summary>Handles one request and commits.</summary>
    /// <param name="ask">What is asked, and by whom.</param>
    /// <param name="also">Done in the same transaction, with what became of the request: replies.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<DoorAnswer> EnterAsync(ExecutionAsk ask, Func<RegistryTransaction, DoorAnswer, Task>? also, CancellationToken cancellationToken)
    {
        var key = RequestKey.Of(ask.Inbound, digests);
        // Chosen before the first try: an execution that a try has stored, although its commit was not confirmed, is known by it.
        var id = ChosenId(ask.Inbound.Payload) ?? ask.Id ?? Guid.CreateVersion7();
        var answer = new DoorAnswer(DoorKind.Refused, id);
        await transactions.RunAsync(
            id,
            async transaction =>
            {
                answer = await HandleAsync(transaction, ask, key, id);
                if (also is not null)
                {
                    await also(transaction, answer);
                }
            },
            cancellationToken);
        return answer;
    }

    /// <summary>The id that a request names; absent: the asker's choice.</summary>
    public static Guid? IdOf(ExecutionAsk ask) => ChosenId(ask.Inbound.Payload);

    private static Guid? ChosenId(JsonElement payload) =>
        payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty("executionId", out var value) && value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var id) ? id : null;

    private async Task<DoorAnswer> HandleAsync(RegistryTransaction transaction, ExecutionAsk ask, RequestKey key, Guid id)
    {
        if (IsDryRun(ask.Inbound.Payload))
        {
            return new DoorAnswer(DoorKind.DryRun, id) { Outcome = await AdmitAsync(transaction, ask) };
        }

        if (await RequestLedger.ClaimAsync(transaction, key, id) is { } seen)
        {
            // The same id: written by an earlier try of this very delivery, whose commit was not confirmed.
            return transaction.MayBeDone && seen.ExecutionId == id ? new DoorAnswer(DoorKind.Started, id)
                : seen.PayloadHash == key.PayloadHash ? new DoorAnswer(DoorKind.Repeated, seen.ExecutionId)
                : new DoorAnswer(DoorKind.Refused, seen.ExecutionId)
                {
                    Known = true,
                    Refusal = Errors.Of(ErrorCodes.IdempotencyKeyReused, "Another request of this source has the same idempotencyKey or requestId."),
                };
        }

        if (await transaction.Db.Set<Execution>().AnyAsync(execution => execution.CorrelationId == id, transaction.CancellationToken))
        {
            await ForgetAsync(transaction, key);
            return new DoorAnswer(DoorKind.Refused, id) { Refusal = Errors.Of(ErrorCodes.InvalidRequest, $"executionId {id} is used by another request.") };
        }

        return await StartAsync(transaction, ask, key, id);
    }

    private async Task<DoorAnswer> StartAsync(RegistryTransaction transaction, ExecutionAsk ask, RequestKey key, Guid id)
    {
        var outcome = await AdmitAsync(transaction, ask);
        if (outcome.Plan is { } plan)
        {
            await pipe.SendAsync(new ExecutionAdmitted(id, outcome, plan, ask.Inbound, transaction), transaction.CancellationToken);
            Note(transaction, ask, id);
            return new DoorAnswer(DoorKind.Started, id) { Outcome = outcome };
        }

        var refusal = outcome.Refusal ?? Errors.Of(ErrorCodes.InternalError, "Admission gave neither a plan nor a reason.");
        if (ask.KeepsNothing(refusal))
        {
            await ForgetAsync(transaction, key);
            return new DoorAnswer(DoorKind.Refused, id) { Outcome = outcome, Refusal = refusal };
        }

        await pipe.SendAsync(new ExecutionRefused(id, outcome, refusal, outcome.RefusedState, ask.Inbound, transaction), transaction.CancellationToken);
        Note(transaction, ask, id);
        return new DoorAnswer(DoorKind.Started, id) { Outcome = outcome, Refusal = refusal };
    }

    /// <summary>What only the asker knows; the rest comes from the request itself.</summary>
    private static void Note(RegistryTransaction transaction, ExecutionAsk ask, Guid id)
    {
        if (transaction.Db.Set<Execution>().Local.FirstOrDefault(row => row.CorrelationId == id) is { } execution)
        {
            execution.RetriedFrom = ask.RetriedFrom;
            if (ask.Caller is { IsKnown: true } caller && execution.CallerKind is null)
            {
                execution.CallerKind = CallerKinds.Word(caller.Kind);
                execution.CallerId = caller.Id;
            }
        }
    }

    private static Task<int> ForgetAsync(RegistryTransaction transaction, RequestKey key) => transaction.Db.Set<IdempotencyKey>()
        .Where(row => row.Scope == key.Scope && row.Key == key.Key)
        .ExecuteDeleteAsync(transaction.CancellationToken);

    private Task<AdmissionOutcome> AdmitAsync(RegistryTransaction transaction, ExecutionAsk ask) =>
        ask.Caller is { } caller
            ? admission.AdmitAsync(ask.Inbound, caller, transaction.Db, transaction.CancellationToken)
            : admission.AdmitAsync(ask.Inbound, transaction.Db, transaction.CancellationToken);

    private static bool IsDryRun(JsonElement payload) =>
        payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty("dryRun", out var value) && value.ValueKind == JsonValueKind.True;
}

/// <summary>One request for an execution.</summary>
internal sealed record ExecutionAsk(InboundEvent Inbound)
{
    /// <summary>Who asks, when that is known already; absent: the message says it.</summary>
    public Caller? Caller { get; init; }

    /// <summary>Id of the execution, unless the request names one.</summary>
    public Guid? Id { get; init; }

    /// <summary>The execution that is tried again.</summary>
    public Guid? RetriedFrom { get; init; }

    /// <summary>Over HTTP the caller hears at once: 400, 401, 404 and 429 store nothing (platform spec 5.4).</summary>
    public bool OverHttp { get; init; }

    /// <summary>True when a refusal is answered and forgotten.</summary>
    public bool KeepsNothing(ErrorDetail refusal) =>
        OverHttp && ErrorCodes.All.TryGetValue(refusal.Code, out var code) && code.HttpStatus is 400 or 401 or 404 or 429;
}

/// <summary>What became of a request.</summary>
internal sealed record DoorAnswer(DoorKind Kind, Guid ExecutionId)
{
    /// <summary>What the gates said, when they were asked.</summary>
    public AdmissionOutcome? Outcome { get; init; }

    /// <summary>Why nothing runs. With <see cref="DoorKind.Started"/> the refused execution is stored.</summary>
    public ErrorDetail? Refusal { get; init; }

    /// <summary>True when <see cref="ExecutionId"/> is an execution although this request started none.</summary>
    public bool Known { get; init; }
}

/// <summary>Kinds of <see cref="DoorAnswer"/>.</summary>
internal enum DoorKind
{
    /// <summary>Nothing was stored.</summary>
    Refused = 0,

    /// <summary>An execution was stored: waiting, or refused.</summary>
    Started,

    /// <summary>It was asked before.</summary>
    Repeated,

    /// <summary>Only the gates were asked.</summary>
    DryRun,
}
