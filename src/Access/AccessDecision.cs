namespace Capns.Access;

/// <summary>The answer to an <see cref="AccessQuestion"/>.</summary>
internal sealed record AccessDecision
{
    /// <summary>What follows.</summary>
    public required AccessEffect Effect { get; init; }

    /// <summary>One sentence for the caller: what is missing, or which policy says so.</summary>
    public required string Reason { get; init; }

    /// <summary>The policy that decided; absent when roles and grants did.</summary>
    public string? Policy { get; init; }

    /// <summary>Who must approve; empty: those of the level.</summary>
    public IReadOnlyList<string> Approvers { get; init; } = [];

    /// <summary>How many must approve; absent: as the level says.</summary>
    public int? MinApprovals { get; init; }

    /// <summary>How much of it, when only grants with limits gave it.</summary>
    public Rules.GrantLimits? Limits { get; init; }
}

/// <summary>What a decision lets happen (platform spec 8.3).</summary>
internal enum AccessEffect
{
    /// <summary>No.</summary>
    Denied = 0,

    /// <summary>Yes, when people approve.</summary>
    NeedsApproval = 1,

    /// <summary>Yes.</summary>
    Allowed = 2,
}
