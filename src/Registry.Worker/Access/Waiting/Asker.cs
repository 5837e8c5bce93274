using Capns.Access;
using Capns.Access.Rules;

namespace Capns.Registry.Worker.Access.Waiting;

/// <summary>Who asked for something that may wait, as far as it decides what they may do. Stored with it; holds no secret.</summary>
internal sealed record Asker
{
    /// <summary>A word of <see cref="CallerKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>User, agent or service account.</summary>
    public required string Id { get; init; }

    /// <summary>The known ones: others give nothing, and no rule names them.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Scopes of the login. Absent: they cut nothing.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>The agent that the request names, when the caller spoke for it.</summary>
    public string? Agent { get; init; }

    /// <summary>Projects of which the caller was a member.</summary>
    public IReadOnlyList<string> Projects { get; init; } = [];

    public CallerProof Proof { get; init; }

    /// <summary>The service account that acted for the caller.</summary>
    public string? ActingService { get; init; }

    /// <summary>The service account that asked or acted.</summary>
    public Guid? AccountId { get; init; }

    /// <summary>The API key that was shown, or with which the token was got.</summary>
    public string? KeyId { get; init; }

    /// <summary>What of a caller outlasts its request.</summary>
    /// <param name="caller">As its proof said.</param>
    /// <param name="agentId">The agent that the request names.</param>
    public static Asker Of(Caller caller, string? agentId) => new()
    {
        Kind = CallerKinds.Word(caller.Kind),
        Id = caller.Id,
        Roles = [.. caller.Roles.Where(RolePermissions.Names.Contains)],
        Scopes = caller.Scopes is { } scopes ? [.. scopes.Order(StringComparer.Ordinal)] : null,
        Agent = agentId is not null && caller.Agents.Contains(agentId) ? agentId : null,
        Projects = [.. caller.Projects.Order(StringComparer.Ordinal)],
        Proof = caller.Proof,
        ActingService = caller.ActingService,
        AccountId = caller.AccountId,
        KeyId = caller.KeyId,
    };
}
