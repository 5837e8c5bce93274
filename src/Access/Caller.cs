namespace Capns.Access;

/// <summary>Who asks, over HTTP or in a message: proved by a token, an API key or the broker, or nobody (platform spec 8.1, 8.4).</summary>
internal sealed record Caller
{
    /// <summary>How the caller is known.</summary>
    public required CallerKind Kind { get; init; }

    /// <summary>User, agent or service account; <c>anonymous</c> when nobody logged in.</summary>
    public required string Id { get; init; }

    /// <summary>Names of roles; unknown ones give nothing.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>
    /// What the caller holds beside its roles, e.g. by its service account; for a caller without login, ANONYMOUS_PERMISSIONS.
    /// </summary>
    public IReadOnlySet<string> Permissions { get; init; } = new HashSet<string>();

    /// <summary>Cuts everything else when present: the scopes of an API key.</summary>
    public IReadOnlySet<string>? Scopes { get; init; }

    /// <summary>Agents for which the caller speaks.</summary>
    public IReadOnlySet<string> Agents { get; init; } = new HashSet<string>();

    /// <summary>Projects of which the caller is a member.</summary>
    public IReadOnlySet<string> Projects { get; init; } = new HashSet<string>();

    /// <summary>Discussions of which the caller is a member.</summary>
    public IReadOnlySet<string> Discussions { get; init; } = new HashSet<string>();

    /// <summary>The service account that acts for the caller (<c>act-as</c>).</summary>
    public string? ActingService { get; init; }

    /// <summary>The service account's row, when the caller is one or one acts for it.</summary>
    public Guid? AccountId { get; init; }

    /// <summary>The API key that was shown, or with which the token was got.</summary>
    public string? KeyId { get; init; }

    /// <summary>How the caller proved who it is; counts for what is known only.</summary>
    public CallerProof Proof { get; init; }

    /// <summary>When the proof ends. Absent: it does not.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether the scopes of the login leave a permission out.</summary>
    public bool IsCut(string permission) =>
        Scopes is { } scopes && !scopes.Contains(Rules.PermissionNames.Everything) && !scopes.Contains(permission);

    /// <summary>Whether a person or program has proved who it is.</summary>
    public bool IsKnown => Kind != CallerKind.Anonymous;
}

/// <summary>How a caller proved who it is.</summary>
internal enum CallerProof
{
    /// <summary>A token or an API key.</summary>
    Login = 0,

    /// <summary>The broker's word for a connection's login (platform spec 8.4, 2).</summary>
    Broker = 1,
}
