using Capns.Access;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Access.Waiting;
using Capns.Registry.Worker.Tests.Access;
using Capns.Registry.Worker.Tests.Executions;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>Gate 6 is passed again whenever a job that has waited goes out (platform spec 5.4).</summary>
public sealed class GatesAgainTests
{
    private const string Grant =
        "INSERT INTO permission_grants (id, subject_kind, subject_id, permission, granted_by, created_at) VALUES (gen_random_uuid(), 'user', 'rita', 'tool:execute:restricted', 'tests', now())";

    private static readonly Asker Rita = new() { Kind = "user", Id = "rita", Roles = ["user"] };

    [ServersFact]
    public async Task Granted_WhileTheCallersRightsLast_RunsAndOnceTheyAreGoneDoesNot()
    {
        await using var world = await StartAsync(SecurityLevel.Restricted, Rita);
        await world.Database.ExecuteAsync(Grant);
        var (first, second) = (await world.AskAsync(), await world.AskAsync());
        await ApproveAsync(world, first);
        Assert.Equal(first, (await world.TakeAsync<RunTool>(Runner.Queue)).ExecutionId);

        await ChangeAsync(world, "DELETE FROM permission_grants");
        await ApproveAsync(world, second);

        await AssertEndsAsync(world, second, "rejected", "tool:execute:restricted");
    }

    [ServersTheory]
    [InlineData("service", null)] // Its account is gone.
    [InlineData("user", "porter")] // The account that acted for it is gone.
    public async Task Granted_TheAccountItRestsOnIsGone_IsRejected(string kind, string? acting)
    {
        await using var world = await StartAsync(SecurityLevel.Restricted, Rita with { Kind = kind, Id = "mailer", Roles = ["admin"], AccountId = Guid.CreateVersion7(), ActingService = acting });
        var id = await world.AskAsync();
        await ApproveAsync(world, id);

        await AssertEndsAsync(world, id, "rejected", acting ?? "mailer");
    }

    [ServersFact]
    public async Task Granted_TheKeyItWasAskedWithIsRevoked_IsRejectedAndOneThatRanOutRuns()
    {
        await using var world = await StartAsync(SecurityLevel.Restricted, Rita with { Roles = ["operator"], KeyId = "k1" });
        await world.Database.ExecuteAsync(
            "INSERT INTO api_keys (id, hash, owner_kind, owner_id, name, scopes, owner, created_at, expires_at) VALUES ('k1', '\\x00', 'user', 'rita', 'k', '{*}', '{\"roles\":[\"operator\"]}', now(), now() - interval '1 hour')");
        var (first, second) = (await world.AskAsync(), await world.AskAsync());
        await ApproveAsync(world, first);
        Assert.Equal(first, (await world.TakeAsync<RunTool>(Runner.Queue)).ExecutionId);

        await ChangeAsync(world, "UPDATE api_keys SET revoked_at = now()");
        await ApproveAsync(world, second);

        await AssertEndsAsync(world, second, "rejected", "k1");
    }

    [ServersFact]
    public async Task Retry_APolicyDeniesMeanwhile_IsRejected()
    {
        await using var world = await StartAsync(SecurityLevel.Safe, Rita);
        var id = await world.RequestAsync();
        var command = await world.TakeAsync<RunTool>(Runner.Queue);
        await world.ReportAsync(Runner.Started(command));
        await world.ReportAsync(Runner.Failed(command, ErrorCodes.SandboxFailed));
        await world.UntilAsync(id, "retrying");

        await ChangeAsync(world, Deny);
        world.Settings.Clock.Advance(TimeSpan.FromSeconds(30));

        await AssertEndsAsync(world, id, "rejected", "Policy stop");
    }

    [ServersTheory]
    [InlineData("anonymous", "")] // By ANONYMOUS_PERMISSIONS.
    [InlineData("user", "user")]
    public async Task Retry_TheCallerStillMay_IsMadeAgain(string kind, string role)
    {
        var asker = Rita with { Kind = kind, Roles = [role], Proof = CallerProof.Broker, Scopes = ["*"] };
        await using var world = await StartAsync(SecurityLevel.Safe, asker);
        var id = await world.RequestAsync();
        var command = await world.TakeAsync<RunTool>(Runner.Queue);
        await world.ReportAsync(Runner.Started(command));
        await world.ReportAsync(Runner.Failed(command, ErrorCodes.SandboxFailed));
        await world.UntilAsync(id, "retrying");
        world.Settings.Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal((id, 2), (await world.TakeAsync<RunTool>(Runner.Queue, TimeSpan.FromSeconds(20))) is var again ? (again.ExecutionId, again.Attempt) : default);
    }

    [ServersFact]
    public async Task Lost_APolicyDeniesMeanwhile_FailsAndIsNotMadeAgain()
    {
        await using var world = await StartAsync(SecurityLevel.Safe, Rita);
        var id = await world.RequestAsync();
        var command = await world.TakeAsync<RunTool>(Runner.Queue);
        await world.ReportAsync(Runner.Started(command));
        await world.UntilAsync(id, "running");

        await ChangeAsync(world, Deny);
        await world.ReportAsync(Runner.Lost(command));

        await AssertEndsAsync(world, id, "failed", "Policy stop");
    }

    [ServersFact]
    public async Task Queued_APolicyWantsApprovalMeanwhile_IsRejectedBecauseNobodyWasAsked()
    {
        await using var world = await StartAsync(SecurityLevel.Safe, Rita);
        var id = await world.RequestAsync();
        var command = await world.TakeAsync<RunTool>(Runner.Queue);
        await world.ReportAsync(new RunLimited
        {
            ExecutionId = id,
            Attempt = command.Attempt,
            Dispatch = command.Dispatch,
            Code = "RATE_LIMITED",
            Limit = 1,
            RetryAfterMs = 20_000,
            RunnerId = "runner-1",
        });
        await Eventually.TrueAsync(
            async () => await world.Database.ScalarAsync<bool>($"SELECT handed_over_at IS NULL FROM executions WHERE id = '{id}'"), "it to wait", TimeSpan.FromSeconds(20));

        await ChangeAsync(world, Deny.Replace("'deny'", "'require-approval'", StringComparison.Ordinal));
        world.Settings.Clock.Advance(TimeSpan.FromSeconds(30));

        await AssertEndsAsync(world, id, "rejected", "there are 0", "APPROVAL_REJECTED");
    }

    private const string Deny =
        "INSERT INTO policies (id, name, enabled, effect, match, reason, row_version, created_at, updated_at) VALUES (gen_random_uuid(), 'stop', true, 'deny', '{\"actions\":[\"tool:execute:*\"]}', 'no more', 1, now(), now())";

    private static Task<World> StartAsync(SecurityLevel level, Asker asker) =>
        ApprovalFlow.StartAsync(
            level, plan => plan with { Asker = asker, Permissions = [$"tool:execute:{Words.Level(level)}"] }, new WorldSettings { RealAccess = true });

    private static async Task ApproveAsync(World world, Guid id)
    {
        var token = TestTokens.Hs256(TestTokens.Claims(world.Settings.Clock.GetUtcNow(), "olga", "operator"));
        Assert.Equal("approved", await world.AnswerAsync(id, token, approver: "olga"));
    }

    /// <summary>Rules are at most a second old.</summary>
    private static async Task ChangeAsync(World world, string sql)
    {
        await world.Database.ExecuteAsync(sql);
        world.Settings.Clock.Advance(TimeSpan.FromSeconds(2));
    }

    private static async Task AssertEndsAsync(World world, Guid id, string state, string word, string code = "INSUFFICIENT_PERMISSIONS")
    {
        await world.UntilAsync(id, state);
        Assert.Equal(code, await world.Database.ScalarAsync<string>($"SELECT error->>'code' FROM executions WHERE id = '{id}'"));
        Assert.Contains(word, await world.Database.ScalarAsync<string>($"SELECT error->>'message' FROM executions WHERE id = '{id}'"), StringComparison.Ordinal);
        Assert.Equal(0, (await world.Broker.QueueAsync(Runner.Queue))!.Messages);
    }
}
