using Capns.Access.Rules;

namespace Capns.Access.Messages;

/// <summary>What ids in a request's body mean, given who sent it (platform spec 8.4).</summary>
internal static class NamedCaller
{
    /// <summary>Characters of a foreign id that a refusal repeats.</summary>
    private const int MaxShown = 60;

    /// <summary>
    /// For a login, <c>userId</c> and <c>agentId</c> must be its own. A service that holds <c>act-as</c> becomes whom it names. For
    /// everybody else they are labels.
    /// </summary>
    /// <param name="caller">Who sent it.</param>
    /// <param name="userId">As the body says.</param>
    /// <param name="agentId">As the body says.</param>
    /// <param name="decide">Knows who may act for others.</param>
    /// <returns>Who counts as the caller, or why the request is refused.</returns>
    public static async ValueTask<(Caller Caller, string? Refusal)> SettleAsync(
        Caller caller, string? userId, string? agentId, Func<AccessQuestion, ValueTask<AccessDecision>> decide)
    {
        if ((userId is null && agentId is null) || caller.Kind is CallerKind.Anonymous or CallerKind.Platform)
        {
            return (caller, null);
        }

        // A service that names itself acts for nobody else.
        if (caller.Kind == CallerKind.Service && agentId is null && userId == caller.Id)
        {
            return (caller, null);
        }

        if (caller.Kind == CallerKind.Service
            && await decide(new AccessQuestion { Action = PermissionNames.ActAs }) is { Effect: AccessEffect.Allowed })
        {
            return (ActingFor(caller, userId, agentId), null);
        }

        if (caller.Proof == CallerProof.Broker)
        {
            return (caller, null);
        }

        return userId is not null && !(caller.Kind == CallerKind.User && caller.Id == userId) ? (caller, NotOwn("userId", userId))
            : agentId is not null && !caller.Agents.Contains(agentId) && !(caller.Kind == CallerKind.Agent && caller.Id == agentId)
                ? (caller, NotOwn("agentId", agentId))
            : (caller, null);
    }

    /// <summary>
    /// Whom the service names, with the rights of any user or agent and its grants; scopes of the service's key still cut.
    /// </summary>
    private static Caller ActingFor(Caller service, string? userId, string? agentId) => new()
    {
        Kind = userId is null ? CallerKind.Agent : CallerKind.User,
        Id = userId ?? agentId!,
        Roles = [userId is null ? RolePermissions.Agent : RolePermissions.User],
        Agents = agentId is null ? new HashSet<string>() : new HashSet<string>(StringComparer.Ordinal) { agentId },
        Scopes = service.Scopes,
        KeyId = service.KeyId,
        Proof = service.Proof,
        ExpiresAt = service.ExpiresAt,
        ActingService = service.Id,
        AccountId = service.AccountId,
    };

    private static string NotOwn(string field, string value) =>
        $"{field} must be the login's own, or the login needs permission {PermissionNames.ActAs}; it is {Shown(value)}.";

    private static string Shown(string value)
    {
        var end = value.Length > MaxShown && char.IsHighSurrogate(value[MaxShown - 1]) ? MaxShown - 1 : MaxShown;
        return value.Length <= MaxShown ? $"\"{value}\"" : $"\"{value.AsSpan(0, end)}…\"";
    }
}
