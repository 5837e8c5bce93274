using System.Text.Json;
using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Persistence.Transactions;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Cancelling;

/// <summary>Takes requests to end an execution (platform spec 3.19).</summary>
/// <remarks>Delivered twice, the second changes nothing: the first word stays.</remarks>
internal sealed class ExecutionCancelConsumer(
    RegistryTransactions transactions, ExecutionPipe pipe, ExecutionVoice voice, ICallerReader callers, IAccessControl access) : IConsumer<InboundEvent>
{
    private const int MaxReason = 500;
    private const string CancelAny = "execution:cancel:any";

    public async Task Consume(ConsumeContext<InboundEvent> context)
    {
        var inbound = context.Message;
        var request = Read(inbound.Payload, out var error);
        var named = request?.ExecutionId ?? (request?.RequestId is { } requestId ? await FindAsync(inbound, requestId, context.CancellationToken) : null);
        await transactions.RunAsync(
            named ?? Guid.CreateVersion7(),
            transaction => HandleAsync(transaction, inbound, request, error, named),
            context.CancellationToken);
    }

    private async Task HandleAsync(RegistryTransaction transaction, InboundEvent inbound, ToolExecutionCancelRequest? request, ErrorDetail? error, Guid? id)
    {
        if (request is null || error is not null)
        {
            Refuse(transaction, inbound, error!, null, null);
            return;
        }

        var execution = id is null ? null : await transaction.Db.Set<Execution>().AsNoTracking()
            .SingleOrDefaultAsync(row => row.CorrelationId == id, transaction.CancellationToken);
        if (await FindRefusalAsync(transaction, inbound, execution) is { } refusal)
        {
            Refuse(transaction, inbound, refusal, request.ExecutionId, request.RequestId);
            return;
        }

        if (execution is null)
        {
            var asked = request.ExecutionId is { } executionId ? $"executionId {executionId}" : $"requestId {request.RequestId} of source {inbound.Source}";
            Refuse(transaction, inbound, Errors.Of(ErrorCodes.ExecutionNotFound, $"There is no execution with {asked}."), request.ExecutionId, request.RequestId);
            return;
        }

        var cause = new OutboundCause(inbound.CorrelationId, inbound.TraceParent, inbound.TraceState);
        var happening = new CancelRequested(
            execution.CorrelationId, request.RequestedBy ?? inbound.Source, request.Reason, request.Force ?? false, inbound.ReplyTo, cause, transaction);
        await pipe.SendAsync(happening, transaction.CancellationToken);
    }

    /// <summary>One's own, or <c>execution:cancel:any</c>. What nobody proved to have asked for, any service on the bus may end.</summary>
    private async Task<ErrorDetail?> FindRefusalAsync(RegistryTransaction transaction, InboundEvent inbound, Execution? execution)
    {
        var reading = await callers.ReadAsync(inbound, transaction.Db, transaction.CancellationToken);
        if (reading.Caller is not { } caller)
        {
            return Errors.Of(ErrorCodes.Unauthenticated, reading.Refusal!);
        }

        if (execution is null || OwnThings.IsNobodys(execution) || caller.Owns(execution))
        {
            return null;
        }

        var decision = await access.DecideAsync(caller, new AccessQuestion { Action = CancelAny }, transaction.Db, transaction.CancellationToken);
        return decision.Effect == AccessEffect.Allowed ? null : Errors.Of(ErrorCodes.InsufficientPermissions, decision.Reason);
    }

    private void Refuse(RegistryTransaction transaction, InboundEvent inbound, ErrorDetail error, Guid? executionId, string? requestId) =>
        voice.Refuse(
            transaction, inbound.ReplyTo, error, inbound.EventName, executionId,
            new OutboundContext { CorrelationId = inbound.CorrelationId, TraceParent = inbound.TraceParent, TraceState = inbound.TraceState }, requestId);

    /// <summary>The newest execution of a request: a key may be used again after 24 h.</summary>
    private async Task<Guid?> FindAsync(InboundEvent inbound, string requestId, CancellationToken cancellationToken)
    {
        Guid? found = null;
        await transactions.RunAsync(
            Guid.CreateVersion7(),
            async transaction => found = await transaction.Db.Set<Execution>()
                .Where(row => row.Source == inbound.Source && row.RequestId == requestId)
                .OrderByDescending(row => row.CreatedAt)
                .Select(row => (Guid?)row.CorrelationId)
                .FirstOrDefaultAsync(transaction.CancellationToken),
            cancellationToken);
        return found;
    }

    private static ToolExecutionCancelRequest? Read(JsonElement payload, out ErrorDetail? error)
    {
        try
        {
            var request = payload.Deserialize<ToolExecutionCancelRequest>(WireJson.Options)!;
            error = Check(request);
            return error is null ? request : null;
        }
        catch (JsonException exception)
        {
            error = Errors.Of(ErrorCodes.InvalidParameters, $"{exception.Path ?? "$"} cannot be read: {exception.Message}");
            return null;
        }
    }

    private static ErrorDetail? Check(ToolExecutionCancelRequest request)
    {
        if (request.ExecutionId is null && string.IsNullOrEmpty(request.RequestId))
        {
            return Errors.Of(ErrorCodes.InvalidRequest, "One of executionId and requestId is required.");
        }

        if (new[] { request.RequestId, request.RequestedBy, request.Reason }.Any(text => text?.Contains('\0', StringComparison.Ordinal) == true))
        {
            return Errors.Of(ErrorCodes.InvalidParameters, "requestId, requestedBy and reason must not hold the character U+0000.");
        }

        return request.Reason?.Length > MaxReason
            ? Errors.Of(ErrorCodes.InvalidParameters, $"reason has {request.Reason.Length} characters; at most {MaxReason} are allowed.")
            : null;
    }
}
