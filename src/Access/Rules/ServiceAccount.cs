namespace Capns.Access.Rules;

/// <summary>A program with rights of its own (table <c>service_accounts</c>, platform spec 9.1).</summary>
internal sealed class ServiceAccount
{
    public required Guid Id { get; init; }

    /// <summary>Its id as a caller.</summary>
    public required string Name { get; init; }

    /// <summary>Login at the broker (platform spec 8.4).</summary>
    public string? AmqpUser { get; init; }

    /// <summary>Name as an OAuth client, of ours or of the outside provider.</summary>
    public string? ClientId { get; init; }

    public required string[] Roles { get; init; }

    /// <summary>Beside the roles; as good as grants.</summary>
    public required string[] Permissions { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>As a caller.</summary>
    /// <param name="proof">How it is known.</param>
    /// <param name="expiresAt">End of the proof.</param>
    /// <param name="scopes">Cut what it has. Absent: nothing is cut.</param>
    /// <param name="keyId">The API key behind it.</param>
    public Caller AsCaller(
        CallerProof proof, DateTimeOffset? expiresAt = null, IReadOnlySet<string>? scopes = null, string? keyId = null)
    {
        return new Caller
        {
            Kind = CallerKind.Service,
            Id = Name,
            Roles = Roles,
            Permissions = Permissions.ToHashSet(StringComparer.Ordinal),
            Scopes = scopes,
            AccountId = Id,
            KeyId = keyId,
            Proof = proof,
            ExpiresAt = expiresAt,
        };
    }
}
