using Capns.Access;
using Capns.Access.Messages;
using Capns.Access.Rules;
using Capns.Contracts.Executions;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>Gates 2 and 6 of platform spec 5.4: who asks, and whether that is allowed. Thread-safe.</summary>
internal sealed class AccessGates(ICallerReader callers, IAccessControl access, TimeProvider time)
{
    /// <summary>Gate 2.</summary>
    /// <param name="known">Over HTTP; absent: the message says who.</param>
    /// <param name="inbound">The message.</param>
    /// <param name="request">Whom it names.</param>
    /// <param name="db">For look-ups.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    public async ValueTask<IdentityAnswer> IdentifyAsync(
        Caller? known, InboundEvent inbound, ToolExecutionRequest request, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var reading = known is null ? await callers.ReadAsync(inbound, db, cancellationToken) : new CallerReading(known, null);
        if (reading.Caller is not { } caller)
        {
            return new IdentityAnswer(Callers.Nobody, ErrorCodes.Unauthenticated, reading.Refusal);
        }

        if (!caller.IsKnown && request.AgentId is null && request.UserId is null && request.RequestedBy is null)
        {
            return new IdentityAnswer(
                caller, ErrorCodes.InvalidRequest,
                "One of agentId, userId and requestedBy is required, because the caller has no login; none is given.");
        }

        var (settled, refusal) = await NamedCaller.SettleAsync(
            caller, request.UserId, request.AgentId, question => access.DecideAsync(caller, question, db, cancellationToken));
        return new IdentityAnswer(settled, refusal is null ? null : ErrorCodes.InsufficientPermissions, refusal);
    }

    /// <summary>Gate 6: every permission that the tool and the operation demand.</summary>
    /// <returns>Denied by the first that is missing; else with the approval that any of them needs, and all limits.</returns>
    public async ValueTask<AccessDecision> CheckAsync(Caller caller, RunDemand demand, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var row = demand.Tool;
        var facts = new ToolFacts(row.Id, row.Slug, demand.Level, row.Category, row.Tags, row.Owner);
        AccessDecision? all = null;
        foreach (var permission in demand.Permissions)
        {
            var question = new AccessQuestion { Action = permission, Tool = facts, AgentId = demand.AgentId, ProjectId = demand.ProjectId };
            var decision = await access.DecideAsync(caller, question, db, cancellationToken);
            if (decision.Effect == AccessEffect.Denied)
            {
                return decision;
            }

            all = all is null ? decision : Both(all, decision);
        }

        return await OverCostAsync(caller, demand, all!.Limits, db, cancellationToken) is { } over
            ? new AccessDecision { Effect = AccessEffect.Denied, Reason = over }
            : all;
    }

    private static AccessDecision Both(AccessDecision one, AccessDecision other)
    {
        var (stricter, more) = other.Effect < one.Effect ? (other, one) : (one, other);
        return stricter with { Limits = Narrowest(stricter.Limits, more.Limits) };
    }

    private static GrantLimits? Narrowest(GrantLimits? one, GrantLimits? other) => one is null || other is null ? one ?? other : new GrantLimits(
        Least(one.MaxCallsPerHour, other.MaxCallsPerHour), Least(one.MaxCostPerHour, other.MaxCostPerHour));

    private static T? Least<T>(T? one, T? other)
        where T : struct, IComparable<T> => one is not { } a ? other : other is not { } b ? one : a.CompareTo(b) <= 0 ? a : b;

    /// <summary>What the caller's runs of the tool have cost, or are expected to, in the hour before.</summary>
    private async ValueTask<string?> OverCostAsync(
        Caller caller, RunDemand demand, GrantLimits? limits, RegistryDbContext db, CancellationToken cancellationToken)
    {
        if (limits?.MaxCostPerHour is not { } most)
        {
            return null;
        }

        var (kind, since) = (CallerKinds.Word(caller.Kind), time.GetUtcNow() - TimeSpan.FromHours(1));
        var (tool, itself) = (demand.Tool.Id, demand.ExecutionId);
        var spent = await db.Set<Execution>()
            .Where(row => row.CallerId == caller.Id && row.CallerKind == kind && row.ToolId == tool && row.CreatedAt > since)
            .Where(row => row.PlanJson != null && row.CorrelationId != itself)
            .SumAsync(row => row.CompletedAt == null && row.EstimatedCost > row.Cost ? row.EstimatedCost ?? 0 : row.Cost, cancellationToken);
        return spent < most ? null : FormattableString.Invariant($"The grant for this tool gives {most} an hour; {spent} are spent.");
    }
}

/// <summary>Who the caller is, or why the request is refused.</summary>
internal readonly record struct IdentityAnswer(Caller Caller, ErrorCode? Code, string? Refusal);
