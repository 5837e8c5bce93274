using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Approvals.Deciding;

/// <summary>What one decision makes of an approval.</summary>
internal sealed record Judgement
{
    /// <summary>Present when the decision does not count.</summary>
    public ErrorCode? Refusal { get; init; }

    /// <summary>For the one who decided, when it does not count.</summary>
    public string Message { get; init; } = string.Empty;

    /// <summary>State of the approval after the decision.</summary>
    public required ApprovalStatus Status { get; init; }

    /// <summary>So many approve after the decision.</summary>
    public required int Approvals { get; init; }

    /// <summary>The decision was recorded before; nothing changes.</summary>
    public bool Repeated { get; init; }
}

/// <summary>What is asked of approvers.</summary>
internal sealed record ApprovalTerms
{
    public required Contracts.SecurityLevel Level { get; init; }

    public required ApprovalStatus Status { get; init; }

    /// <summary>Whose execution it is; a user or an agent.</summary>
    public required string CallerId { get; init; }

    public required IReadOnlyList<string> Requesters { get; init; }

    public required IReadOnlyList<string> RequiredRoles { get; init; }

    public required IReadOnlyList<string> RequiredApprovers { get; init; }

    public required int MinApprovals { get; init; }

    public required string ParametersHash { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The role <c>admin</c> decides too, whoever else was named.</summary>
    public bool Escalated { get; init; }

    /// <summary>Of a row.</summary>
    public static ApprovalTerms Of(Approval row) => new()
    {
        Level = row.SecurityLevel,
        Status = row.Status,
        CallerId = row.CallerId,
        Requesters = row.Requesters,
        RequiredRoles = row.RequiredRoles,
        RequiredApprovers = row.RequiredApprovers,
        MinApprovals = row.MinApprovals,
        ParametersHash = row.ParametersHash,
        ExpiresAt = row.ExpiresAt,
        Escalated = row.EscalatedAt is not null,
    };
}

/// <summary>Who decides.</summary>
internal sealed record Approver
{
    /// <summary>Proved.</summary>
    public required string Id { get; init; }

    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>By role or grant, for this tool and level.</summary>
    public bool HoldsPermission { get; init; }

    /// <summary>Agents it speaks for.</summary>
    public IReadOnlySet<string> Agents { get; init; } = new HashSet<string>();

    /// <summary>The service that names it, and so decides in its place. Absent: it decides itself.</summary>
    public string? ActingService { get; init; }

    /// <summary>An API key whose scopes leave the permission out: a listing does not help either.</summary>
    public bool IsCutByScopes { get; init; }

    /// <summary>A policy denies it: neither role nor listing help (platform spec 8.3, deny comes first).</summary>
    public bool IsDenied { get; init; }

    /// <summary>The security gateway, which asks people of its own.</summary>
    public bool IsGateway { get; init; }
}

/// <summary>One decision as it was given.</summary>
internal sealed record GivenDecision(string ApproverId, ApprovalDecision Decision, IReadOnlyList<string> Conditions, string? Feedback)
{
    /// <summary>The same word in every part.</summary>
    public bool Repeats(GivenDecision other) => ApproverId == other.ApproverId && Decision == other.Decision
        && Feedback == other.Feedback && Conditions.SequenceEqual(other.Conditions, StringComparer.Ordinal);
}
