using Capns.Access;
using Capns.Contracts;
using Capns.Contracts.Approvals;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Approvals.Asking;
using Capns.Registry.Worker.Approvals.Deciding;
using Capns.Registry.Worker.Tools.Catalogue;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>Who may decide and what follows, on random approvals and random decisions (platform spec 5.3, 5.6, 8.2).</summary>
public sealed class DecisionRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 15, 0, TimeSpan.Zero);
    private static readonly string[] People = ["rita", "paul", "olga", "adam", "sam", "lisa"];
    private static readonly string[] AllRoles = ["user", "operator", "security-admin", "admin"];

    private static readonly Gen<ApprovalTerms> AnyTerms =
        from level in Gen.Elements(SecurityLevel.Safe, SecurityLevel.Moderate, SecurityLevel.Restricted, SecurityLevel.Dangerous)
        from requesters in Gen.SubListOf(People)
        from named in Gen.Elements(true, false)
        from approvers in Gen.SubListOf(People)
        from min in Gen.Choose(1, 4)
        from escalated in Gen.Elements(true, false)
        from status in Gen.Elements(ApprovalStatus.Pending, ApprovalStatus.Pending, ApprovalStatus.Pending, ApprovalStatus.Approved, ApprovalStatus.Rejected, ApprovalStatus.Expired, ApprovalStatus.Cancelled)
        from left in Gen.Choose(-1, 5)
        select new ApprovalTerms
        {
            Level = level,
            Status = status,
            CallerId = "rita",
            Requesters = [.. requesters],
            RequiredRoles = named && level != SecurityLevel.Dangerous ? [] : ApprovalLevels.Roles(level),
            RequiredApprovers = [.. approvers],
            MinApprovals = min,
            ParametersHash = "sha256:1",
            ExpiresAt = Now.AddMinutes(left),
            Escalated = escalated,
        };

    private static readonly Gen<Approver> AnyApprover =
        from id in Gen.Elements(People)
        from roles in Gen.SubListOf(AllRoles)
        from holds in Gen.Elements(true, true, false)
        from cut in Gen.Elements(false, false, false, true)
        from denied in Gen.Elements(false, false, false, true)
        from service in Gen.Elements<string?>(null, null, null, "paul")
        from agents in Gen.SubListOf("rita", "bot")
        select new Approver
        {
            Id = id,
            Roles = [.. roles],
            HoldsPermission = holds,
            IsCutByScopes = cut,
            IsDenied = denied,
            ActingService = service,
            Agents = agents.ToHashSet(),
        };

    private static readonly Gen<(Approver Approver, ApprovalDecision Decision, string? Hash)> AnyStep =
        from approver in AnyApprover
        from decision in Gen.Elements(ApprovalDecision.Approve, ApprovalDecision.Approve, ApprovalDecision.Reject)
        from hash in Gen.Elements<string?>(null, null, "sha256:1", "sha256:2")
        select (approver, decision, hash);

    [Fact]
    public void Judge_AnySequenceOfDecisions_KeepsEveryRule() =>
        Prop.ForAll(
            Arb.From(from terms in AnyTerms from steps in AnyStep.ListOf(12) select (terms, steps.ToList())),
            run => Replay(run.terms, run.Item2)).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(SecurityLevel.Restricted, "operator", true)]
    [InlineData(SecurityLevel.Restricted, "security-admin", true)]
    [InlineData(SecurityLevel.Restricted, "user", false)]
    [InlineData(SecurityLevel.Dangerous, "operator", false)]
    [InlineData(SecurityLevel.Dangerous, "security-admin", true)]
    [InlineData(SecurityLevel.Dangerous, "admin", true)]
    public void MayDecide_ByRole_AsTheLevelSays(SecurityLevel level, string role, bool may) => Assert.Equal(
        may, DecisionRule.MayDecide(Terms(level), new Approver { Id = "x", Roles = [role], HoldsPermission = ApprovalLevels.Roles(level).Contains(role) }));

    [Fact]
    public void MayDecide_ListedApprover_NeedsNoRoleBelowDangerous()
    {
        var lisa = new Approver { Id = "lisa" };
        Assert.True(DecisionRule.MayDecide(Terms(SecurityLevel.Restricted) with { RequiredApprovers = ["lisa"] }, lisa));
        Assert.False(DecisionRule.MayDecide(Terms(SecurityLevel.Dangerous) with { RequiredApprovers = ["lisa"] }, lisa));
        Assert.True(DecisionRule.MayDecide(Terms(SecurityLevel.Dangerous) with { RequiredApprovers = ["lisa"] }, lisa with { Roles = ["admin"], HoldsPermission = true }));
        Assert.False(DecisionRule.MayDecide(Terms(SecurityLevel.Restricted) with { RequiredApprovers = ["lisa"] }, lisa with { IsCutByScopes = true }));
    }

    [Fact]
    public void MayDecide_PermissionByGrant_IsEnoughWhereNobodyIsNamed()
    {
        var granted = new Approver { Id = "gina", HoldsPermission = true };
        Assert.True(DecisionRule.MayDecide(Terms(SecurityLevel.Restricted), granted));
        Assert.False(DecisionRule.MayDecide(Terms(SecurityLevel.Restricted) with { RequiredRoles = [], RequiredApprovers = ["lisa"] }, granted));
        Assert.False(DecisionRule.MayDecide(Terms(SecurityLevel.Dangerous), granted));
    }

    [Fact]
    public void Need_IsTheMostThatLevelToolAndPolicyAskFor()
    {
        var policy = new AccessDecision { Effect = AccessEffect.NeedsApproval, Reason = "Policy x.", Approvers = ["lisa", "mo"], MinApprovals = 2 };
        var flags = new ToolFlags { Approvers = ["tom"], MinApprovals = 3 };

        Assert.Null(ApprovalNeed.Of(SecurityLevel.Moderate, false, flags, new AccessDecision { Effect = AccessEffect.Allowed, Reason = "" }, new ApprovalOptions()));
        Assert.Equal(1, ApprovalNeed.Of(SecurityLevel.Safe, true, new ToolFlags(), null, new ApprovalOptions { DangerousMinApprovals = 2 })!.MinApprovals);
        Assert.Equal(2, ApprovalNeed.Of(SecurityLevel.Dangerous, false, new ToolFlags { MinApprovals = 1 }, null, new ApprovalOptions { DangerousMinApprovals = 2 })!.MinApprovals);
        var listed = ApprovalNeed.Of(SecurityLevel.Restricted, false, flags, null, new ApprovalOptions())!;
        Assert.Equal((3, 3), (listed.RequiredRoles.Count, listed.MinApprovals));
        Assert.Equal(["tom"], listed.RequiredApprovers);
        var named = ApprovalNeed.Of(SecurityLevel.Safe, false, flags, policy, new ApprovalOptions())!;
        Assert.Equal(("Policy x.", 0), (named.Reason, named.RequiredRoles.Count));
        Assert.Equal(["lisa", "mo"], named.RequiredApprovers);
        Assert.Equal(["security-admin", "admin"], ApprovalNeed.Of(SecurityLevel.Dangerous, false, flags, policy, new ApprovalOptions())!.RequiredRoles);
    }

    private static ApprovalTerms Terms(SecurityLevel level) => new()
    {
        Level = level,
        Status = ApprovalStatus.Pending,
        CallerId = "rita",
        Requesters = ["rita"],
        RequiredRoles = ApprovalLevels.Roles(level),
        RequiredApprovers = [],
        MinApprovals = 1,
        ParametersHash = "sha256:1",
        ExpiresAt = Now.AddHours(1),
    };

    /// <summary>Decisions one after the other, as the desk takes them.</summary>
    private static void Replay(ApprovalTerms terms, List<(Approver Approver, ApprovalDecision Decision, string? Hash)> steps)
    {
        var given = new List<GivenDecision>();
        foreach (var (approver, decision, hash) in steps)
        {
            var before = terms.Status;
            var mine = new GivenDecision(approver.Id, decision, [], null);
            var judgement = DecisionRule.Judge(terms, given, approver, mine, hash, Now);
            if (judgement.Refusal is not null || judgement.Repeated)
            {
                Assert.Equal(before, judgement.Status);
                Assert.Equal(judgement.Refusal is null, judgement.Message.Length == 0);
                continue;
            }

            // What counts comes from somebody else than the requesters, while it is pending, in time, for these parameters.
            Assert.DoesNotContain(approver.Id, terms.Requesters);
            Assert.DoesNotContain(approver.ActingService ?? "", terms.Requesters);
            Assert.DoesNotContain(terms.CallerId, approver.Agents);
            Assert.Equal(ApprovalStatus.Pending, before);
            Assert.True(Now < terms.ExpiresAt);
            Assert.True(hash is null or "sha256:1");
            Assert.False(approver.IsCutByScopes || approver.IsDenied);
            Assert.True(approver.HoldsPermission || terms.RequiredApprovers.Contains(approver.Id));
            if (terms.Level == SecurityLevel.Dangerous)
            {
                Assert.True(approver.HoldsPermission && approver.Roles.Intersect(["security-admin", "admin"]).Any());
            }

            given.RemoveAll(other => other.ApproverId == approver.Id);
            given.Add(mine);
            terms = terms with { Status = judgement.Status };
            var approvals = given.Count(other => other.Decision == ApprovalDecision.Approve);
            Assert.Equal(approvals, judgement.Approvals);
            Assert.Equal(
                given.Any(other => other.Decision == ApprovalDecision.Reject) ? ApprovalStatus.Rejected
                    : approvals >= terms.MinApprovals ? ApprovalStatus.Approved
                    : ApprovalStatus.Pending,
                judgement.Status);
        }
    }
}
