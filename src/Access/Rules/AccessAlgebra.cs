namespace Capns.Access.Rules;

/// <summary>How roles, grants and policies make one answer: deny over require-approval over allow (platform spec 8.3). Pure.</summary>
internal static class AccessAlgebra
{
    /// <summary>The answer.</summary>
    public static AccessDecision Decide(Caller caller, AccessQuestion question, AccessSnapshot rules, DateTimeOffset now)
    {
        if (caller.Kind == CallerKind.Platform)
        {
            return new AccessDecision { Effect = AccessEffect.Allowed, Reason = "The platform itself." };
        }

        if (caller.IsCut(question.Action))
        {
            return Denied($"This needs permission {question.Action}, which the scopes of the login do not include.");
        }

        if (PermissionNames.NeedsLogin(question.Action) && !IsProved(caller, rules, now))
        {
            return Denied($"This needs permission {question.Action}, and for that a login of one's own (a token or an API key).");
        }

        var taking = rules.Policies.Where(
            policy => policy.Effect != Policy.Allow && policy.Match.Fits(caller, question, now, claimed: true)).ToList();
        if (taking.Find(policy => policy.Effect == Policy.Deny) is { } deny)
        {
            return Denied($"Policy {deny.Name} denies this: {deny.Reason}", deny.Name);
        }

        return Base(caller, question, rules, now) is not { } given
            ? Denied($"This needs permission {question.Action}, which {Describe(caller)} does not have.")
            : taking.Count > 0 ? WithApproval(taking, given)
            : given;
    }

    /// <summary>Whether a permission comes from roles, account or grants, policies left aside.</summary>
    public static bool Holds(Caller caller, string permission, AccessSnapshot rules, DateTimeOffset now) =>
        Given(caller, new AccessQuestion { Action = permission }, rules, now) is not null;

    /// <summary>Whether the caller is an agent or provably speaks for it in this request.</summary>
    public static bool IsAgent(Caller caller, AccessQuestion question, string agent) =>
        (caller.Kind == CallerKind.Agent && caller.Id == agent) || (question.AgentId == agent && caller.Agents.Contains(agent));

    private static AccessDecision? Base(Caller caller, AccessQuestion question, AccessSnapshot rules, DateTimeOffset now)
    {
        if (Given(caller, question, rules, now) is { } given)
        {
            return given;
        }

        var allow = PermissionNames.IsBeyondPolicies(question.Action)
            ? null
            : rules.Policies.FirstOrDefault(
                policy => policy.Effect == Policy.Allow && policy.Match.Fits(caller, question, now, claimed: false));
        return allow is null ? null
            : new AccessDecision { Effect = AccessEffect.Allowed, Reason = $"Policy {allow.Name} allows this.", Policy = allow.Name };
    }

    private static AccessDecision? Given(Caller caller, AccessQuestion question, AccessSnapshot rules, DateTimeOffset now)
    {
        if (RolePermissions.Give(caller.Roles, question.Action) || caller.Permissions.Contains(question.Action))
        {
            return new AccessDecision { Effect = AccessEffect.Allowed, Reason = "The caller's roles or account allow this." };
        }

        var grants = GrantsOf(caller, question, rules).Where(grant => grant.Rule.Gives(question, caller.Projects, now)).ToList();
        if (grants.Count == 0)
        {
            return null;
        }

        var limits = grants.Exists(grant => grant.Limits is null) ? null
            : grants.Select(grant => grant.Limits!).Aggregate(GrantLimits.Widest);
        return new AccessDecision { Effect = AccessEffect.Allowed, Reason = "A grant allows this.", Limits = limits };
    }

    /// <summary>Grants whose subject is the caller, the agent that it speaks for in this request, or one of its roles.</summary>
    public static IEnumerable<KnownGrant> GrantsOf(Caller caller, AccessQuestion question, AccessSnapshot rules)
    {
        if (!caller.IsKnown)
        {
            return [];
        }

        var own = rules.GrantsOf(CallerKinds.Word(caller.Kind), caller.Id);
        var agent = question.AgentId is { } named && caller.Kind != CallerKind.Agent && IsAgent(caller, question, named)
            ? rules.GrantsOf(CallerKinds.Word(CallerKind.Agent), named)
            : [];
        return own.Concat(agent).Concat(caller.Roles.SelectMany(role => rules.GrantsOf(Grant.Role, role)));
    }

    /// <summary>
    /// A token or key of one's own, or a service that may act for others and is known to the broker (platform spec 3.10).
    /// </summary>
    private static bool IsProved(Caller caller, AccessSnapshot rules, DateTimeOffset now) =>
        caller.IsKnown
        && (caller.Proof == CallerProof.Login || caller.ActingService is not null || Holds(caller, PermissionNames.ActAs, rules, now));

    /// <summary>
    /// All of the policies must be content: the most approvals any wants, by people whom every list names. So one policy more
    /// never makes anything easier.
    /// </summary>
    private static AccessDecision WithApproval(List<PolicyRule> policies, AccessDecision given)
    {
        var lists = policies.Where(policy => policy.Approvers.Count > 0).Select(policy => policy.Approvers).ToList();
        var approvers = lists.Count == 0 ? []
            : lists.Skip(1).Aggregate(lists[0].AsEnumerable(), (both, list) => both.Intersect(list, StringComparer.Ordinal)).ToList();
        var names = string.Join(", ", policies.Select(policy => policy.Name));
        if (lists.Count > 0 && approvers.Count == 0)
        {
            return Denied($"Policies {names} want approvals of people who have nobody in common.", policies[0].Name);
        }

        return given with
        {
            Effect = AccessEffect.NeedsApproval,
            Reason = $"{(policies.Count == 1 ? $"Policy {names} wants" : $"Policies {names} want")} an approval: {policies[0].Reason}",
            Policy = policies[0].Name,
            Approvers = approvers,
            MinApprovals = policies.Max(policy => policy.MinApprovals),
        };
    }

    private static AccessDecision Denied(string reason, string? policy = null) =>
        new() { Effect = AccessEffect.Denied, Reason = reason, Policy = policy };

    private static string Describe(Caller caller) => caller.Kind switch
    {
        CallerKind.Anonymous => "a caller without a login",
        CallerKind.Service => $"service {caller.Id}",
        CallerKind.Agent => $"agent {caller.Id}",
        _ => $"user {caller.Id}",
    };
}
