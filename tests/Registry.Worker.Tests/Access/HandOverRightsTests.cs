using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Access.Keys;
using Capns.Access.Rules;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Access.Keys;
using Capns.Registry.Worker.Access.Login;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Executions.HandingOver;
using Capns.Registry.Worker.Executions.KillSwitches;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Tests.Admission;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Registry.Worker.Tools;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>Gates 5 and 6 are passed again when a job that has waited goes to a runner (platform spec 5.4).</summary>
public sealed class HandOverRightsTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>, IAsyncLifetime
{
    private const string Policy = "INSERT INTO policies (id, name, enabled, effect, match, reason, approvers, min_approvals, row_version, created_at, updated_at) VALUES ";

    private readonly ManualTime _time = new();
    private ServiceProvider? _services;

    private ServiceProvider Services => _services!;

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is not null && !ServerUrls.Required)
        {
            return;
        }

        await fixture.Database.ExecuteAsync(
            """
            DELETE FROM permission_grants; DELETE FROM policies; DELETE FROM service_accounts; DELETE FROM api_keys;
            INSERT INTO service_accounts (id, name, amqp_user, roles, permissions, created_at) VALUES
                (gen_random_uuid(), 'actor', 'mq-actor', '{service}', '{act-as}', now()),
                (gen_random_uuid(), 'worker', 'mq-worker', '{service}', '{quota:use}', now());
            INSERT INTO permission_grants (id, subject_kind, subject_id, permission, granted_by, created_at)
                VALUES (gen_random_uuid(), 'user', 'bob', 'tool:execute:restricted', 'tests', now());
            """);
        await fixture.PublishAsync(Definitions.Valid("wait-safe"));
        await fixture.PublishAsync(Definitions.Valid("wait-restricted").With("securityLevel", "restricted"));
        var services = new ServiceCollection();
        services.AddSingleton(fixture.Capabilities);
        services.AddAccess(new AccessOptions { Logins = new() { JwtSecret = TestTokens.Secret } });
        fixture.Build(services, new ToolOptions(), _time);
        _services = services.BuildServiceProvider();
    }

    public async Task DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }
    }

    // Who asked for what, what has changed since, and the word that the refusal holds; null: it goes.
    [ServersTheory]
    [InlineData("alice", "wait-safe", "SELECT 1", null)]
    [InlineData("alice", "wait-safe", Policy + "(gen_random_uuid(), 'freeze', true, 'deny', '{\"subjects\":{\"users\":[\"alice\"]}}', 'Gone.', '{}', NULL, 1, now(), now())", "INSUFFICIENT_PERMISSIONS Policy freeze denies this: Gone.")]
    [InlineData("alice", "wait-safe", Policy + "(gen_random_uuid(), 'freeze', true, 'deny', '{\"subjects\":{\"projects\":[\"p1\"]}}', 'Gone.', '{}', NULL, 1, now(), now())", "INSUFFICIENT_PERMISSIONS Policy freeze")]
    [InlineData("alice", "wait-safe", Policy + "(gen_random_uuid(), 'other', true, 'deny', '{\"subjects\":{\"users\":[\"carol\"]}}', 'Gone.', '{}', NULL, 1, now(), now())", null)]
    [InlineData("alice", "wait-safe", Policy + "(gen_random_uuid(), 'ask', true, 'require-approval', '{}', 'Ask.', '{}', NULL, 1, now(), now())", "APPROVAL_REJECTED It wants 1; there are 0.")]
    [InlineData("bob", "wait-restricted", "SELECT 1", null)]
    [InlineData("bob", "wait-restricted", "DELETE FROM permission_grants", "INSUFFICIENT_PERMISSIONS needs permission tool:execute:restricted")]
    [InlineData("bob", "wait-restricted", "UPDATE permission_grants SET expires_at = '2026-01-01'", "INSUFFICIENT_PERMISSIONS needs permission tool:execute:restricted")]
    [InlineData("nobody", "wait-safe", "SELECT 1", null)]
    [InlineData("nobody", "wait-safe", "DELETE FROM service_accounts", null)]
    [InlineData("mq-worker", "wait-safe", "UPDATE service_accounts SET permissions = '{}' WHERE name = 'worker'", null)]
    [InlineData("mq-worker", "wait-safe", "UPDATE service_accounts SET roles = '{}' WHERE name = 'worker'", "INSUFFICIENT_PERMISSIONS needs permission tool:execute:safe")]
    [InlineData("mq-worker", "wait-safe", "DELETE FROM service_accounts WHERE name = 'worker'", "INSUFFICIENT_PERMISSIONS Service account worker is no more")]
    [InlineData("mq-worker", "wait-safe", "UPDATE service_accounts SET id = gen_random_uuid()", "INSUFFICIENT_PERMISSIONS Service account worker is no more")]
    [InlineData("mq-actor for bob", "wait-restricted", "SELECT 1", null)]
    [InlineData("mq-actor for bob", "wait-restricted", "DELETE FROM permission_grants", "INSUFFICIENT_PERMISSIONS needs permission tool:execute:restricted")]
    [InlineData("mq-actor for bob", "wait-restricted", "UPDATE service_accounts SET permissions = '{}' WHERE name = 'actor'", "INSUFFICIENT_PERMISSIONS Service actor may not act for others any more")]
    [InlineData("mq-actor for bob", "wait-restricted", "DELETE FROM service_accounts WHERE name = 'actor'", "INSUFFICIENT_PERMISSIONS Service account actor is no more")]
    public async Task Caller_RightsHaveChanged_GoesOrIsRefused(string who, string tool, string change, string? refusal)
    {
        var execution = await WaitingAsync(await AdmitAsync(tool, who));
        await ChangeAsync(change);
        await JudgeAsync(execution, refusal);
    }

    [ServersTheory]
    [InlineData("UPDATE api_keys SET last_used_at = now()", null)]
    [InlineData("UPDATE api_keys SET expires_at = '2026-03-02T09:15:00.5Z'", null)]
    [InlineData("UPDATE api_keys SET revoked_at = now()", "INSUFFICIENT_PERMISSIONS with which it was asked for, is revoked")]
    [InlineData("DELETE FROM api_keys", "INSUFFICIENT_PERMISSIONS with which it was asked for, is revoked")]
    [InlineData("UPDATE api_keys SET owner_now = '{\"roles\":[\"user\"]}'", "INSUFFICIENT_PERMISSIONS needs permission tool:execute:restricted")]
    public async Task Caller_AskedWithAKey_IsWhatTheKeyIsNow(string change, string? refusal)
    {
        var execution = await WaitingAsync(await AdmitAsync("wait-restricted", $"key {await KeyAsync("olga", "operator")}"));
        await ChangeAsync(change);
        await JudgeAsync(execution, refusal);
    }

    // Who has approved, and whether a policy that came later is content.
    [ServersTheory]
    [InlineData("'{}', NULL", "dave:approve", null)]
    [InlineData("'{carol}', NULL", "dave:approve", "APPROVAL_REJECTED It wants 1 of carol; there are 0.")]
    [InlineData("'{carol}', NULL", "carol:approve", null)]
    [InlineData("'{}', 2", "dave:approve", "APPROVAL_REJECTED It wants 2; there are 1.")]
    [InlineData("'{}', 2", "dave:approve,carol:reject", "APPROVAL_REJECTED It wants 2; there are 1.")]
    [InlineData("'{}', 2", "dave:approve,carol:approve", null)]
    public async Task Policy_CameWhileItWaited_MustBeContentWithTheApprovals(string approversAndNumber, string decisions, string? refusal)
    {
        var execution = await WaitingAsync(await AdmitAsync("wait-restricted", "bob"));
        execution.ApprovalId = await ApprovedAsync(execution, decisions);
        await ChangeAsync($"{Policy}(gen_random_uuid(), 'ask', true, 'require-approval', '{{}}', 'Ask.', {approversAndNumber}, 1, now(), now())");
        await JudgeAsync(execution, refusal);
    }

    [ServersFact]
    public async Task Permissions_OfTheOperation_AreDemandedAgain()
    {
        var outcome = await AdmitAsync("wait-safe", "mq-worker");
        var plan = outcome.Plan! with { Permissions = [.. outcome.Plan.Permissions, "quota:use"] };
        var execution = await WaitingAsync(outcome with { Plan = plan });
        await JudgeAsync(execution, null);
        await ChangeAsync("UPDATE service_accounts SET permissions = '{}' WHERE name = 'worker'");
        await JudgeAsync(execution, "INSUFFICIENT_PERMISSIONS needs permission quota:use");
    }

    [ServersFact]
    public async Task CostOfAGrant_DoesNotCountTheJobItself()
    {
        var outcome = await AdmitAsync("wait-restricted", "bob");
        await ChangeAsync($$"""UPDATE permission_grants SET tool_id = '{{outcome.ToolId}}', limits = '{"maxCostPerHour": 1}'""");
        var execution = await WaitingAsync(outcome);
        await fixture.Database.ExecuteAsync($"UPDATE executions SET estimated_cost = 5, caller_kind = 'user', caller_id = 'bob', tool_id = '{outcome.ToolId}' WHERE id = '{execution.CorrelationId}'");
        await JudgeAsync(execution, null);

        var other = await WaitingAsync(outcome);
        await JudgeAsync(other, "INSUFFICIENT_PERMISSIONS gives 1 an hour; 5");
    }

    [ServersTheory]
    [InlineData("block", true)]
    [InlineData("stop", true)]
    [InlineData("block", false)]
    public async Task KillSwitch_SetWhileItWaited_StopsIt(string mode, bool ofThisTool)
    {
        var outcome = await AdmitAsync("wait-safe", "alice");
        var execution = await WaitingAsync(outcome);
        Services.GetRequiredService<KillSwitchBoard>().All =
        [
            new KillSwitch { Scope = "tool", ToolId = ofThisTool ? outcome.ToolId : Guid.NewGuid(), Mode = mode, Reason = "Leak.", SetBy = "sam", SetAt = _time.GetUtcNow() },
        ];
        await JudgeAsync(execution, ofThisTool ? "KILL_SWITCH stopped by an operator: Leak." : null);
    }

    /// <summary>The row of an admitted execution, as another instance reads it later.</summary>
    private async Task<Execution> WaitingAsync(AdmissionOutcome outcome)
    {
        Assert.True(outcome.Refusal is null, outcome.Refusal?.Message);
        var execution = new Execution
        {
            CorrelationId = Guid.CreateVersion7(),
            Status = "Queued",
            PlanJson = JsonSerializer.Serialize(outcome.Plan, WireJson.Options),
            AgentId = outcome.Request.AgentId,
            ProjectId = outcome.Request.ProjectId,
        };
        await fixture.Database.ExecuteAsync(
            $"INSERT INTO executions (id, status, tool_ref, source, plan, created_at) VALUES ('{execution.CorrelationId}', 'queued', 'x', 's', '{"{}"}', '{_time.GetUtcNow():O}')");
        return execution;
    }

    private async Task<Guid> ApprovedAsync(Execution execution, string decisions)
    {
        var id = Guid.CreateVersion7();
        var rows = decisions.Split(',').Select(pair => pair.Split(':')).Select(pair => $"('{id}', '{pair[0]}', '{pair[1]}', '{"{}"}', 'rest', now())");
        await fixture.Database.ExecuteAsync(
            $"""
            INSERT INTO approvals (id, execution_id, tool_id, tool_name, tool_version, security_level, caller_id, requesters, parameters_hash, parameters_preview,
                required_roles, required_approvers, min_approvals, status, expires_at, remind_at, escalate_at, created_at)
            VALUES ('{id}', '{execution.CorrelationId}', '{execution.Plan.ToolId}', 'x', '1.0.0', 'restricted', 'bob', '{"{}"}', 'h', '{"{}"}',
                '{"{}"}', '{"{}"}', 1, 'approved', now(), now(), now(), now());
            INSERT INTO approval_decisions (approval_id, approver_id, decision, conditions, via, decided_at) VALUES {string.Join(", ", rows)}
            """);
        return id;
    }

    private async Task ChangeAsync(string sql)
    {
        await fixture.Database.ExecuteAsync(sql);
        _time.Advance(AccessState.MaxAge + TimeSpan.FromMilliseconds(1));
    }

    private async Task JudgeAsync(Execution execution, string? refusal)
    {
        ErrorDetail? error = null;
        var checks = new HandOverChecks(Services.GetServices<IHandOverCheck>());
        await Services.GetRequiredService<RegistryTransactions>().RunAsync(
            execution.CorrelationId, async transaction => error = await checks.RefusalAsync(transaction, execution), CancellationToken.None);
        Assert.Equal(refusal is null, error is null);
        if (refusal is not null)
        {
            Assert.Equal(refusal[..refusal.IndexOf(' ', StringComparison.Ordinal)], error!.Code);
            Assert.Contains(refusal[(refusal.IndexOf(' ', StringComparison.Ordinal) + 1)..], error.Message, StringComparison.Ordinal);
        }
    }

    private async Task<string> KeyAsync(string owner, string role)
    {
        var (text, now) = (ApiKeyText.Create(), _time.GetUtcNow());
        await using var db = await fixture.ContextAsync();
        db.Add(new ApiKey
        {
            Id = text.Id,
            Hash = text.Hash(),
            OwnerKind = CallerKind.User,
            OwnerId = owner,
            Name = "test",
            Scopes = [PermissionNames.Everything],
            Owner = JsonSerializer.Serialize(new KeyOwner { FromLogin = true, Roles = [role] }, WireJson.Options),
            CreatedAt = now,
            ExpiresAt = now.AddDays(1),
        });
        await db.SaveChangesAsync();
        return text.ToString();
    }

    /// <summary>Asks as somebody: a user, a broker's login that may name a user, somebody with a key, or nobody.</summary>
    private async Task<AdmissionOutcome> AdmitAsync(string tool, string who)
    {
        var words = who.Split(' ');
        var request = Requests.Valid(tool).With("agentId", null).With("requestedBy", "tests").With("projectId", "p1");
        request["userId"] = words.Length == 3 ? words[2] : null;
        var inbound = Requests.Event(request);
        var admission = Services.GetRequiredService<IAdmission>();
        await using var db = await fixture.ContextAsync();
        if (words[0] == "key")
        {
            var login = await Services.GetRequiredService<ILogins>().ReadAsync(words[1], "192.0.2.1", null, CancellationToken.None);
            return await admission.AdmitAsync(inbound, login.Caller!, db, CancellationToken.None);
        }

        inbound = who == "nobody" ? inbound
            : who.StartsWith("mq-", StringComparison.Ordinal) ? inbound with { AmqpUser = words[0] }
            : inbound with { BearerToken = TestTokens.Hs256(Claims(who)) };
        return await admission.AdmitAsync(inbound, db, CancellationToken.None);
    }

    private JsonObject Claims(string user)
    {
        var claims = TestTokens.Claims(_time.GetUtcNow(), user, "user");
        claims["projects"] = new JsonArray("p1");
        return claims;
    }
}
