using Capns.Access;
using Capns.Access.Rules;
using Capns.Contracts;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Rights;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Rights;

/// <summary>What a caller may run, for many tools at once.</summary>
public sealed class RightsFilterTests
{
    private static readonly DateTimeOffset Now = RandomRules.Now;

    [Fact]
    public void Filter_AnyCallerRulesAndTools_SaysWhatTheAlgebraSays() => Prop.ForAll(RandomRules.Cases().ToArbitrary(), given =>
    {
        var filter = new RightsFilter(given.Caller, given.AgentId, given.Rules, Now, isStale: false);
        foreach (var tool in given.Tools)
        {
            var decision = Decide(given.Caller, given.AgentId, given.Rules, tool);
            var asks = decision == AccessEffect.NeedsApproval || tool.RequiresApproval || tool.Level >= SecurityLevel.Restricted;
            Assert.Equal(decision != AccessEffect.Denied, filter.MayRun(tool));
            Assert.Equal(asks, filter.AsksPeople(tool));
            Assert.True(decision == AccessEffect.Denied || tool.Level <= filter.HighestLevel);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    // Callers of a few kinds and rules of a few words: many of them have the same rights, and many have not.
    [Fact]
    public void Fingerprint_Equal_MeansEqualRights()
    {
        var (equal, unequal) = (0, 0);
        var pairs = from one in RandomRules.Cases()
                    from other in RandomRules.People()
                    select (one, other);
        Prop.ForAll(pairs.ToArbitrary(), given =>
        {
            var (rules, tools) = (given.one.Rules, given.one.Tools);
            var one = new RightsFilter(given.one.Caller, given.one.AgentId, rules, Now, isStale: false);
            var other = new RightsFilter(given.other, null, rules, Now, isStale: true);
            if (one.Fingerprint != other.Fingerprint)
            {
                unequal++;
                return;
            }

            equal++;
            Assert.All(tools, tool => Assert.Equal((one.MayRun(tool), one.AsksPeople(tool)), (other.MayRun(tool), other.AsksPeople(tool))));
            Assert.Equal(one.HighestLevel, other.HighestLevel);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
        Assert.True(equal > 100 && unequal > 100, $"{equal} pairs were equal, {unequal} were not.");
    }

    [Theory]
    [InlineData("user", SecurityLevel.Moderate)]
    [InlineData("operator", SecurityLevel.Restricted)]
    [InlineData("unknown", SecurityLevel.Unknown)]
    public void HighestLevel_OfARole_IsThatOfTheTable(string role, SecurityLevel level)
    {
        var filter = Filter(Alice(role), RandomRules.Rules());
        Assert.Equal(level, filter.HighestLevel);
        Assert.Equal(level >= SecurityLevel.Safe, filter.MayRun(Example.Tool("a")));
        Assert.Equal(level >= SecurityLevel.Restricted, filter.MayRun(Example.Tool("a") with { Level = SecurityLevel.Restricted }));
        Assert.False(filter.MayRun(Example.Tool("a") with { Level = SecurityLevel.Dangerous }));
        Assert.False(filter.MayRun(Example.Tool("a") with { Level = SecurityLevel.Unknown }));
    }

    [Fact]
    public void HighestLevel_DangerousIsGrantedForOneTool_IsDangerousAndOnlyThatToolMayRun()
    {
        var (given, other) = (Example.Tool("given") with { Level = SecurityLevel.Dangerous }, Example.Tool("other") with { Level = SecurityLevel.Dangerous });
        var rules = RandomRules.Rules([], RandomRules.Grant("user", "alice", PermissionNames.RunDangerous, given.Id));

        var filter = Filter(Alice("user"), rules);

        Assert.Equal(SecurityLevel.Dangerous, filter.HighestLevel);
        Assert.Equal((true, false), (filter.MayRun(given), filter.MayRun(other)));
        Assert.True(filter.AsksPeople(given));
        Assert.Equal(SecurityLevel.Moderate, Filter(Alice("user") with { Scopes = new HashSet<string> { "tool:execute:moderate" } }, rules).HighestLevel);
    }

    [Fact]
    public void MayRun_PolicyDeniesATag_HidesThoseToolsOnly()
    {
        var rules = RandomRules.Rules([new PolicyRule("no-mail", Policy.Deny, new PolicyMatch { Tags = ["mail"] }, "No.", [], null)]);
        var filter = Filter(Alice("user"), rules);

        Assert.False(filter.MayRun(Example.Tool("a") with { Tags = ["text", "mail"] }));
        Assert.True(filter.MayRun(Example.Tool("b") with { Tags = ["text"] }));
        Assert.NotEqual(Filter(Alice("user"), RandomRules.Rules()).Fingerprint, filter.Fingerprint);
    }

    [Fact]
    public void MayRun_PolicyWantsApproval_IsYesAndAsksPeople()
    {
        var rules = RandomRules.Rules([new PolicyRule("ask", Policy.RequireApproval, new PolicyMatch { Categories = ["web"] }, "Ask.", [], null)]);
        var (web, text) = (Example.Tool("a") with { Category = "web" }, Example.Tool("b"));
        var filter = Filter(Alice("user"), rules);

        Assert.Equal((true, true, true, false), (filter.MayRun(web), filter.MayRun(text), filter.AsksPeople(web), filter.AsksPeople(text)));
        Assert.True(filter.AsksPeople(text with { RequiresApproval = true }));
    }

    [Fact]
    public void Fingerprint_OfThePlatform_IsNotThatOfSomebodyWhomPoliciesConcern()
    {
        var rules = RandomRules.Rules(
            [new PolicyRule("ask", Policy.RequireApproval, new PolicyMatch { ToolIds = ["a"] }, "Ask.", [], null)],
            [.. new[] { "execute", PermissionNames.RunDangerous }.Select(permission => RandomRules.Grant("user", "alice", permission))]);
        var (alice, platform) = (Filter(Alice("user"), rules), Filter(Callers.Platform, rules));

        Assert.Equal((true, false), (alice.AsksPeople(Example.Tool("a")), platform.AsksPeople(Example.Tool("a"))));
        Assert.NotEqual(alice.Fingerprint, platform.Fingerprint);
    }

    // More policies that name tools than fit into one index; and more lists of approvers than there are bits for them.
    [Theory]
    [InlineData(1)]
    [InlineData(200)]
    public void MayRun_HundredsOfNamingPolicies_SaysWhatTheAlgebraSays(int lists)
    {
        var tools = Enumerable.Range(0, 300).Select(number => Example.Tool($"tool-{number}") with { Tags = [$"t{number % 7}"] }).ToList();
        var policies = Enumerable.Range(0, 400).Select(number => new PolicyRule(
            $"p{number:000}", number % 3 == 0 ? Policy.Deny : Policy.RequireApproval, Naming(tools, number), "Because.",
            lists == 1 ? [] : [$"approver-{number % lists}"], null)).ToArray();
        var rules = RandomRules.Rules(policies);
        var filter = Filter(Alice("user"), rules);

        Assert.All(tools, tool => Assert.Equal(Decide(Alice("user"), null, rules, tool) != AccessEffect.Denied, filter.MayRun(tool)));
        Assert.Contains(tools, filter.MayRun);
        Assert.Contains(tools, tool => !filter.MayRun(tool));
    }

    private static PolicyMatch Naming(List<CatalogueTool> tools, int number) => number % 50 == 49
        ? new PolicyMatch { Tags = [$"t{number % 7}"], ToolIds = [.. tools.Take(number / 2).Select(tool => tool.Slug)] }
        : new PolicyMatch { ToolIds = [tools[number % 200].Id.ToString().ToUpperInvariant()] };

    private static RightsFilter Filter(Caller caller, AccessSnapshot rules) => new(caller, null, rules, Now, isStale: false);

    private static Caller Alice(string role) => new() { Kind = CallerKind.User, Id = "alice", Roles = [role] };

    private static AccessEffect Decide(Caller caller, string? agentId, AccessSnapshot rules, CatalogueTool tool) => AccessAlgebra.Decide(
        caller,
        new AccessQuestion
        {
            Action = PermissionNames.Run(tool.Level),
            Tool = new ToolFacts(tool.Id, tool.Slug, tool.Level, tool.Category, tool.Tags, tool.Owner),
            AgentId = agentId,
        },
        rules,
        Now).Effect;
}
