using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Approvals.Deciding;

/// <summary>
/// Takes decisions, by whichever way they come: locks the execution, judges, records, moves it on; all in the caller's transaction.
/// </summary>
/// <remarks>
/// Two decisions at the same moment, on whichever instances, follow each other at the lock of the execution's row. A decision that comes
/// twice is recorded once. Refused ones are audited too.
/// </remarks>
internal sealed class ApprovalDesk(IAccessControl access, ExecutionPipe pipe, IAuditTrail audit)
{
    private readonly ExecutionLoader _loader = new();

    /// <summary>
    /// What a decision is about, so that work on it is done one after the other: the execution, whether it is there or not.
    /// </summary>
    public static async Task<Guid> KeyOfAsync(RegistryTransactions transactions, DecisionOrder order, CancellationToken cancellationToken)
    {
        var found = order.ExecutionId;
        if (found is null)
        {
            await transactions.RunAsync(
                Guid.CreateVersion7(),
                async transaction => found = await ExecutionOfAsync(transaction, order.ApprovalId, null),
                cancellationToken);
        }

        return found ?? Guid.CreateVersion7();
    }

    private static Task<Guid?> ExecutionOfAsync(RegistryTransaction transaction, Guid? approvalId, Guid? executionId) =>
        transaction.Db.Set<Approval>().AsNoTracking()
            .Where(row => (approvalId == null || row.Id == approvalId) && (executionId == null || row.ExecutionId == executionId))
            .Where(row => approvalId != null || executionId != null)
            .Select(row => (Guid?)row.ExecutionId)
            .FirstOrDefaultAsync(transaction.CancellationToken);

    /// <summary>Takes one decision.</summary>
    /// <param name="transaction">The caller commits it, also when the decision is refused.</param>
    /// <param name="caller">Proved.</param>
    /// <param name="order">What is decided.</param>
    /// <param name="isGateway">True: the configured security gateway, which asks people of its own.</param>
    public async Task<DecisionAnswer> DecideAsync(RegistryTransaction transaction, Caller caller, DecisionOrder order,
        bool isGateway = false)
    {
        if (await FindAsync(transaction, order) is not var (execution, approval))
        {
            return Note(transaction, caller, order, await NothingToDecideAsync(transaction, order));
        }

        var decisions = await transaction.Db.Set<ApprovalDecisionRow>()
            .Where(row => row.ApprovalId == approval.Id).OrderBy(row => row.DecidedAt).ToListAsync(transaction.CancellationToken);
        // Free text of people: what looks like a credential does not belong there.
        var given = new GivenDecision(
            caller.Id, order.Decision, [.. order.Conditions.Select(text => Redactor.Patterns.Redact(text))],
            order.Feedback is { } feedback ? Redactor.Patterns.Redact(feedback) : null);
        var judgement = DecisionRule.Judge(
            ApprovalTerms.Of(approval),
            [.. decisions.Select(row => new GivenDecision(row.ApproverId, row.Decision, row.Conditions, row.Feedback))],
            await ApproverAsync(transaction, caller, approval, isGateway),
            given,
            order.ParametersHash,
            transaction.Now);
        if (judgement.Refusal is { } refusal)
        {
            return Note(transaction, caller, order, DecisionAnswer.Refused(refusal, judgement.Message, approval));
        }

        if (!judgement.Repeated)
        {
            Record(transaction, approval, decisions, given, order.Via);
            audit.Append(transaction, Entry(caller, order, approval) with { Details = Details(order, given, judgement) });
            await MoveOnAsync(transaction, execution, approval, decisions, judgement.Status);
        }

        return new DecisionAnswer { Approval = approval, Decisions = decisions };
    }

    /// <summary>A decision that does not count, whatever it is about: nobody has proved who decides.</summary>
    public DecisionAnswer Refuse(RegistryTransaction transaction, Caller caller, DecisionOrder order, ErrorCode code, string message) =>
        Note(transaction, caller, order, DecisionAnswer.Refused(code, message));

    /// <summary>True while people are asked; the execution's row is locked then.</summary>
    public async Task<bool> IsPendingAsync(RegistryTransaction transaction, DecisionOrder order) =>
        await FindAsync(transaction, order) is { Approval.Status: ApprovalStatus.Pending };

    /// <summary>The gateway's people let its time pass.</summary>
    /// <returns>False when nobody waits for them any more.</returns>
    public async Task<bool> ExpireAsync(RegistryTransaction transaction, Caller caller, DecisionOrder order)
    {
        if (await FindAsync(transaction, order) is not var (execution, approval) || approval.Status != ApprovalStatus.Pending)
        {
            return false;
        }

        var settled = new ApprovalSettled(execution.CorrelationId, execution, approval, [], ApprovalStatus.Expired, transaction) { Actor = caller };
        await pipe.SendAsync(settled, transaction.CancellationToken);
        return true;
    }

    private async Task<(Execution Execution, Approval Approval)?> FindAsync(RegistryTransaction transaction, DecisionOrder order)
    {
        if (await ExecutionOfAsync(transaction, order.ApprovalId, order.ExecutionId) is not { } id
            || await _loader.LoadAsync(transaction.Db, id, transaction.CancellationToken) is not { } execution)
        {
            return null;
        }

        // Read after the lock: what another instance decided a moment ago is seen.
        var approval = await transaction.Db.Set<Approval>().SingleAsync(row => row.ExecutionId == id, transaction.CancellationToken);
        return (execution, approval);
    }

    private static async Task<DecisionAnswer> NothingToDecideAsync(RegistryTransaction transaction, DecisionOrder order)
    {
        if (order is { ApprovalId: { } approvalId })
        {
            var of = order.ExecutionId is { } named ? $" of execution {named}" : "";
            return DecisionAnswer.Refused(ErrorCodes.NotFound, $"There is no approval {approvalId}{of}.");
        }

        var execution = await transaction.Db.Set<Execution>().AsNoTracking()
            .FirstOrDefaultAsync(row => row.CorrelationId == order.ExecutionId, transaction.CancellationToken);
        return execution is null
            ? DecisionAnswer.Refused(ErrorCodes.ExecutionNotFound, $"There is no execution {order.ExecutionId}.")
            : DecisionAnswer.Refused(ErrorCodes.ApprovalNotPending, $"Execution {order.ExecutionId} needs no approval.");
    }

    private async Task<Approver> ApproverAsync(RegistryTransaction transaction, Caller caller, Approval approval, bool isGateway)
    {
        var permission = ApprovalLevels.Permission(approval.SecurityLevel);
        var tool = await transaction.Db.Set<Tool>().AsNoTracking().FirstOrDefaultAsync(row => row.Id == approval.ToolId,
            transaction.CancellationToken);
        var question = new AccessQuestion
        {
            Action = permission,
            Tool = tool is null ? null : new ToolFacts(tool.Id, tool.Slug, approval.SecurityLevel, tool.Category, tool.Tags, tool.Owner),
        };
        var decision = isGateway ? null : await access.DecideAsync(caller, question, transaction.Db, transaction.CancellationToken);
        return new Approver
        {
            Id = caller.Id,
            Roles = caller.Roles,
            Agents = caller.Agents,
            ActingService = caller.ActingService,
            // Deciding needs no approval of its own: a policy that wants approvals for a tool is met by them, not barred.
            HoldsPermission = decision is not null and not { Effect: AccessEffect.Denied },
            IsCutByScopes = caller.IsCut(permission),
            IsDenied = decision is { Effect: AccessEffect.Denied, Policy: not null },
            IsGateway = isGateway,
        };
    }

    private static void Record(RegistryTransaction transaction, Approval approval, List<ApprovalDecisionRow> decisions,
        GivenDecision given, string via)
    {
        var row = decisions.Find(known => known.ApproverId == given.ApproverId);
        if (row is null)
        {
            row = new ApprovalDecisionRow
            {
                ApprovalId = approval.Id,
                ApproverId = given.ApproverId,
                Decision = given.Decision,
                Conditions = [],
                Via = via,
                DecidedAt = transaction.Now,
            };
            decisions.Add(row);
            transaction.Db.Add(row);
        }

        row.Decision = given.Decision;
        row.Conditions = [.. given.Conditions];
        row.Feedback = given.Feedback;
        row.Via = via;
        row.DecidedAt = transaction.Now;
    }

    private Task MoveOnAsync(
        RegistryTransaction transaction, Execution execution, Approval approval, IReadOnlyList<ApprovalDecisionRow> decisions,
            ApprovalStatus status) =>
        status == ApprovalStatus.Pending
            ? Task.CompletedTask
            : pipe.SendAsync(new ApprovalSettled(execution.CorrelationId, execution, approval, decisions, status, transaction),
                transaction.CancellationToken);

    private DecisionAnswer Note(RegistryTransaction transaction, Caller caller, DecisionOrder order, DecisionAnswer answer)
    {
        audit.Append(transaction, Entry(caller, order, answer.Approval) with
        {
            Outcome = AuditOutcome.Denied,
            Code = answer.Refusal!.Code,
            Details = Details(order, null, null),
        });
        return answer;
    }

    private static AuditEntry Entry(Caller caller, DecisionOrder order, Approval? approval) => new()
    {
        Actor = caller,
        Action = ApprovalAudit.Decide,
        ObjectKind = "approval",
        ObjectId = (approval?.Id ?? order.ApprovalId)?.ToString(),
        Level = approval?.SecurityLevel,
        Ip = order.Ip,
        RequestId = order.RequestId,
        Details = ApprovalAudit.Named(approval?.ExecutionId ?? order.ExecutionId ?? Guid.Empty),
    };

    private static JsonObject Details(DecisionOrder order, GivenDecision? given, Judgement? judgement)
    {
        var decision = order.Decision == ApprovalDecision.Reject ? "reject" : "approve";
        var details = new JsonObject { ["decision"] = decision, ["via"] = order.Via };
        if (order.ExecutionId is { } execution)
        {
            details["executionId"] = execution.ToString();
        }

        if (given is not null && judgement is not null)
        {
            details["status"] = System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(judgement.Status.ToString());
            details["approvals"] = judgement.Approvals;
            details["conditions"] = ApprovalAudit.Texts(given.Conditions);
            details["feedback"] = given.Feedback;
        }

        return details;
    }
}
