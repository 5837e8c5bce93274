using Capns.Access.Keys;
using Capns.Access.Rules;
using Capns.Access.Tokens;

namespace Capns.Access.Login;

/// <summary>Who a genuine token stands for (platform spec 8.1). Thread-safe.</summary>
internal sealed class TokenCallers(TokenReader tokens, IAccessRules rules, IKeyOwners owners, TimeProvider time)
{
    /// <summary>Never throws for what a caller sent.</summary>
    public async ValueTask<(Caller? Caller, TokenProblem Problem)> ReadAsync(string token, CancellationToken cancellationToken)
    {
        var reading = await tokens.ReadAsync(token, cancellationToken);
        if (reading.Claims is not { } claims)
        {
            return (null, reading.Problem);
        }

        var caller = reading.IsOurs ? await OurClientAsync(claims, cancellationToken)
            : claims.OfClient ? await ForeignClientAsync(claims, cancellationToken)
            : await PersonAsync(claims, cancellationToken);
        return caller is not null ? (caller, TokenProblem.None)
            : (null, reading.IsOurs || claims.OfClient ? TokenProblem.Client : TokenProblem.Claims);
    }

    private async ValueTask<Caller?> PersonAsync(TokenClaims claims, CancellationToken cancellationToken)
    {
        var caller = Person(claims);
        if (caller is not null)
        {
            await owners.SawAsync(caller, claims.IssuedAt, cancellationToken);
        }

        return caller;
    }

    /// <summary>A user, or an agent or service that has its role from the token and no person behind it.</summary>
    private static Caller? Person(TokenClaims claims)
    {
        var roles = RolePermissions.Known(claims.Roles);
        var kind = claims.UserId is not null ? CallerKind.User
            : roles.Contains(RolePermissions.Agent) ? CallerKind.Agent
            : roles.Contains(RolePermissions.Service) ? CallerKind.Service
            : CallerKind.User;
        var id = claims.UserId ?? (kind == CallerKind.Agent && claims.Agents.Count > 0 ? claims.Agents[0] : claims.Subject);
        return id is null ? null : new Caller
        {
            Kind = kind,
            Id = id,
            Roles = roles,
            Agents = claims.Agents.ToHashSet(StringComparer.Ordinal),
            Projects = claims.Projects.ToHashSet(StringComparer.Ordinal),
            Discussions = claims.Discussions.ToHashSet(StringComparer.Ordinal),
            ExpiresAt = claims.ExpiresAt,
        };
    }

    private async ValueTask<Caller?> ForeignClientAsync(TokenClaims claims, CancellationToken cancellationToken)
    {
        var current = await rules.CurrentAsync(cancellationToken);
        return current.AccountByClient(claims.ClientId!)?.AsCaller(CallerProof.Login, claims.ExpiresAt);
    }

    /// <summary>Ends with the account, and with the API key that got the token.</summary>
    private async ValueTask<Caller?> OurClientAsync(TokenClaims claims, CancellationToken cancellationToken)
    {
        if (claims.ClientId is null || claims.ApiKeyId is null || claims.Scope is null)
        {
            return null;
        }

        var account = (await rules.CurrentAsync(cancellationToken)).AccountByClient(claims.ClientId);
        var key = account is null ? null : await rules.FindKeyAsync(claims.ApiKeyId, cancellationToken);
        return key is not null && key.IsGood(time.GetUtcNow()) && key.IsOf(CallerKind.Service, account!.Name)
            ? account.AsCaller(CallerProof.Login, claims.ExpiresAt, claims.Scope.ToHashSet(StringComparer.Ordinal), key.Id)
            : null;
    }
}
