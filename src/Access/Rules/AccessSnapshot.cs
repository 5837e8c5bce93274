using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Access.Keys;

namespace Capns.Access.Rules;

/// <summary>All rules as of one revision. Immutable, but for the keys it remembers. Thread-safe.</summary>
internal sealed class AccessSnapshot
{
    /// <summary>Most keys that are remembered; the rest is looked up each time.</summary>
    private const int MaxKeys = 10_000;

    private readonly ConcurrentDictionary<string, ApiKey> _keys = new(StringComparer.Ordinal);
    private readonly FrozenDictionary<(string Kind, string Id), KnownGrant[]> _grants;
    private readonly FrozenDictionary<string, ServiceAccount> _byName;
    private readonly FrozenDictionary<string, ServiceAccount> _byAmqpUser;
    private readonly FrozenDictionary<string, ServiceAccount> _byClient;

    public AccessSnapshot(
        long revision, IEnumerable<Grant> grants, IEnumerable<PolicyRule> policies, IReadOnlyCollection<ServiceAccount> accounts)
    {
        Revision = revision;
        _grants = grants.GroupBy(grant => (grant.SubjectKind, grant.SubjectId))
            .ToFrozenDictionary(group => group.Key, group => group.Select(KnownGrant.Of).ToArray());
        Policies = [.. policies.OrderBy(policy => policy.Name, StringComparer.Ordinal)];
        _byName = accounts.ToFrozenDictionary(account => account.Name, StringComparer.Ordinal);
        _byAmqpUser = accounts.Where(account => account.AmqpUser is not null)
            .ToFrozenDictionary(account => account.AmqpUser!, StringComparer.Ordinal);
        _byClient = accounts.Where(account => account.ClientId is not null)
            .ToFrozenDictionary(account => account.ClientId!, StringComparer.Ordinal);
    }

    private AccessSnapshot(AccessSnapshot other, IReadOnlyList<PolicyRule> policies)
    {
        (Revision, Policies, _grants) = (other.Revision, policies, other._grants);
        (_byName, _byAmqpUser, _byClient) = (other._byName, other._byAmqpUser, other._byClient);
    }

    /// <summary>Before anything is read: nobody may do anything but by role.</summary>
    public static AccessSnapshot Empty { get; } = new(0, [], [], []);

    public long Revision { get; }

    /// <summary>The ones that are switched on, by name.</summary>
    public IReadOnlyList<PolicyRule> Policies { get; }

    /// <summary>The same grants and accounts with other policies, to be in the order of their names.</summary>
    public AccessSnapshot With(IReadOnlyList<PolicyRule> policies) => new(this, policies);

    public IReadOnlyList<KnownGrant> GrantsOf(string kind, string id) => _grants.GetValueOrDefault((kind, id)) ?? [];

    public ServiceAccount? AccountByName(string name) => _byName.GetValueOrDefault(name);

    public ServiceAccount? AccountByAmqpUser(string user) => _byAmqpUser.GetValueOrDefault(user);

    public ServiceAccount? AccountByClient(string clientId) => _byClient.GetValueOrDefault(clientId);

    /// <summary>A key that was looked up since this revision.</summary>
    public ApiKey? RememberedKey(string id) => _keys.GetValueOrDefault(id);

    /// <summary>Keeps a key that was read after this revision; what is read later is never older.</summary>
    public void Remember(ApiKey key)
    {
        if (_keys.Count < MaxKeys)
        {
            _keys[key.Id] = key;
        }
    }
}

/// <summary>A grant with its limits read.</summary>
internal sealed record KnownGrant(Grant Rule, GrantLimits? Limits)
{
    public static KnownGrant Of(Grant grant) =>
        new(grant, grant.Limits is null ? null : JsonSerializer.Deserialize<GrantLimits>(grant.Limits, WireJson.Options));
}
