using System.Text.Json;
using Capns.Contracts.Json;

namespace Capns.Access.Rules;

/// <summary>A rule on top of roles and grants (platform spec 8.3; table <c>policies</c>).</summary>
internal sealed class Policy
{
    public const string Deny = "deny";
    public const string RequireApproval = "require-approval";
    public const string Allow = "allow";

    public required Guid Id { get; init; }

    public required string Name { get; set; }

    public required bool Enabled { get; set; }

    /// <summary><see cref="Deny"/>, <see cref="RequireApproval"/> or <see cref="Allow"/>.</summary>
    public required string Effect { get; set; }

    /// <summary>JSON of <see cref="PolicyMatch"/>.</summary>
    public required string Match { get; set; }

    /// <summary>Shown to who is refused.</summary>
    public required string Reason { get; set; }

    /// <summary>Empty: those of the level.</summary>
    public required string[] Approvers { get; set; }

    /// <summary>Absent: as the level says.</summary>
    public int? MinApprovals { get; set; }

    public required long RowVersion { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>As rules use it.</summary>
    public PolicyRule ToRule() => new(
        Name, Effect, JsonSerializer.Deserialize<PolicyMatch>(Match, WireJson.Options)!, Reason, Approvers, MinApprovals);
}

/// <summary>What of a policy decides.</summary>
internal sealed record PolicyRule(
    string Name, string Effect, PolicyMatch Match, string Reason, IReadOnlyList<string> Approvers, int? MinApprovals);
