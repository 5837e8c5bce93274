using System.Text.Json;
using Capns.Access;
using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;
using Capns.Messaging.Inbound;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Approvals.Deciding;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Reading;
using MassTransit;

namespace Capns.Registry.Worker.Approvals.Listening;

/// <summary>
/// Takes the decisions of the security gateway (platform spec 3.23): they count when the broker says that it is the gateway.
/// </summary>
/// <remarks>
/// Its word is one decision: approved counts as one approval, not approved rejects. A workflow that was cancelled there ends the execution
/// as cancelled, one that expired there as expired. Delivered twice, the second changes nothing.
/// </remarks>
internal sealed class GatewayConsumer(
    RegistryTransactions transactions, ApprovalDesk desk, ExecutionPipe pipe, IAuditTrail audit, ApprovalOptions options,
        ILogger<GatewayConsumer> logger)
    : IConsumer<InboundEvent>
{
    public async Task Consume(ConsumeContext<InboundEvent> context)
    {
        var inbound = context.Message;
        if (options.GatewayUser is null)
        {
            Log.GatewayIgnored(logger, inbound.EventName, "APPROVAL_GATEWAY_USER is empty");
            return;
        }

        var order = Read(inbound, out var approved, out var problem);
        await transactions.RunAsync(
            order?.ExecutionId ?? Guid.CreateVersion7(),
            transaction => HandleAsync(transaction, inbound, order, approved, problem),
            context.CancellationToken);
    }

    private async Task HandleAsync(RegistryTransaction transaction, InboundEvent inbound, DecisionOrder? order, bool? approved,
        string? problem)
    {
        var caller = new Caller { Kind = CallerKind.Service, Id = inbound.AmqpUser ?? inbound.Source };
        if (inbound.AmqpUser != options.GatewayUser)
        {
            Refuse(transaction, inbound, caller, order, ErrorCodes.InsufficientPermissions,
                "it does not come from the gateway's broker login");
            return;
        }

        if (order is null)
        {
            Refuse(transaction, inbound, caller, order, ErrorCodes.InvalidParameters, problem!);
            return;
        }

        switch (inbound.EventName)
        {
            case EventNames.GatewayCompleted:
                order = order with { Decision = approved == true ? ApprovalDecision.Approve : ApprovalDecision.Reject };
                await desk.DecideAsync(transaction, caller, order, isGateway: true);
                break;
            case EventNames.GatewayExpired:
                await desk.ExpireAsync(transaction, caller, order);
                break;
            default:
                await CancelAsync(transaction, inbound, caller, order);
                break;
        }
    }

    // Only what waits for people: a run that others have approved meanwhile goes on.
    private async Task CancelAsync(RegistryTransaction transaction, InboundEvent inbound, Caller caller, DecisionOrder order)
    {
        if (await desk.IsPendingAsync(transaction, order))
        {
            var cause = new OutboundCause(inbound.CorrelationId, inbound.TraceParent, inbound.TraceState);
            var cancel = new CancelRequested(order.ExecutionId!.Value, caller.Id, order.Feedback, Force: false, ReplyTo: null, cause,
                transaction);
            await pipe.SendAsync(cancel, transaction.CancellationToken);
        }
    }

    private void Refuse(RegistryTransaction transaction, InboundEvent inbound, Caller caller, DecisionOrder? order, ErrorCode code,
        string reason)
    {
        Log.GatewayIgnored(logger, inbound.EventName, reason);
        audit.Append(transaction, new AuditEntry
        {
            Actor = caller,
            Action = ApprovalAudit.Decide,
            ObjectKind = "approval",
            Outcome = AuditOutcome.Denied,
            Code = code.Code,
            RequestId = inbound.CorrelationId,
            Details = ApprovalAudit.Named(order?.ExecutionId ?? Guid.Empty),
        });
    }

    private static DecisionOrder? Read(InboundEvent inbound, out bool? approved, out string? problem)
    {
        var errors = new List<FieldError>();
        approved = null;
        if (StorableJson.Check(inbound.Payload) is { } unstorable)
        {
            problem = unstorable.Message;
            return null;
        }

        var fields = new JsonFields(inbound.Payload, "", errors);
        var id = fields.Uuid("operationId");
        fields.Require("operationId", "the id of the execution");
        if (inbound.EventName == EventNames.GatewayCompleted)
        {
            approved = fields.Flag("approved");
            fields.Require("approved", "true or false");
        }

        var reason = fields.Any("reason") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        problem = errors.FirstOrDefault()?.Message;
        return errors.Count > 0 ? null : new DecisionOrder
        {
            ExecutionId = id,
            Decision = ApprovalDecision.Unknown,
            Feedback = reason is null ? null : Preview.Cut(reason, 500),
            Via = "gateway",
            RequestId = inbound.CorrelationId,
        };
    }
}
