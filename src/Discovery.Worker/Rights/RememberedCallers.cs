using Capns.Access;
using Capns.Access.Messages;
using Capns.Access.Rules;

namespace Capns.Discovery.Worker.Rights;

/// <summary>What somebody who asked before may run now. Thread-safe.</summary>
/// <remarks>
/// Judged by the rules of today: an account that is gone, a key that was revoked or has ended, and a service that may not act for
/// others any more give nothing. What a token said of its owner counts as long as the caller is remembered: nobody says that it has
/// changed.
/// </remarks>
internal sealed class RememberedCallers(LastRules rules, AnonymousRights anonymous, TimeProvider time)
{
    /// <summary>Rights, or none.</summary>
    /// <param name="caller">As it was when it asked.</param>
    /// <param name="agentId">The agent it asked for.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    /// <returns>No rights: the caller may not be told of tools any more; or, when that is not known, PostgreSQL is away.</returns>
    /// <exception cref="System.Data.Common.DbException">PostgreSQL is away, and there are no rules that still count.</exception>
    public async ValueTask<(bool IsKnown, RightsFilter? Rights)> RightsAsync(Caller caller, string agentId, CancellationToken cancellationToken)
    {
        var (known, isStale) = await rules.NowAsync(cancellationToken);
        var now = time.GetUtcNow();
        try
        {
            return (true, await TodayAsync(caller, known, now, cancellationToken) is { } today && MayRead(today, agentId, known, now)
                ? new RightsFilter(today, agentId, known, now, isStale)
                : null);
        }
        catch (KeyUnknownException)
        {
            return (false, null);
        }
    }

    private static bool MayRead(Caller caller, string agentId, AccessSnapshot known, DateTimeOffset now) => AccessAlgebra
        .Decide(caller, new AccessQuestion { Action = CallerRights.ReadTools, AgentId = agentId }, known, now).Effect == AccessEffect.Allowed;

    private async ValueTask<Caller?> TodayAsync(Caller caller, AccessSnapshot known, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (caller.KeyId is { } key && (await rules.FindKeyAsync(key, cancellationToken))?.IsGood(now) != true)
        {
            return null;
        }

        if (caller.Kind == CallerKind.Anonymous)
        {
            return Callers.Anonymous(anonymous.Permissions);
        }

        if (caller.AccountId is not { } id)
        {
            return caller;
        }

        var account = known.AccountByName(caller.ActingService ?? caller.Id);
        return account?.Id != id ? null
            : caller.ActingService is null
                ? caller with { Roles = account.Roles, Permissions = account.Permissions.ToHashSet(StringComparer.Ordinal) }
            : AccessAlgebra.Holds(account.AsCaller(caller.Proof), PermissionNames.ActAs, known, now) ? caller
            : null;
    }
}
