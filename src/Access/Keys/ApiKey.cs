using System.Text.Json;
using Capns.Contracts.Json;

namespace Capns.Access.Keys;

/// <summary>A row of <c>api_keys</c> (platform spec 9.1).</summary>
internal sealed class ApiKey
{
    public required string Id { get; init; }

    /// <summary>SHA-256 of the whole key.</summary>
    public required byte[] Hash { get; init; }

    public required CallerKind OwnerKind { get; init; }

    public required string OwnerId { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Permissions that cut those of the owner; <see cref="Rules.PermissionNames.Everything"/> cuts nothing.</summary>
    public required string[] Scopes { get; init; }

    /// <summary>JSON of <see cref="KeyOwner"/>.</summary>
    public required string Owner { get; init; }

    /// <summary>The same as of the owner's newest login by token since then. Absent: as when the key was made.</summary>
    public string? OwnerNow { get; set; }

    /// <summary>When that token was made.</summary>
    public DateTimeOffset? OwnerSeenAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Written at most once a minute.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Neither over nor revoked.</summary>
    public bool IsGood(DateTimeOffset now) => RevokedAt is null && ExpiresAt > now;

    /// <summary>Whose it is.</summary>
    public bool IsOf(CallerKind kind, string id) => OwnerKind == kind && OwnerId == id;

    /// <summary>What the owner was when the key was made, without what its newest login does not say any more.</summary>
    public KeyOwner OwnerToday => OwnerNow is null ? Read(Owner) : Read(Owner).CutBy(Read(OwnerNow));

    private static KeyOwner Read(string json) => JsonSerializer.Deserialize<KeyOwner>(json, WireJson.Options) ?? new KeyOwner();
}
