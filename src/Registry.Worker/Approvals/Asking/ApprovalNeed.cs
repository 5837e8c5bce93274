using Capns.Access;
using Capns.Contracts;
using Capns.Registry.Worker.Tools.Catalogue;

namespace Capns.Registry.Worker.Approvals.Asking;

/// <summary>Why people must approve an execution, and which (platform spec 5.3, 8.3).</summary>
internal sealed record ApprovalNeed
{
    /// <summary>For the approvers.</summary>
    public required string Reason { get; init; }

    /// <summary>One of them is needed to decide. Empty: only <see cref="RequiredApprovers"/> decide.</summary>
    public required IReadOnlyList<string> RequiredRoles { get; init; }

    /// <summary>Listed approvers; below level dangerous they need no role.</summary>
    public required IReadOnlyList<string> RequiredApprovers { get; init; }

    /// <summary>So many must approve: the most that level, tool and policy ask for.</summary>
    public required int MinApprovals { get; init; }

    /// <summary>Pure.</summary>
    /// <param name="level">Of the execution.</param>
    /// <param name="toolAsks">The tool's <c>requiresApproval</c>.</param>
    /// <param name="flags">The tool's approvers and their number.</param>
    /// <param name="access">What roles, grants and policies say. Absent: nothing about approval.</param>
    /// <param name="options">The installation's.</param>
    /// <returns>Null when nobody needs to approve.</returns>
    public static ApprovalNeed? Of(SecurityLevel level, bool toolAsks, ToolFlags flags, AccessDecision? access, ApprovalOptions options)
    {
        var policy = access is { Effect: AccessEffect.NeedsApproval } ? access : null;
        var reason = policy is not null ? policy.Reason
            : level >= SecurityLevel.Restricted ? $"Level {Words.Level(level)} needs the approval of people."
            : toolAsks ? "The tool asks for the approval of people."
            : null;
        if (reason is null)
        {
            return null;
        }

        var named = policy is { Approvers.Count: > 0 };
        return new ApprovalNeed
        {
            Reason = reason,
            // Dangerous executions need the role in any case; for the others a policy's list is all there is.
            RequiredRoles = named && level != SecurityLevel.Dangerous ? [] : ApprovalLevels.Roles(level),
            // A listed approver of a dangerous tool needs the role as well, and who has it needs no listing.
            RequiredApprovers = named ? policy!.Approvers : level == SecurityLevel.Dangerous ? [] : flags.Approvers,
            MinApprovals = new[] { level == SecurityLevel.Dangerous ? options.DangerousMinApprovals : 1, flags.MinApprovals ?? 1,
                policy?.MinApprovals ?? 1 }.Max(),
        };
    }
}
