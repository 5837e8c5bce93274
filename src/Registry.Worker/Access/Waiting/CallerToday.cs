using Capns.Access;
using Capns.Access.Keys;
using Capns.Access.Rules;
using Capns.Registry.Worker.Access.Rules;
using Capns.Registry.Worker.Executions.Admission;

namespace Capns.Registry.Worker.Access.Waiting;

/// <summary>What has become of somebody who asked a while ago: their account, their key, their roles. Thread-safe.</summary>
/// <remarks>
/// That a token or key has ended by itself since then takes nothing away; that a key was revoked does. Roles that only a token
/// tells are those of that token; of a key and of a service account they are today's.
/// </remarks>
/// <param name="state">Knows accounts and keys.</param>
/// <param name="access">Knows who may act for others.</param>
/// <param name="options">What somebody without a login may do.</param>
internal sealed class CallerToday(AccessState state, AccessControl access, AdmissionOptions options)
{
    /// <summary>The caller as it is now, or why it may do nothing any more.</summary>
    public async ValueTask<(Caller? Caller, string? Refusal)> FindAsync(Asker asker, CancellationToken cancellationToken)
    {
        switch (CallerKinds.Read(asker.Kind))
        {
            case CallerKind.Platform:
                return (Callers.Platform, null);
            case CallerKind.Anonymous:
                return (Callers.Anonymous(options.AnonymousPermissions), null);
            default:
                break;
        }

        var account = (await state.CurrentAsync(cancellationToken)).AccountByName(asker.ActingService ?? asker.Id);
        if (asker.AccountId is { } id && account?.Id != id)
        {
            return (null, $"Service account {asker.ActingService ?? asker.Id} is no more.");
        }

        var key = asker.KeyId is null ? null : await state.FindKeyAsync(asker.KeyId, cancellationToken);
        if (asker.KeyId is not null && key is not { RevokedAt: null })
        {
            return (null, $"API key {asker.KeyId}, with which it was asked for, is revoked.");
        }

        return asker.ActingService is null ? (Own(asker, asker.AccountId is null ? null : account, key), null)
            : await ActedForAsync(asker, account, cancellationToken);
    }

    private static Caller Own(Asker asker, ServiceAccount? account, ApiKey? key)
    {
        var scopes = asker.Scopes?.ToHashSet(StringComparer.Ordinal);
        if (account is not null)
        {
            return account.AsCaller(asker.Proof, scopes: scopes);
        }

        var owner = key?.OwnerToday;
        var caller = AsAsked(asker);
        return owner is null ? caller : caller with
        {
            Roles = [.. owner.Roles.Intersect(asker.Roles, StringComparer.Ordinal)],
            Projects = owner.Projects.Intersect(asker.Projects, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal),
            Agents = owner.Agents.Intersect(caller.Agents, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal),
        };
    }

    /// <summary>The service must still be allowed to act for others.</summary>
    private async ValueTask<(Caller? Caller, string? Refusal)> ActedForAsync(
        Asker asker, ServiceAccount? account, CancellationToken cancellationToken)
    {
        var scopes = asker.Scopes?.ToHashSet(StringComparer.Ordinal);
        var service = asker.AccountId is not null && account is not null ? account.AsCaller(asker.Proof, scopes: scopes) : new Caller
        {
            Kind = CallerKind.Service,
            Id = asker.ActingService!,
            Roles = [RolePermissions.Service],
            Scopes = scopes,
            Proof = asker.Proof,
        };
        var decision = await access.DecideAsync(service, new AccessQuestion { Action = PermissionNames.ActAs }, cancellationToken);
        return decision.Effect == AccessEffect.Allowed
            ? (AsAsked(asker), null)
            : (null, $"Service {asker.ActingService} may not act for others any more: {decision.Reason}");
    }

    private static Caller AsAsked(Asker asker) => new()
    {
        Kind = CallerKinds.Read(asker.Kind),
        Id = asker.Id,
        Roles = asker.Roles,
        Scopes = asker.Scopes?.ToHashSet(StringComparer.Ordinal),
        Agents = asker.Agent is null ? new HashSet<string>() : new HashSet<string>(StringComparer.Ordinal) { asker.Agent },
        Projects = asker.Projects.ToHashSet(StringComparer.Ordinal),
        Proof = asker.Proof,
        ActingService = asker.ActingService,
        AccountId = asker.AccountId,
        KeyId = asker.KeyId,
    };
}
