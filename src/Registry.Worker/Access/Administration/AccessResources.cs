using System.Text.Json;
using Capns.Access.Rules;

namespace Capns.Registry.Worker.Access.Administration;

/// <summary>An API key as it is shown.</summary>
internal sealed record ApiKeyResource
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary><c>user</c>, <c>agent</c> or <c>service</c>.</summary>
    public required string OwnerKind { get; init; }

    public required string OwnerId { get; init; }

    /// <summary>Permissions that cut those of the owner; <c>*</c> cuts nothing.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Written at most once a minute.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>The key itself, in the answer that makes it and never again.</summary>
    public string? Key { get; init; }
}

/// <summary>A wish for an API key.</summary>
internal sealed record ApiKeyOrder
{
    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Permissions, or <c>*</c>.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>At most 731 days from now.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Absent: the caller's own key.</summary>
    public string? OwnerKind { get; init; }

    /// <summary>With <see cref="OwnerKind"/>.</summary>
    public string? OwnerId { get; init; }

    /// <summary>For a key of another user or agent. Absent: the role of its kind.</summary>
    public IReadOnlyList<string>? Roles { get; init; }
}

/// <summary>A program with rights of its own (table <c>service_accounts</c>, platform spec 9.1).</summary>
internal sealed record ServiceAccountResource
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

    public static ServiceAccountResource Of(ServiceAccount account) => new()
    {
        Id = account.Id,
        Name = account.Name,
        AmqpUser = account.AmqpUser,
        ClientId = account.ClientId,
        Roles = account.Roles,
        Permissions = account.Permissions,
        CreatedAt = account.CreatedAt,
    };
}

/// <summary>A permission that is given to somebody.</summary>
internal record GrantOrder
{
    /// <summary><c>user</c>, <c>agent</c>, <c>service</c> or <c>role</c>.</summary>
    public required string SubjectKind { get; init; }

    /// <summary>Id of a user or agent, name of a service account or role.</summary>
    public required string SubjectId { get; init; }

    public required string Permission { get; init; }

    /// <summary>Absent: for every tool.</summary>
    public Guid? ToolId { get; init; }

    /// <summary>Absent: with and without a project.</summary>
    public string? ProjectId { get; init; }

    /// <summary>Runs of the tool in an hour.</summary>
    public int? MaxCallsPerHour { get; init; }

    /// <summary>Cost of the caller's runs of the tool in an hour.</summary>
    public decimal? MaxCostPerHour { get; init; }

    /// <summary>Absent: it does not end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A grant as it is shown.</summary>
internal sealed record GrantResource : GrantOrder
{
    public required Guid Id { get; init; }

    /// <summary>Kind and id.</summary>
    public required string GrantedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A rule on top of roles and grants (platform spec 8.3).</summary>
internal record PolicyOrder
{
    /// <summary>Unique among policies.</summary>
    public required string Name { get; init; }

    /// <summary>Absent: true.</summary>
    public bool? Enabled { get; init; }

    /// <summary><c>deny</c>, <c>require-approval</c> or <c>allow</c>.</summary>
    public required string Effect { get; init; }

    /// <summary>Whom and what it is about; an empty object fits everything.</summary>
    public required JsonElement Match { get; init; }

    /// <summary>Shown to whom it stops.</summary>
    public required string Reason { get; init; }

    /// <summary>With <c>require-approval</c>: only these may approve.</summary>
    public IReadOnlyList<string>? Approvers { get; init; }

    /// <summary>With <c>require-approval</c>: 1 or 2.</summary>
    public int? MinApprovals { get; init; }
}

/// <summary>A policy as it is shown.</summary>
internal sealed record PolicyResource : PolicyOrder
{
    public required Guid Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required string Etag { get; init; }
}

/// <summary>A program with rights of its own.</summary>
internal sealed record ServiceAccountOrder
{
    /// <summary>Lower-case letters, digits and <c>- _ .</c>; its id as a caller.</summary>
    public required string Name { get; init; }

    /// <summary>Login at the broker.</summary>
    public string? AmqpUser { get; init; }

    /// <summary>Name as an OAuth client.</summary>
    public string? ClientId { get; init; }

    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>Beside the roles.</summary>
    public IReadOnlyList<string>? Permissions { get; init; }
}
