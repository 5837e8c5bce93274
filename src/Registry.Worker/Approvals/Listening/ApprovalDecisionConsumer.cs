using System.Text.Json;
using Capns.Access;
using Capns.Access.Messages;
using Capns.Contracts.Executions;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Approvals.Deciding;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Persistence.Transactions;
using MassTransit;

namespace Capns.Registry.Worker.Approvals.Listening;

/// <summary>Takes decisions by <c>tool.approval.decided</c> (platform spec 3.10, 3.23).</summary>
/// <remarks>Delivered twice, the second is answered as the first was and changes nothing.</remarks>
internal sealed class ApprovalDecisionConsumer(
    RegistryTransactions transactions, ICallerReader callers, IAccessControl access, ApprovalDesk desk, ExecutionVoice voice)
    : IConsumer<InboundEvent>
{
    /// <summary>With it a service account decides for people; without it the broker's word is not enough.</summary>
    private const string ActAs = "act-as";

    public async Task Consume(ConsumeContext<InboundEvent> context)
    {
        var inbound = context.Message;
        var order = DecisionReader.FromMessage(inbound.Payload, out var approverId, out var errors);
        var key = order is null ? Guid.CreateVersion7() : await ApprovalDesk.KeyOfAsync(transactions, order, context.CancellationToken);
        await transactions.RunAsync(
            key,
            transaction => order is null
                ? RefuseAsync(transaction, inbound, DecisionReader.Refusal(errors), null)
                : HandleAsync(transaction, inbound, order with { RequestId = inbound.CorrelationId }, approverId!),
            context.CancellationToken);
    }

    private async Task HandleAsync(RegistryTransaction transaction, InboundEvent inbound, DecisionOrder order, string approverId)
    {
        var reading = await callers.ReadAsync(inbound, transaction.Db, transaction.CancellationToken);
        var (approver, refusal, message) = await ApproverAsync(transaction, inbound, reading, approverId);
        var answer = refusal is null
            ? await desk.DecideAsync(transaction, approver, order)
            : desk.Refuse(transaction, approver, order, refusal, message);
        if (answer.Recorded)
        {
            voice.Reply(transaction, inbound.ReplyTo, answer.Reply(), ContextOf(inbound));
        }
        else
        {
            await RefuseAsync(transaction, inbound, Errors.Of(answer.Refusal, answer.Message), answer.Approval?.ExecutionId
                ?? order.ExecutionId);
        }
    }

    /// <summary>Who has proved to be the approver, or why nobody has (platform spec 3.10).</summary>
    private async Task<(Caller Approver, ErrorCode? Refusal, string Message)> ApproverAsync(
        RegistryTransaction transaction, InboundEvent inbound, CallerReading reading, string approverId)
    {
        if (reading.Caller is not { IsKnown: true } caller)
        {
            return (Unknown(inbound), ErrorCodes.Unauthenticated, reading.Refusal
                ?? "A decision needs a token, or a broker login with permission act-as.");
        }

        var mayAct = caller.Kind == CallerKind.Service && await MayActAsync(transaction, caller);
        if (!mayAct && caller.ActingService is null && !HasToken(inbound))
        {
            return (caller, ErrorCodes.InsufficientPermissions,
                $"{caller.Id} is known by its broker login alone; a decision needs a token, or permission act-as.");
        }

        return caller.Id == approverId ? (caller, null, string.Empty)
            : mayAct ? (ActingFor(caller, approverId), null, string.Empty)
            : (caller, ErrorCodes.InsufficientPermissions, $"approverId must be the authenticated identity, {caller.Id}.");
    }

    // Whom a service names decides with the rights of any user, its grants and its listings: a service cannot lend its own roles.
    private static Caller ActingFor(Caller service, string approverId) => new()
    {
        Kind = CallerKind.User,
        Id = approverId,
        Roles = ["user"],
        Scopes = service.Scopes,
        ExpiresAt = service.ExpiresAt,
        ActingService = service.Id,
    };

    private static bool HasToken(InboundEvent inbound) => inbound.BearerToken is not null
        || (inbound.Payload.TryGetProperty("auth", out var auth) && auth.ValueKind == JsonValueKind.Object
            && auth.TryGetProperty("token", out var token) && token.ValueKind == JsonValueKind.String && token.GetString()!.Length > 0);

    private async ValueTask<bool> MayActAsync(RegistryTransaction transaction, Caller caller)
    {
        var question = new AccessQuestion { Action = ActAs };
        return (await access.DecideAsync(caller, question, transaction.Db, transaction.CancellationToken)).Effect == AccessEffect.Allowed;
    }

    private static Caller Unknown(InboundEvent inbound) => new() { Kind = CallerKind.Anonymous, Id = inbound.AmqpUser ?? inbound.Source };

    private Task RefuseAsync(RegistryTransaction transaction, InboundEvent inbound, ErrorDetail error, Guid? executionId)
    {
        voice.Refuse(transaction, inbound.ReplyTo, error, inbound.EventName, executionId, ContextOf(inbound));
        return Task.CompletedTask;
    }

    private static OutboundContext ContextOf(InboundEvent inbound) =>
        new() { CorrelationId = inbound.CorrelationId, TraceParent = inbound.TraceParent, TraceState = inbound.TraceState };
}
