using Capns.Access;
using Capns.Access.Keys;
using Capns.Access.Rules;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Access.Administration;

/// <summary>Which API keys are not made.</summary>
internal static class ApiKeyRules
{
    /// <summary>Most keys of one owner that are neither over nor revoked.</summary>
    public const int MaxKeys = 100;

    /// <summary>A key may do no more than who makes it: not by its scopes, not by its end, not by its owner.</summary>
    public static async Task<ProblemResult?> FindRefusalAsync(
        Caller caller, ApiKeyBody body, AccessChanges changes, AccessState state, CancellationToken cancellationToken)
    {
        if (body.Scopes.FirstOrDefault(caller.IsCut) is { } wider)
        {
            return new ProblemResult(ErrorCodes.InsufficientPermissions, $"Scope {wider} is not among the scopes of the login.");
        }

        if (caller.Scopes is not null && caller.ExpiresAt is { } end && body.ExpiresAt > end)
        {
            return AccessBody.Invalid(
                "expiresAt", "maximum", $"must not lie after the end of the login, {end:O}; it is {body.ExpiresAt:O}");
        }

        if (body.OwnerKind == caller.Kind && body.OwnerId == caller.Id)
        {
            return null;
        }

        if (!await changes.HasAsync(caller, PermissionNames.WriteAnyKey, cancellationToken))
        {
            return new ProblemResult(ErrorCodes.InsufficientPermissions, $"Keys of others need permission {PermissionNames.WriteAnyKey}.");
        }

        // A key of somebody else has their grants too.
        var rules = await state.CurrentAsync(cancellationToken);
        var granted = rules.GrantsOf(CallerKinds.Word(body.OwnerKind), body.OwnerId).Select(grant => grant.Rule.Permission);
        if (body.OwnerKind != CallerKind.Service)
        {
            return await changes.MayGiveAsync(caller, granted, body.Owner.Roles, cancellationToken);
        }

        return rules.AccountByName(body.OwnerId) is { } account
            ? await changes.MayGiveAsync(caller, account.Permissions.Concat(granted), account.Roles, cancellationToken)
            : AccessBody.Invalid(
                "ownerId", "reference", $"must be the name of a service account; there is none called {Reading.Preview.Of(body.OwnerId)}");
    }

    /// <summary>Somebody who makes keys without end is refused.</summary>
    public static async Task<ProblemResult?> FindTooManyAsync(RegistryTransaction transaction, ApiKeyBody body)
    {
        var good = await transaction.Db.Set<ApiKey>().CountAsync(
            key => key.OwnerKind == body.OwnerKind && key.OwnerId == body.OwnerId && key.RevokedAt == null
                && key.ExpiresAt > transaction.Now, transaction.CancellationToken);
        return good < MaxKeys ? null : AccessBody.Invalid("ownerId", "maxItems", $"can have at most {MaxKeys} good keys; it has {good}");
    }
}
