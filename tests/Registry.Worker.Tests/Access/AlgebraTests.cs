using System.Text.Json;
using Capns.Access;
using Capns.Access.Rules;
using Capns.Contracts;
using Capns.Contracts.Json;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>Roles, grants and policies together (platform spec 8.2, 8.3).</summary>
public sealed class AlgebraTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 15, 0, TimeSpan.Zero);
    private static readonly Guid ToolId = new("0195561f-5a10-7c44-8b21-1a2b3c4d5e6f");

    private static readonly string[] Actions =
    [
        "tool:read", "tool:write", "tool:execute:safe", "tool:execute:moderate", "tool:execute:restricted", "tool:execute:dangerous", "execution:approve:restricted",
        "execution:approve:dangerous", "policy:write", "apikey:write:any", "admin:force", "act-as", "files:write",
    ];

    // The table of 8.2, written down a second time: u a s o x d for user, agent, service, operator, security-admin, admin.
    [Theory]
    [InlineData("tool:read", "uasoxd")]
    [InlineData("tool:execute:safe", "uasoxd")]
    [InlineData("tool:execute:moderate", "uasoxd")]
    [InlineData("workflow:run", "uasoxd")]
    [InlineData("learning:write", "uasoxd")]
    [InlineData("workflow:write", "usoxd")]
    [InlineData("tool:write", "soxd")]
    [InlineData("tool:write:any", "oxd")]
    [InlineData("tool:execute:restricted", "oxd")]
    [InlineData("execution:read:any", "oxd")]
    [InlineData("execution:cancel:any", "oxd")]
    [InlineData("analytics:read", "oxd")]
    [InlineData("execution:approve:safe", "oxd")]
    [InlineData("execution:approve:moderate", "oxd")]
    [InlineData("execution:approve:restricted", "oxd")]
    [InlineData("execution:approve:dangerous", "xd")]
    [InlineData("tool:execute:dangerous", "")]
    [InlineData("tool:trust", "xd")]
    [InlineData("permission:write", "xd")]
    [InlineData("policy:write", "xd")]
    [InlineData("audit:read", "xd")]
    [InlineData("audit:write", "xd")]
    [InlineData("secret:write", "oxd")]
    [InlineData("graph:write", "oxd")]
    [InlineData("budget:write", "od")]
    [InlineData("admin:graph", "od")]
    [InlineData("admin:dead-letters", "od")]
    [InlineData("admin:health", "oxd")]
    [InlineData("admin:kill-switch", "xd")]
    [InlineData("admin:broadcast", "d")]
    [InlineData("admin:purge", "d")]
    [InlineData("admin:force", "d")]
    [InlineData("apikey:write:any", "d")]
    [InlineData("act-as", "")]
    [InlineData("files:write", "")]
    public void Role_Permission_IsThatOfTheTable(string permission, string holders)
    {
        var letters = new Dictionary<char, string> { ['u'] = "user", ['a'] = "agent", ['s'] = "service", ['o'] = "operator", ['x'] = "security-admin", ['d'] = "admin" };
        foreach (var (letter, role) in letters)
        {
            var decision = Decide(Somebody() with { Roles = [role] }, permission, Rules());
            Assert.Equal((role, holders.Contains(letter)), (role, decision.Effect == AccessEffect.Allowed));
            Assert.True(decision.Effect == AccessEffect.Allowed || decision.Reason.Contains(permission, StringComparison.Ordinal));
        }

        Assert.All(new[] { "root", "", "Admin", "administrator", "system_admin" }, role => Assert.Equal(AccessEffect.Denied, Decide(Somebody() with { Roles = [role] }, permission, Rules()).Effect));
    }

    [Fact]
    public void Role_SystemAdmin_IsReadAsAdmin() => Assert.Equal(["admin", "user"], RolePermissions.Known(["system_admin", "user", "admin"]));

    // A grant, the question, and what it gives.
    [Theory]
    [InlineData("""{"subjectKind":"user","subjectId":"alice","permission":"tool:execute:dangerous"}""", "tool:execute:dangerous", true)]
    [InlineData("""{"subjectKind":"user","subjectId":"bob","permission":"tool:execute:dangerous"}""", "tool:execute:dangerous", false)]
    [InlineData("""{"subjectKind":"agent","subjectId":"alice","permission":"tool:execute:dangerous"}""", "tool:execute:dangerous", false)]
    [InlineData("""{"subjectKind":"service","subjectId":"alice","permission":"tool:execute:dangerous"}""", "tool:execute:dangerous", false)]
    [InlineData("""{"subjectKind":"role","subjectId":"user","permission":"tool:execute:dangerous"}""", "tool:execute:dangerous", true)]
    [InlineData("""{"subjectKind":"role","subjectId":"admin","permission":"tool:execute:dangerous"}""", "tool:execute:dangerous", false)]
    [InlineData("""{"subjectKind":"user","subjectId":"alice","permission":"tool:execute:restricted","toolId":"0195561f-5a10-7c44-8b21-1a2b3c4d5e6f"}""", "tool:execute:restricted", true)]
    [InlineData("""{"subjectKind":"user","subjectId":"alice","permission":"tool:execute:restricted","toolId":"0195561f-5a10-7c44-8b21-1a2b3c4d5e60"}""", "tool:execute:restricted", false)]
    [InlineData("""{"subjectKind":"user","subjectId":"alice","permission":"tool:execute:restricted","projectId":"p1"}""", "tool:execute:restricted", true)]
    [InlineData("""{"subjectKind":"user","subjectId":"alice","permission":"tool:execute:restricted","projectId":"p2"}""", "tool:execute:restricted", false)]
    [InlineData("""{"subjectKind":"user","subjectId":"alice","permission":"tool:execute:restricted","expiresAt":"2026-03-02T09:15:01Z"}""", "tool:execute:restricted", true)]
    [InlineData("""{"subjectKind":"user","subjectId":"alice","permission":"tool:execute:restricted","expiresAt":"2026-03-02T09:15:00Z"}""", "tool:execute:restricted", false)]
    [InlineData("""{"subjectKind":"agent","subjectId":"a1","permission":"execute"}""", "tool:execute:restricted", true)]
    [InlineData("""{"subjectKind":"agent","subjectId":"a1","permission":"execute"}""", "tool:execute:dangerous", false)]
    [InlineData("""{"subjectKind":"agent","subjectId":"a1","permission":"read"}""", "tool:execute:restricted", false)]
    [InlineData("""{"subjectKind":"agent","subjectId":"a2","permission":"execute"}""", "tool:execute:restricted", false)]
    [InlineData("""{"subjectKind":"user","subjectId":"alice","permission":"admin:force"}""", "admin:force", true)]
    public void Grant_SubjectToolProjectAndEnd_Decide(string grant, string action, bool given)
    {
        var decision = AccessAlgebra.Decide(Alice(), About(action) with { AgentId = "a1", ProjectId = "p1" }, Rules(grants: [Grant(grant)]), Now);
        Assert.Equal(given, decision.Effect == AccessEffect.Allowed);
    }

    [Fact]
    public void Grant_OfAnAgentThatIsOnlyNamed_GivesNothing()
    {
        var rules = Rules(grants: [Grant("""{"subjectKind":"agent","subjectId":"a9","permission":"tool:execute:restricted"}""")]);
        Assert.Equal(AccessEffect.Denied, AccessAlgebra.Decide(Alice(), About("tool:execute:restricted") with { AgentId = "a9" }, rules, Now).Effect);
        Assert.Equal(AccessEffect.Denied, AccessAlgebra.Decide(Callers.Nobody, About("tool:execute:restricted") with { AgentId = "a9" }, rules, Now).Effect);
        Assert.Equal(AccessEffect.Allowed, Decide(new Caller { Kind = CallerKind.Agent, Id = "a9" }, "tool:execute:restricted", rules).Effect);
    }

    [Fact]
    public void Grant_Limits_AreTheWidestAndFallAwayWithARole()
    {
        var few = Grant("""{"subjectKind":"user","subjectId":"alice","permission":"tool:execute:restricted","limits":"{\"maxCallsPerHour\":5,\"maxCostPerHour\":1.5}"}""");
        var more = Grant("""{"subjectKind":"role","subjectId":"user","permission":"tool:execute:restricted","limits":"{\"maxCallsPerHour\":9}"}""");
        var free = Grant("""{"subjectKind":"user","subjectId":"alice","permission":"tool:execute:restricted"}""");

        Assert.Equal(new GrantLimits(5, 1.5m), Decide(Alice(), "tool:execute:restricted", Rules(grants: [few])).Limits);
        Assert.Equal(new GrantLimits(9, null), Decide(Alice(), "tool:execute:restricted", Rules(grants: [few, more])).Limits);
        Assert.Null(Decide(Alice(), "tool:execute:restricted", Rules(grants: [few, more, free])).Limits);
        Assert.Null(Decide(Alice() with { Roles = ["operator"] }, "tool:execute:restricted", Rules(grants: [few])).Limits);
    }

    // A policy's match and whether it fits alice running the tool at level restricted on a Monday, 09:15 UTC.
    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"actions":["tool:execute:restricted"]}""", true)]
    [InlineData("""{"actions":["tool:execute:*"]}""", true)]
    [InlineData("""{"actions":["*"]}""", true)]
    [InlineData("""{"actions":["tool:read","tool:execute:safe"]}""", false)]
    [InlineData("""{"levels":["restricted","dangerous"]}""", true)]
    [InlineData("""{"levels":["safe"]}""", false)]
    [InlineData("""{"toolIds":["0195561F-5A10-7C44-8B21-1A2B3C4D5E6F"]}""", true)]
    [InlineData("""{"toolIds":["mover"]}""", true)]
    [InlineData("""{"toolIds":["Mover"]}""", false)]
    [InlineData("""{"tags":["x","files"]}""", true)]
    [InlineData("""{"tags":["x"]}""", false)]
    [InlineData("""{"categories":["storage"]}""", true)]
    [InlineData("""{"categories":["computation"]}""", false)]
    [InlineData("""{"tags":["files"],"categories":["computation"]}""", false)]
    [InlineData("""{"subjects":{"users":["alice"]}}""", true)]
    [InlineData("""{"subjects":{"users":["service:alice"]}}""", false)]
    [InlineData("""{"subjects":{"roles":["admin","user"]}}""", true)]
    [InlineData("""{"subjects":{"agents":["a1"]}}""", true)]
    [InlineData("""{"subjects":{"projects":["p1"]}}""", true)]
    [InlineData("""{"subjects":{"projects":["p2"]}}""", false)]
    [InlineData("""{"subjects":{"users":["alice"],"roles":["admin"]}}""", false)]
    [InlineData("""{"time":{"days":["mon"]}}""", true)]
    [InlineData("""{"time":{"days":["sat","sun"]}}""", false)]
    [InlineData("""{"time":{"from":"09:15","to":"09:16"}}""", true)]
    [InlineData("""{"time":{"from":"09:00","to":"09:15"}}""", false)]
    [InlineData("""{"time":{"from":"22:00","to":"10:00"}}""", true)]
    [InlineData("""{"time":{"from":"22:00","to":"10:00","days":["mon"]}}""", false)]
    [InlineData("""{"time":{"from":"22:00","to":"10:00","days":["sun"]}}""", true)]
    [InlineData("""{"time":{"from":"10:00","timezone":"Europe/Berlin"}}""", true)]
    [InlineData("""{"time":{"to":"10:00","timezone":"Europe/Berlin"}}""", false)]
    public void Policy_Match_IsOrInsideAndAndBetween(string match, bool fits)
    {
        var question = About("tool:execute:restricted") with { AgentId = "a1", ProjectId = "p1" };
        Assert.Equal(fits, Match(match).Fits(Alice(), question, Now, claimed: true));
        Assert.Equal(fits, Match(match).Fits(Alice(), question, Now, claimed: false));
    }

    [Fact]
    public void Policy_TimeZoneThatThisMachineDoesNotKnow_TakesAndGivesNothing()
    {
        var (question, match) = (About("tool:execute:restricted"), """{"time":{"timezone":"Mars/Olympus"}}""");
        Assert.Equal(AccessEffect.Denied, AccessAlgebra.Decide(Alice(), question, Rules([Rule("a", Policy.Allow, match)]), Now).Effect);
        var operators = Alice() with { Roles = ["operator"] };
        Assert.Equal(AccessEffect.Denied, AccessAlgebra.Decide(operators, question, Rules([Rule("d", Policy.Deny, match)]), Now).Effect);
        Assert.Equal(AccessEffect.NeedsApproval, AccessAlgebra.Decide(operators, question, Rules([Rule("r", Policy.RequireApproval, match)]), Now).Effect);
    }

    // An action about no tool, and whether a policy about level restricted fits it.
    [Theory]
    [InlineData("execution:approve:restricted", true)]
    [InlineData("execution:approve:safe", false)]
    [InlineData("tool:read", false)]
    [InlineData("quota:3", false)]
    [InlineData("quota:restricted-ish", false)]
    public void Policy_LevelOfAnAction_IsItsWordAndNoNumber(string action, bool fits) =>
        Assert.Equal(fits, Match("""{"levels":["restricted"]}""").Fits(Alice(), new AccessQuestion { Action = action }, Now, claimed: true));

    [Theory]
    [InlineData("""{"subjects":{"agents":["a9"]}}""")]
    [InlineData("""{"subjects":{"projects":["p9"]}}""")]
    public void Policy_SubjectThatIsOnlyNamed_CostsRightsAndGivesNone(string match)
    {
        var question = About("tool:execute:restricted") with { AgentId = "a9", ProjectId = "p9" };
        Assert.Equal(AccessEffect.Denied, AccessAlgebra.Decide(Alice(), question, Rules([Rule("a", Policy.Allow, match)]), Now).Effect);
        Assert.Equal(AccessEffect.Denied, AccessAlgebra.Decide(Alice() with { Roles = ["operator"] }, question, Rules([Rule("d", Policy.Deny, match)]), Now).Effect);
        Assert.Equal(AccessEffect.Allowed, AccessAlgebra.Decide(Alice() with { Roles = ["operator"] }, question, Rules(), Now).Effect);
    }

    [Theory]
    [InlineData("tool:execute:dangerous")]
    [InlineData("execution:approve:safe")]
    [InlineData("execution:approve:dangerous")]
    [InlineData("act-as")]
    [InlineData("admin:health")]
    [InlineData("admin:purge")]
    [InlineData("apikey:write:any")]
    [InlineData("permission:write")]
    public void Policy_AllowOfEverything_NeverGivesWhatPoliciesCannot(string action) =>
        Assert.Equal(AccessEffect.Denied, Decide(Alice(), action, Rules([Rule("all", Policy.Allow, "{}")])).Effect);

    [Fact]
    public void Policies_SeveralApprovals_AreAllContent()
    {
        var two = Rule("two", Policy.RequireApproval, "{}") with { MinApprovals = 2 };
        var listed = Rule("listed", Policy.RequireApproval, "{}") with { Approvers = ["carol", "dave"] };
        var other = Rule("other", Policy.RequireApproval, "{}") with { Approvers = ["dave", "erin"], MinApprovals = 1 };

        var decision = Decide(Alice(), "tool:read", Rules([two, listed, other]));
        Assert.Equal((AccessEffect.NeedsApproval, 2), (decision.Effect, decision.MinApprovals));
        Assert.Equal(["dave"], decision.Approvers);
        Assert.Equal(AccessEffect.Denied, Decide(Alice(), "tool:read", Rules([listed, other with { Approvers = ["erin"] }])).Effect);
        Assert.Equal(AccessEffect.Denied, Decide(Callers.Nobody, "tool:write", Rules([two])).Effect);
    }

    // How somebody is known, and whether that is enough to run a restricted tool (platform spec 3.10).
    [Theory]
    [InlineData("login", true)]
    [InlineData("broker", false)]
    [InlineData("broker with act-as", true)]
    [InlineData("acted for", true)]
    [InlineData("nobody", false)]
    public void Restricted_Proof_IsDemanded(string how, bool enough)
    {
        var permissions = new HashSet<string> { "tool:execute:restricted", "tool:execute:safe", "execution:approve:restricted" };
        var service = new Caller { Kind = CallerKind.Service, Id = "s", Permissions = permissions, Proof = CallerProof.Broker };
        var caller = how switch
        {
            "login" => service with { Proof = CallerProof.Login },
            "broker" => service,
            "broker with act-as" => service with { Permissions = new HashSet<string>(permissions) { "act-as" } },
            "acted for" => service with { Kind = CallerKind.User, ActingService = "s" },
            _ => Callers.Anonymous(permissions),
        };

        Assert.Equal(enough, Decide(caller, "tool:execute:restricted", Rules()).Effect == AccessEffect.Allowed);
        Assert.Equal(enough, Decide(caller, "execution:approve:restricted", Rules()).Effect == AccessEffect.Allowed);
        Assert.Equal(AccessEffect.Allowed, Decide(caller, "tool:execute:safe", Rules()).Effect);
    }

    [Fact]
    public void Decide_AnyCallerAndRules_KeepsTheOrderOfEffects() => Prop.ForAll(Cases().ToArbitrary(), given =>
    {
        var (caller, action, policies, granted) = given;
        var grants = granted ? [Grant($$"""{"subjectKind":"user","subjectId":"alice","permission":"{{action}}"}""")] : Array.Empty<Grant>();
        var decision = Decide(caller, action, Rules(policies, grants));
        var fitting = policies.Where(policy => policy.Match.Fits(caller, About(action), Now, claimed: true)).ToList();
        var held = RolePermissions.Give(caller.Roles, action) || granted;
        var byPolicy = fitting.Exists(policy => policy.Effect == Policy.Allow) && !PermissionNames.IsBeyondPolicies(action);
        var inScope = caller.Scopes is null || caller.Scopes.Contains(action) || caller.Scopes.Contains("*");

        var expected = !inScope || fitting.Exists(policy => policy.Effect == Policy.Deny) || !(held || byPolicy) ? AccessEffect.Denied
            : fitting.Exists(policy => policy.Effect == Policy.RequireApproval) ? AccessEffect.NeedsApproval
            : AccessEffect.Allowed;
        Assert.Equal(expected, decision.Effect);
        Assert.NotEmpty(decision.Reason);

        // The order in which policies were written changes nothing.
        Assert.Equal(decision.Effect, Decide(caller, action, Rules([.. policies.Reverse()], grants)).Effect);

        // One policy more that takes never gives; one more that allows never takes.
        Assert.True(Decide(caller, action, Rules([.. policies, Rule("zz", Policy.Deny, "{}")], grants)).Effect == AccessEffect.Denied);
        Assert.True(Decide(caller, action, Rules([.. policies, Rule("zz", Policy.RequireApproval, "{}")], grants)).Effect <= decision.Effect);
        Assert.True(Decide(caller, action, Rules([.. policies, Rule("zz", Policy.Allow, "{}")], grants)).Effect >= decision.Effect);

        // Scopes only cut.
        Assert.True(Decide(caller with { Scopes = new HashSet<string> { "tool:read" } }, action, Rules(policies, grants)).Effect <= Decide(caller with { Scopes = null }, action, Rules(policies, grants)).Effect);
    }).QuickCheckThrowOnFailure();

    private static Gen<(Caller Caller, string Action, PolicyRule[] Policies, bool Granted)> Cases()
    {
        var matches = Gen.Elements(
            "{}", """{"actions":["tool:*"]}""", """{"actions":["*"]}""", """{"levels":["restricted"]}""", """{"subjects":{"roles":["user"]}}""",
            """{"subjects":{"users":["alice"]}}""", """{"categories":["storage"],"time":{"days":["mon"]}}""", """{"tags":["nothing"]}""", """{"actions":["admin:*","act-as"]}""");
        var policies = from effect in Gen.Elements(Policy.Deny, Policy.RequireApproval, Policy.Allow, Policy.Allow, Policy.RequireApproval)
                       from match in matches
                       from number in Gen.Choose(0, 99)
                       select Rule($"p{number}", effect, match);
        return from roles in Gen.SubListOf("user", "operator", "security-admin", "admin", "unknown")
               from scopes in Gen.Elements<IReadOnlySet<string>?>(null, null, new HashSet<string> { "*" }, new HashSet<string> { "tool:read", "act-as" }, new HashSet<string>())
               from action in Gen.Elements(Actions)
               from granted in Gen.Elements(true, false)
               from count in Gen.Choose(0, 4)
               from list in Gen.ArrayOf(policies, count)
               select (Alice() with { Roles = [.. roles], Scopes = scopes }, action, list, granted);
    }

    private static AccessDecision Decide(Caller caller, string action, AccessSnapshot rules) => AccessAlgebra.Decide(caller, About(action), rules, Now);

    private static AccessQuestion About(string action) => new()
    {
        Action = action,
        Tool = new ToolFacts(ToolId, "mover", SecurityLevel.Restricted, "storage", ["files"], "tests"),
    };

    private static Caller Somebody() => new() { Kind = CallerKind.User, Id = "somebody" };

    private static Caller Alice() => new()
    {
        Kind = CallerKind.User,
        Id = "alice",
        Roles = ["user"],
        Agents = new HashSet<string> { "a1", "a2" },
        Projects = new HashSet<string> { "p1" },
    };

    private static AccessSnapshot Rules(PolicyRule[]? policies = null, Grant[]? grants = null) => new(1, grants ?? [], policies ?? [], []);

    private static PolicyRule Rule(string name, string effect, string match) => new(name, effect, Match(match), "because", [], null);

    private static PolicyMatch Match(string json) => JsonSerializer.Deserialize<PolicyMatch>(json, WireJson.Options)!;

    private static Grant Grant(string json)
    {
        var fields = TestTokens.Json(json);
        string? Text(string name) => fields.TryGetProperty(name, out var value) ? value.GetString() : null;
        return new()
        {
            Id = Guid.NewGuid(),
            SubjectKind = Text("subjectKind")!,
            SubjectId = Text("subjectId")!,
            Permission = Text("permission")!,
            ToolId = Text("toolId") is { } tool ? Guid.Parse(tool) : null,
            ProjectId = Text("projectId"),
            Limits = Text("limits"),
            GrantedBy = "tests",
            CreatedAt = Now,
            ExpiresAt = Text("expiresAt") is { } end ? DateTimeOffset.Parse(end, System.Globalization.CultureInfo.InvariantCulture) : null,
        };
    }
}
