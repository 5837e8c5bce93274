using Capns.Access;
using Capns.Access.Messages;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Persistence;

namespace Capns.Registry.Worker.Discovery;

/// <summary>For whom a question is: the caller, or whom the caller may name (platform spec 8.4).</summary>
/// <param name="Caller">Whose rights count.</param>
/// <param name="AgentId">Whose history counts, when it is an agent.</param>
/// <param name="UserId">The same for a person or a service.</param>
internal sealed record DiscoveryCaller(Caller Caller, string? AgentId, string? UserId)
{
    /// <summary>403 when the caller names somebody that it is not and may not act for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="agentId">As the request says.</param>
    /// <param name="userId">As the request says.</param>
    /// <param name="access">Knows who may act for others.</param>
    /// <param name="db">For look-ups.</param>
    public static async ValueTask<(DiscoveryCaller? Asker, ProblemResult? Problem)> ReadAsync(
        HttpContext context, string? agentId, string? userId, IAccessControl access, RegistryDbContext db)
    {
        // Who has no agent speaks for itself.
        agentId = agentId == context.Caller().Id ? null : agentId;
        var (caller, refusal) = await NamedCaller.SettleAsync(
            context.Caller(), userId, agentId, question => access.DecideAsync(context.Caller(), question, db, context.RequestAborted));
        if (refusal is not null)
        {
            return (null, new ProblemResult(ErrorCodes.InsufficientPermissions, refusal));
        }

        return agentId is not null || userId is not null ? (new DiscoveryCaller(caller, agentId, userId), null)
            : caller.Kind == CallerKind.Agent ? (new DiscoveryCaller(caller, caller.Id, null), null)
            : (new DiscoveryCaller(caller, null, caller.Id), null);
    }
}
