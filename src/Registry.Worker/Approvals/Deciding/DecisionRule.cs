using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Approvals.Deciding;

/// <summary>Who may decide, and what follows from a decision (platform spec 5.3, 5.6, 8.2). Pure.</summary>
internal static class DecisionRule
{
    /// <summary>Judges one decision.</summary>
    /// <param name="terms">What is asked.</param>
    /// <param name="earlier">One decision of each approver who has decided.</param>
    /// <param name="approver">Who decides now.</param>
    /// <param name="given">What.</param>
    /// <param name="hash">The parameters the approver saw. Absent: not said.</param>
    /// <param name="now">The time of the transaction.</param>
    public static Judgement Judge(
        ApprovalTerms terms, IReadOnlyList<GivenDecision> earlier, Approver approver, GivenDecision given, string? hash, DateTimeOffset now)
    {
        if (RequesterIn(terms, approver) is { } requester)
        {
            var who = requester == approver.Id ? requester : $"{approver.Id} decides together with {requester}, who";
            return Refused(ErrorCodes.SelfApproval,
                $"{who} asked for the execution or is named in its request, and so cannot decide about it.");
        }

        if (!MayDecide(terms, approver))
        {
            return Refused(ErrorCodes.InsufficientPermissions, $"{approver.Id} may not decide: {Wanted(terms)}.");
        }

        if (hash is not null && hash != terms.ParametersHash)
        {
            return Refused(ErrorCodes.HashMismatch,
                $"The approval is for parameters with hash {terms.ParametersHash}, not for those with {hash}.");
        }

        if (terms.Status is not (ApprovalStatus.Expired or ApprovalStatus.Cancelled) && earlier.Any(given.Repeats))
        {
            return new Judgement { Status = terms.Status, Approvals = Count(earlier), Repeated = true };
        }

        if (terms.Status != ApprovalStatus.Pending || now >= terms.ExpiresAt)
        {
            return Refused(
                ErrorCodes.ApprovalNotPending,
                terms.Status == ApprovalStatus.Pending ? $"The approval expired at {terms.ExpiresAt:O}."
                    : $"The approval is {Word(terms.Status)} already.");
        }

        var approvals = Count(earlier.Where(other => other.ApproverId != given.ApproverId).Append(given));
        return new Judgement
        {
            Approvals = approvals,
            Status = given.Decision == ApprovalDecision.Reject ? ApprovalStatus.Rejected
                : approvals >= terms.MinApprovals ? ApprovalStatus.Approved
                : ApprovalStatus.Pending,
        };

        Judgement Refused(ErrorCode code, string message) =>
            new() { Refusal = code, Message = message, Status = terms.Status, Approvals = Count(earlier) };
    }

    /// <summary>
    /// Which of the approver's identities asked: itself, the service that names it, or an agent that called and that it speaks for. Case and
    /// kind are no difference: a doubt is for the rule.
    /// </summary>
    /// <remarks>An agent that is merely named may be everybody's; speaking for it does not make an approver the caller.</remarks>
    /// <returns>Null when somebody else asked.</returns>
    public static string? RequesterIn(ApprovalTerms terms, Approver approver) =>
        terms.Requesters.Any(requester => IsSame(requester, approver.Id)) ? approver.Id
        : approver.ActingService is { } service && terms.Requesters.Any(requester => IsSame(requester, service)) ? service
        : approver.Agents.FirstOrDefault(agent => IsSame(agent, terms.CallerId));

    /// <summary>By role, by listing, or by escalation.</summary>
    public static bool MayDecide(ApprovalTerms terms, Approver approver)
    {
        if (approver.IsGateway)
        {
            return true;
        }

        if (approver.IsCutByScopes || approver.IsDenied)
        {
            return false;
        }

        if (terms.Escalated && approver.HoldsPermission && approver.Roles.Contains(ApprovalLevels.Admin))
        {
            return true;
        }

        var hasRole = approver.HoldsPermission && approver.Roles.Intersect(terms.RequiredRoles).Any();
        var listed = terms.RequiredApprovers.Contains(approver.Id, StringComparer.Ordinal);
        return terms.Level == SecurityLevel.Dangerous
            ? hasRole && (terms.RequiredApprovers.Count == 0 || listed)
            : hasRole || listed || (approver.HoldsPermission && IsForTheLevel(terms));
    }

    private static bool IsSame(string one, string other) =>
        string.Equals(one.Trim(), other.Trim(), StringComparison.OrdinalIgnoreCase);

    // Where nobody is named, the permission itself is enough: it may come from a grant.
    private static bool IsForTheLevel(ApprovalTerms terms) => !ApprovalLevels.Roles(terms.Level).Except(terms.RequiredRoles).Any();

    private static int Count(IEnumerable<GivenDecision> decisions) =>
        decisions.Count(decision => decision.Decision == ApprovalDecision.Approve);

    private static string Wanted(ApprovalTerms terms)
    {
        var roles = terms.RequiredRoles.Count > 0 ? $"one of the roles {string.Join(", ", terms.RequiredRoles)}" : null;
        var people = terms.RequiredApprovers.Count > 0 ? $"one of the approvers {string.Join(", ", terms.RequiredApprovers)}" : null;
        return (roles, people) switch
        {
            (not null, not null) => $"{roles} {(terms.Level == SecurityLevel.Dangerous ? "and" : "or")} {people} is needed",
            _ => $"{roles ?? people ?? "nobody"} is needed",
        };
    }

    private static string Word(ApprovalStatus status) => JsonNamingPolicy.KebabCaseLower.ConvertName(status.ToString());
}
