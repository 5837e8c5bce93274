using Capns.Access;
using Capns.Access.Rules;
using Capns.Contracts;
using Capns.Discovery.Worker.Catalogue;
using FsCheck;
using FsCheck.Fluent;

namespace Capns.Discovery.Worker.Tests.Rights;

/// <summary>Callers, rules and tools of few words, so that they often have to do with each other.</summary>
internal static class RandomRules
{
    /// <summary>A Monday morning.</summary>
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 15, 0, TimeSpan.Zero);

    private static readonly Guid[] Ids = [.. Enumerable.Range(1, 6).Select(number => new Guid($"0195561f-5a10-7c44-8b21-1a2b3c4d5e0{number}"))];

    private static readonly string[] Tags = ["mail", "text", "web"];

    private static readonly SecurityLevel[] Levels = [SecurityLevel.Safe, SecurityLevel.Moderate, SecurityLevel.Restricted, SecurityLevel.Dangerous];

    /// <summary>Who asks by which rules, and for which tools.</summary>
    public sealed record Case(Caller Caller, string? AgentId, AccessSnapshot Rules, CatalogueTool[] Tools);

    public static Gen<Case> Cases() =>
        from caller in People()
        from agent in Gen.Elements(null, null, "a1", "a2")
        from policies in Gen.Choose(0, 5).SelectMany(count => Gen.ArrayOf(Policies(), count))
        from grants in Gen.Choose(0, 4).SelectMany(count => Gen.ArrayOf(Grants(), count))
        from tools in Gen.ArrayOf(Tools(), 8)
        select new Case(
            caller, agent, Rules([.. policies.Select((policy, index) => policy with { Name = $"p{index}" })], grants),
            [.. tools.Select((tool, index) => tool with { Id = Ids[index % Ids.Length], Slug = $"tool-{index % Ids.Length}" })]);

    public static Gen<Caller> People() =>
        from roles in Gen.SubListOf("user", "operator", "security-admin", "unknown")
        from scopes in Gen.Elements<string[]?>(null, null, null, ["*"], ["tool:execute:safe", "tool:execute:moderate"], [])
        from permissions in Gen.SubListOf("tool:execute:safe", "tool:execute:restricted", "act-as")
        from kind in Gen.Elements(CallerKind.User, CallerKind.User, CallerKind.Agent, CallerKind.Service, CallerKind.Anonymous, CallerKind.Platform)
        from id in Gen.Elements("alice", "bob", "a1")
        from agents in Gen.SubListOf("a1", "a2")
        from projects in Gen.SubListOf("x")
        from proof in Gen.Elements(CallerProof.Login, CallerProof.Broker)
        from acting in Gen.Elements(null, null, "bob")
        select new Caller
        {
            Kind = kind,
            Id = id,
            Roles = [.. roles],
            Permissions = permissions.ToHashSet(),
            Scopes = scopes?.ToHashSet(),
            Agents = agents.ToHashSet(),
            Projects = projects.ToHashSet(),
            Proof = proof,
            ActingService = acting,
        };

    /// <summary>Rules without any account.</summary>
    public static AccessSnapshot Rules(PolicyRule[]? policies = null, params Grant[] grants) => new(1, grants, policies ?? [], []);

    public static Grant Grant(
        string kind, string subject, string permission, Guid? tool = null, string? project = null, DateTimeOffset? expiresAt = null) => new()
        {
            Id = Guid.CreateVersion7(),
            SubjectKind = kind,
            SubjectId = subject,
            Permission = permission,
            ToolId = tool,
            ProjectId = project,
            GrantedBy = "a test",
            CreatedAt = Now,
            ExpiresAt = expiresAt,
        };

    private static Gen<CatalogueTool> Tools() =>
        from level in Gen.Elements(Levels)
        from tags in Gen.SubListOf(Tags)
        from category in Gen.Elements("analysis", "web")
        from approval in Gen.Elements(false, false, true)
        select Example.Tool("tool") with { Level = level, Tags = [.. tags], Category = category, RequiresApproval = approval };

    private static Gen<PolicyRule> Policies() =>
        from effect in Gen.Elements(Policy.Deny, Policy.RequireApproval, Policy.Allow, Policy.Allow)
        from match in Matches()
        from approvers in Gen.Elements<string[]>([], [], ["carol"], ["carol", "dave"], ["dave"])
        select new PolicyRule("", effect, match, "Because.", approvers, null);

    private static Gen<PolicyMatch> Matches() =>
        from actions in Gen.Elements<string[]?>(null, null, ["tool:execute:*"], ["tool:execute:safe", "tool:execute:dangerous"], ["tool:read"], [])
        from levels in Gen.Elements<SecurityLevel[]?>(null, null, [SecurityLevel.Safe], [SecurityLevel.Moderate, SecurityLevel.Restricted])
        from ids in Gen.Elements<string[]?>(
            null, null, [Ids[0].ToString(), "tool-3"], [Ids[1].ToString().ToUpperInvariant()], [Ids[2].ToString("N"), $" {Ids[4]}"], [])
        from tags in Gen.Elements<string[]?>(null, null, ["mail"], ["mail", "web"])
        from categories in Gen.Elements<string[]?>(null, null, ["web"], [""])
        from subjects in Gen.Elements<PolicySubjects?>(
            null, null, new PolicySubjects { Users = ["alice"] }, new PolicySubjects { Users = ["service:bob"] },
            new PolicySubjects { Agents = ["a1"] }, new PolicySubjects { Roles = ["operator"] }, new PolicySubjects { Projects = ["x"] })
        from time in Gen.Elements<PolicyTime?>(
            null, null, null, new PolicyTime { Days = ["mon"] }, new PolicyTime { Days = ["sun"] }, new PolicyTime { Timezone = "Mars/Olympus" })
        select new PolicyMatch { Actions = actions, Levels = levels, ToolIds = ids, Tags = tags, Categories = categories, Subjects = subjects, Time = time };

    private static Gen<Grant> Grants() =>
        from subject in Gen.Elements(("user", "alice"), ("agent", "a1"), ("service", "bob"), ("role", "user"), ("role", "unknown"))
        from permission in Gen.Elements("execute", "tool:execute:restricted", "tool:execute:dangerous", "read", "act-as")
        from tool in Gen.Elements<Guid?>(null, Ids[0], Ids[1], Ids[2])
        from project in Gen.Elements(null, null, null, "x")
        from expires in Gen.Elements<DateTimeOffset?>(null, null, Now + TimeSpan.FromDays(1), Now)
        select Grant(subject.Item1, subject.Item2, permission, tool, project, expires);
}
