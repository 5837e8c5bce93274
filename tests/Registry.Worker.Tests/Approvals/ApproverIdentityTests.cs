using Capns.Access;
using Capns.Contracts;
using Capns.Contracts.Approvals;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Approvals.Deciding;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Tests.Executions;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>Who an approver is, by the real rules of access: keys, policies, and the other identities of one person (platform spec 5.6, 8.2, 8.3).</summary>
public sealed class ApproverIdentityTests
{
    private static readonly Caller Olga = new() { Kind = CallerKind.User, Id = "olga", Roles = ["operator"] };
    private static readonly Caller Lisa = new() { Kind = CallerKind.User, Id = "lisa", Roles = ["user"] };

    [ServersFact]
    public async Task Decide_ByKey_EveryScopeCountsAndANarrowOneDoesNot()
    {
        await using var world = await StartAsync();
        var id = await world.AskAsync();

        Assert.Equal("INSUFFICIENT_PERMISSIONS", await DecideAsync(world, id, Olga with { Scopes = new HashSet<string> { "tool:read" } }));
        Assert.Equal("approved", await DecideAsync(world, id, Olga with { Scopes = new HashSet<string> { "*" } }));
    }

    [ServersFact]
    public async Task Decide_PolicyDenies_OutranksAListing()
    {
        await using var world = await StartAsync(new WorldSettings { RealAccess = true, Flags = new ToolFlags { Approvers = ["lisa"] } });
        var (first, second) = (await world.AskAsync(), await world.AskAsync());
        Assert.Equal("approved", await DecideAsync(world, first, Lisa));

        await PolicyAsync(world, "deny", """{"actions":["execution:approve:*"],"subjects":{"users":["lisa"]}}""");

        Assert.Equal("INSUFFICIENT_PERMISSIONS", await DecideAsync(world, second, Lisa));
        Assert.Equal("approved", await DecideAsync(world, second, Olga));
    }

    [ServersFact]
    public async Task Decide_PolicyWantsApprovalForEverythingAboutTheTool_DoesNotBarTheApprovers()
    {
        await using var world = await StartAsync();
        await PolicyAsync(world, "require-approval", """{"toolIds":["math-calculator"]}""");
        var id = await world.AskAsync();

        Assert.Equal("approved", await DecideAsync(world, id, Olga));
    }

    [Theory]
    [InlineData("olga", null, "", null)]
    [InlineData("rita", null, "", "rita")]
    [InlineData("olga", "porter", "", "porter")] // The service that asked for rita names olga: four eyes would be two.
    [InlineData("olga", "other-service", "", null)]
    [InlineData("olga", null, "a1", "a1")] // The agent asked, and olga speaks for it.
    [InlineData("olga", null, "a2", null)] // Merely named: it may be everybody's.
    public void RequesterIn_OtherIdentitiesOfWhoAsked_AreFound(string id, string? service, string agent, string? requester)
    {
        var terms = new ApprovalTerms
        {
            Level = SecurityLevel.Restricted,
            Status = ApprovalStatus.Pending,
            CallerId = "a1",
            Requesters = ["a1", "porter", "rita", "a2"],
            RequiredRoles = ApprovalLevels.Roles(SecurityLevel.Restricted),
            RequiredApprovers = [],
            MinApprovals = 1,
            ParametersHash = "sha256:1",
            ExpiresAt = DateTimeOffset.MaxValue,
        };
        var approver = new Approver { Id = id, Roles = ["operator"], HoldsPermission = true, ActingService = service, Agents = agent.Split(' ').ToHashSet() };

        Assert.Equal(requester, DecisionRule.RequesterIn(terms, approver));
        var judgement = DecisionRule.Judge(terms, [], approver, new GivenDecision(id, ApprovalDecision.Approve, [], null), null, default);
        Assert.Equal(requester is null ? null : "SELF_APPROVAL", judgement.Refusal?.Code);
    }

    private static Task<World> StartAsync(WorldSettings? settings = null) =>
        ApprovalFlow.StartAsync(settings: settings ?? new WorldSettings { RealAccess = true });

    private static async Task<string> DecideAsync(World world, Guid execution, Caller caller)
    {
        var services = world.Host.Services;
        var order = new DecisionOrder { ExecutionId = execution, Decision = ApprovalDecision.Approve, Via = "rest" };
        DecisionAnswer? answer = null;
        await services.GetRequiredService<RegistryTransactions>().RunAsync(
            execution,
            async transaction => answer = await services.GetRequiredService<ApprovalDesk>().DecideAsync(transaction, caller, order),
            CancellationToken.None);
        return answer!.Refusal?.Code ?? answer.Approval!.Status.Word();
    }

    private static async Task PolicyAsync(World world, string effect, string match)
    {
        await world.Database.ExecuteAsync(
            $"INSERT INTO policies (id, name, enabled, effect, match, reason, row_version, created_at, updated_at) VALUES (gen_random_uuid(), 'p-{effect}', true, '{effect}', '{match}', 'as the test says', 1, now(), now())");
        world.Settings.Clock.Advance(TimeSpan.FromSeconds(2));
    }
}
