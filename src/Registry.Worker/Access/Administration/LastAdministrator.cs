using Capns.Access.Rules;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Access.Administration;

/// <summary>Keeps people from locking everybody out: where nobody logs in by token, the last administrator's key stays.</summary>
/// <remarks>A key that was stolen is exchanged all the same: make another one first. It may still end by its time.</remarks>
internal sealed class LastAdministrator(AccessOptions options)
{
    /// <summary>What whoever would take it away is told.</summary>
    public static ProblemResult Problem { get; } = new(
        ErrorCodes.InvalidState,
        "With this the last administrator's API key would be gone, and nobody logs in by token here. Make another one first.");

    /// <summary>Whether a change takes the last one away. Until the end of the transaction no other instance takes one.</summary>
    /// <param name="transaction">Of the change.</param>
    /// <param name="isLost">Whether the change ends a key.</param>
    public async Task<bool> IsItAsync(RegistryTransaction transaction, Func<AdministratorKey, bool> isLost)
    {
        var tokens = (options.Logins.TakesJwt && options.Logins.JwtSecret is not null) || (options.Logins.TakesOAuth && options.Logins.OAuthAuthority is not null);
        if (tokens || !options.Logins.TakesApiKeys)
        {
            return false;
        }

        await transaction.Db.Database.ExecuteSqlAsync(
            $"SELECT pg_advisory_xact_lock(hashtext('capns last administrator'))", transaction.CancellationToken);
        var keys = await transaction.Db.Database.SqlQuery<AdministratorKey>(
            $"""
            SELECT key.id AS key_id, account.name AS service
            FROM api_keys key LEFT JOIN service_accounts account ON key.owner_kind = 'service' AND account.name = key.owner_id
            WHERE key.revoked_at IS NULL AND key.expires_at > {transaction.Now} AND {PermissionNames.Everything} = ANY (key.scopes)
                AND (account.roles @> ARRAY[{RolePermissions.Admin}]
                    OR key.owner_kind <> 'service' AND jsonb_exists(key.owner -> 'roles', {RolePermissions.Admin})
                        AND jsonb_exists(coalesce(key.owner_now, key.owner) -> 'roles', {RolePermissions.Admin}))
            """).ToListAsync(transaction.CancellationToken);
        return keys.Exists(key => isLost(key)) && keys.TrueForAll(key => isLost(key));
    }
}

/// <summary>A good key with every right of an administrator.</summary>
internal sealed record AdministratorKey
{
    [System.ComponentModel.DataAnnotations.Schema.Column("key_id")]
    public required string KeyId { get; init; }

    /// <summary>The service account whose key it is. Absent: a person's or an agent's.</summary>
    [System.ComponentModel.DataAnnotations.Schema.Column("service")]
    public string? Service { get; init; }
}
