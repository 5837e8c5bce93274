using System.Diagnostics;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Access.Rules;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access.Rules;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Access.Administration;

/// <summary>Changes rules and keys: row and audit line in one transaction, known to this instance at once. Thread-safe.</summary>
internal sealed class AccessChanges(RegistryTransactions transactions, IAuditTrail audit, AccessState state, AccessControl access)
{
    /// <summary>Changes are done one after the other in one instance; between instances the rows decide.</summary>
    private static readonly Guid Key = new("0f6b8d02-7a3e-4b41-a1d4-3a3f0a0f9c77");

    /// <summary>Runs a change that answers with a problem, or with null when it is done.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="action">For the audit log, e.g. <c>policy.update</c>.</param>
    /// <param name="objectKind">For the audit log.</param>
    /// <param name="objectId">For the audit log.</param>
    /// <param name="details">For the audit log; holds no secrets.</param>
    /// <param name="change">May be called several times, each time in a new transaction.</param>
    /// <param name="isDone">
    /// Tells a try whose commit was not confirmed from one that was not committed. Absent: repeating it does no harm.
    /// </param>
    public async Task<ProblemResult?> RunAsync(
        HttpContext context, string action, string objectKind, string objectId, JsonObject? details,
        Func<RegistryTransaction, Task<ProblemResult?>> change,
        Func<RegistryTransaction, Task<bool>>? isDone = null)
    {
        ProblemResult? problem = null;
        await transactions.RunAsync(
            Key,
            async transaction =>
            {
                if (transaction.MayBeDone && isDone is not null && await isDone(transaction))
                {
                    problem = null;
                    return;
                }

                problem = await change(transaction);
                if (problem is null)
                {
                    audit.Append(transaction, Entry(context, action, objectKind, objectId, details));
                }
            },
            context.RequestAborted);
        if (problem is null)
        {
            await TakeOverAsync(context.RequestAborted);
        }

        return problem;
    }

    /// <summary>Nobody gives away what they do not have themselves, among what makes an administrator.</summary>
    /// <param name="caller">Who gives.</param>
    /// <param name="permissions">What is given.</param>
    /// <param name="roles">What is given too.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    public async Task<ProblemResult?> MayGiveAsync(
        Caller caller, IEnumerable<string> permissions, IEnumerable<string> roles, CancellationToken cancellationToken)
    {
        var all = permissions.Concat(roles.SelectMany(RolePermissions.Of)).Distinct(StringComparer.Ordinal)
            .Where(PermissionNames.IsGivenByHoldersOnly);
        foreach (var permission in all)
        {
            var decision = await access.DecideAsync(caller, new AccessQuestion { Action = permission }, cancellationToken);
            if (decision.Effect != AccessEffect.Allowed)
            {
                return new ProblemResult(
                    ErrorCodes.InsufficientPermissions, $"Permission {permission} can be given only by those who have it.");
            }
        }

        return null;
    }

    /// <summary>Whether the caller has a permission that is about no tool.</summary>
    public async Task<bool> HasAsync(Caller caller, string permission, CancellationToken cancellationToken) =>
        (await access.DecideAsync(caller, new AccessQuestion { Action = permission }, cancellationToken)).Effect == AccessEffect.Allowed;

    private static AuditEntry Entry(HttpContext context, string action, string objectKind, string objectId, JsonObject? details) => new()
    {
        Actor = context.Caller(),
        Action = action,
        ObjectKind = objectKind,
        ObjectId = objectId,
        Ip = context.Connection.RemoteIpAddress?.ToString(),
        RequestId = context.TraceIdentifier,
        TraceId = Activity.Current?.TraceId.ToString(),
        Details = (JsonObject?)details?.DeepClone(),
    };

    private async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        try
        {
            await state.RefreshAsync(cancellationToken);
        }
        catch (Exception exception) when (DatabaseFaults.Of(exception) == DatabaseFault.Outage)
        {
            // It is committed; nobody is answered by the old rules for longer than AccessState.MaxAge.
        }
    }
}
