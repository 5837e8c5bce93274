using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Access.Rules;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Tests.Admission;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Registry.Worker.Tools;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>Who sent a message, whom it may name, and gates 2 and 6 (platform spec 3.10, 5.4, 8.4).</summary>
public sealed class MessageIdentityTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>, IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private ServiceProvider? _services;

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is not null && !ServerUrls.Required)
        {
            return;
        }

        await fixture.Database.ExecuteAsync(
            """
            DELETE FROM permission_grants; DELETE FROM policies; DELETE FROM service_accounts;
            INSERT INTO service_accounts (id, name, amqp_user, client_id, roles, permissions, created_at) VALUES
                (gen_random_uuid(), 'discussions', 'mq-discussions', 'cl-discussions', '{service}', '{act-as}', now()),
                (gen_random_uuid(), 'indexer', 'mq-indexer', 'cl-indexer', '{service}', '{tool:execute:restricted}', now()),
                (gen_random_uuid(), 'bare', 'mq-bare', NULL, '{}', '{}', now());
            """);
        await fixture.PublishAsync(Definitions.Valid("who-safe"));
        await fixture.PublishAsync(Definitions.Valid("who-restricted").With("securityLevel", "restricted"));
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

    // How a message proves who sent it: {t} is alice's token (role user, agent a1), {o} an operator's, {x} an expired one, {s} of client cl-discussions.
    // What follows: the caller, or the code of the refusal.
    [ServersTheory]
    [InlineData("nothing", "anonymous:anonymous")]
    [InlineData("header {t}", "user:alice")]
    [InlineData("body {t}", "user:alice")]
    [InlineData("header {t}|body {t}", "user:alice")]
    [InlineData("header {t}|user mq-indexer", "user:alice")]
    [InlineData("user mq-indexer", "service:indexer")]
    [InlineData("user mq-unknown", "anonymous:anonymous")]
    [InlineData("user MQ-indexer", "anonymous:anonymous")]
    [InlineData("header {x}", "UNAUTHENTICATED")]
    [InlineData("header {x}|user mq-indexer", "UNAUTHENTICATED")]
    [InlineData("body {x}|user mq-indexer", "UNAUTHENTICATED")]
    [InlineData("header {t}|body {x}", "UNAUTHENTICATED")]
    [InlineData("header {t}|body {o}", "UNAUTHENTICATED")]
    [InlineData("header ", "UNAUTHENTICATED")]
    [InlineData("header garbage|user mq-indexer", "UNAUTHENTICATED")]
    [InlineData("header Basic bXE6bXE=|user mq-indexer", "UNAUTHENTICATED")]
    [InlineData("header capns_abcdefgh_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "UNAUTHENTICATED")]
    [InlineData("body garbage|user mq-indexer", "UNAUTHENTICATED")]
    [InlineData("auth {}|user mq-indexer", "UNAUTHENTICATED")]
    [InlineData("auth {\"token\":5}|user mq-indexer", "UNAUTHENTICATED")]
    [InlineData("auth null|user mq-indexer", "service:indexer")]
    public async Task Message_Proof_SaysWhoSentIt(string proofs, string expected)
    {
        var outcome = await AdmitAsync(Event(Requests.Valid("who-safe").With("agentId", null).With("requestedBy", "somebody"), proofs));
        var told = outcome.Refusal is { Code: "UNAUTHENTICATED" } refusal ? refusal.Code : $"{CallerKinds.Word(outcome.Caller.Kind)}:{outcome.Caller.Id}";
        Assert.Equal(expected, told);
        if (expected == "UNAUTHENTICATED")
        {
            Assert.Equal("identity", outcome.Gates[^1].Gate);
            Assert.Null(outcome.Plan);
        }
    }

    // Whom the body names, and who counts as the caller then: kind:id, by whom, under which name runs are counted.
    [ServersTheory]
    [InlineData("header {t}", """{"userId":"alice"}""", "user:alice", null, "alice")]
    [InlineData("header {t}", """{"agentId":"a1"}""", "user:alice", null, "alice")]
    [InlineData("header {t}", """{}""", "user:alice", null, "alice")]
    [InlineData("header {t}", """{"userId":"bob"}""", "INSUFFICIENT_PERMISSIONS", null, null)]
    [InlineData("header {t}", """{"userId":"Alice"}""", "INSUFFICIENT_PERMISSIONS", null, null)]
    [InlineData("header {t}", """{"agentId":"a9"}""", "INSUFFICIENT_PERMISSIONS", null, null)]
    [InlineData("header {t}", """{"context":{"agentId":"a9"}}""", "INSUFFICIENT_PERMISSIONS", null, null)]
    [InlineData("header {t}", """{"userId":"alice","agentId":"a9"}""", "INSUFFICIENT_PERMISSIONS", null, null)]
    [InlineData("header {t}", """{"requestedBy":"bob"}""", "user:alice", null, "alice")]
    [InlineData("header {s}", """{"userId":"bob"}""", "user:bob", "discussions", "bob")]
    [InlineData("header {s}", """{}""", "service:discussions", null, "discussions")]
    [InlineData("user mq-discussions", """{"userId":"bob"}""", "user:bob", "discussions", "bob")]
    [InlineData("user mq-discussions", """{"agentId":"a9"}""", "agent:a9", "discussions", "a9")]
    [InlineData("user mq-discussions", """{"userId":"bob","agentId":"a9"}""", "user:bob", "discussions", "bob")]
    [InlineData("user mq-indexer", """{"userId":"bob"}""", "service:indexer", null, "bob")]
    [InlineData("user mq-indexer", """{}""", "service:indexer", null, "indexer")]
    [InlineData("nothing", """{"userId":"bob"}""", "anonymous:anonymous", null, "bob")]
    [InlineData("nothing", """{}""", "INVALID_REQUEST", null, null)]
    public async Task Message_IdsInTheBody_AreTheOwnOrLabelsOrActedFor(string proofs, string ids, string expected, string? actingService, string? countedAs)
    {
        var outcome = await AdmitAsync(Event(With(Requests.Valid("who-safe").With("agentId", null), ids), proofs));
        Assert.Equal(expected, outcome.Refusal?.Code ?? $"{CallerKinds.Word(outcome.Caller.Kind)}:{outcome.Caller.Id}");
        Assert.Equal(actingService, outcome.Caller.ActingService);
        Assert.Equal(countedAs, outcome.Plan?.RateLimit.Caller);
        if (outcome.Refusal is not null)
        {
            Assert.Equal("identity", outcome.Gates[^1].Gate);
        }
    }

    // Who may run a restricted tool at all; those who may then need people.
    [ServersTheory]
    [InlineData("header {o}", """{}""", true)]
    [InlineData("header {t}", """{}""", false)]
    [InlineData("user mq-indexer", """{"userId":"root"}""", false)]
    [InlineData("header {i}", """{}""", true)]
    [InlineData("user mq-discussions", """{"userId":"granted"}""", true)]
    [InlineData("user mq-discussions", """{"userId":"bob"}""", false)]
    [InlineData("user mq-discussions", """{}""", false)]
    [InlineData("nothing", """{"userId":"granted"}""", false)]
    [InlineData("user mq-bare", """{"userId":"granted"}""", false)]
    public async Task Restricted_Caller_NeedsPermissionAndProof(string proofs, string ids, bool may)
    {
        await fixture.Database.ExecuteAsync(
            "INSERT INTO permission_grants (id, subject_kind, subject_id, permission, granted_by, created_at) VALUES (gen_random_uuid(), 'user', 'granted', 'tool:execute:restricted', 'tests', now())");
        var outcome = await AdmitAsync(Event(With(Requests.Valid("who-restricted").With("agentId", null).With("requestedBy", "x"), ids), proofs));
        Assert.Equal(may, outcome.Gates.Single(gate => gate.Gate == "permission").Passed);
        Assert.Equal(may, outcome.Refusal?.Code != "INSUFFICIENT_PERMISSIONS");
        if (!may)
        {
            Assert.Contains("tool:execute:restricted", outcome.Refusal!.Message, StringComparison.Ordinal);
        }
    }

    [ServersFact]
    public async Task Policies_DenyAndApproval_AreHandedOn()
    {
        var request = Event(Requests.Valid("who-safe"), "nothing");
        Assert.Equal(AccessEffect.Allowed, (await AdmitAsync(request)).Decision!.Effect);
        await fixture.Database.ExecuteAsync(
            """
            INSERT INTO policies (id, name, enabled, effect, match, reason, approvers, min_approvals, row_version, created_at, updated_at)
            VALUES (gen_random_uuid(), 'ask-first', true, 'require-approval', '{"toolIds":["who-safe"]}', 'Ask.', '{carol}', 1, 1, now(), now())
            """);
        _time.Advance(TimeSpan.FromMilliseconds(1001));
        var asked = await AdmitAsync(request);
        Assert.Equal((AccessEffect.NeedsApproval, "ask-first"), (asked.Decision!.Effect, asked.Decision.Policy));
        Assert.Equal((1, "carol"), (asked.Decision.MinApprovals, Assert.Single(asked.Decision.Approvers)));

        await fixture.Database.ExecuteAsync("UPDATE policies SET effect = 'deny', row_version = 2");
        _time.Advance(TimeSpan.FromMilliseconds(1001));
        var denied = await AdmitAsync(request);
        Assert.Equal("INSUFFICIENT_PERMISSIONS", denied.Refusal!.Code);
        Assert.Contains("ask-first denies this: Ask.", denied.Refusal.Message, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Grant_WithLimits_BoundsCallsAndCost()
    {
        var tool = (await fixture.PublishAsync(Definitions.Valid("who-limited").With("securityLevel", "moderate"))).ToolId;
        var nobody = TestTokens.Hs256(TestTokens.Claims(_time.GetUtcNow(), "lim"));
        await fixture.Database.ExecuteAsync(
            $$"""
            INSERT INTO permission_grants (id, subject_kind, subject_id, permission, tool_id, limits, granted_by, created_at)
            VALUES (gen_random_uuid(), 'user', 'lim', 'tool:execute:moderate', '{{tool}}', '{"maxCallsPerHour": 7, "maxCostPerHour": 2.5}', 'tests', now())
            """);
        var request = Event(Requests.Valid("who-limited").With("agentId", null), $"header {nobody}");
        Assert.Equal(7, (await AdmitAsync(request)).Plan!.RateLimit.MaxCallsPerHour);

        var now = $"{_time.GetUtcNow():O}";
        await fixture.Database.ExecuteAsync(
            $"""
            INSERT INTO executions (id, status, tool_id, tool_ref, source, plan, caller_kind, caller_id, cost, created_at)
            VALUES (gen_random_uuid(), 'completed', '{tool}', 'x', 's', '{"{}"}', 'user', 'lim', 2.4, '{now}'), (gen_random_uuid(), 'completed', '{tool}', 'x', 's', '{"{}"}', 'user', 'other', 9, '{now}')
            """);
        Assert.NotNull((await AdmitAsync(request)).Plan);
        await fixture.Database.ExecuteAsync(
            $"INSERT INTO executions (id, status, tool_id, tool_ref, source, plan, caller_kind, caller_id, cost, created_at) VALUES (gen_random_uuid(), 'completed', '{tool}', 'x', 's', '{"{}"}', 'user', 'lim', 0.1, '{now}')");
        var over = await AdmitAsync(request);
        Assert.Contains("gives 2.5 an hour; 2.5", over.Refusal!.Message, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Rules_ChangedBySomebodyElse_HoldHereWithinASecond()
    {
        var state = _services!.GetRequiredService<AccessState>();
        var before = await state.CurrentAsync(CancellationToken.None);
        await fixture.Database.ExecuteAsync("UPDATE service_accounts SET roles = '{operator}' WHERE name = 'bare'");
        Assert.Same(before, await state.CurrentAsync(CancellationToken.None));
        _time.Advance(AccessState.MaxAge + TimeSpan.FromMilliseconds(1));
        Assert.Equal(["operator"], (await state.CurrentAsync(CancellationToken.None)).AccountByName("bare")!.Roles);

        // Nothing has changed: the same rules, looked at again.
        var now = await state.CurrentAsync(CancellationToken.None);
        _time.Advance(AccessState.MaxAge + TimeSpan.FromMilliseconds(1));
        Assert.Same(now, await state.CurrentAsync(CancellationToken.None));
    }

    private static JsonObject With(JsonObject request, string members)
    {
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
        {
            request[name] = value?.DeepClone();
        }

        return request;
    }

    private InboundEvent Event(JsonObject request, string proofs)
    {
        var inbound = Requests.Event(request);
        foreach (var proof in proofs.Split('|').Where(proof => proof != "nothing").Select(Filled))
        {
            var (how, what) = (proof[..proof.IndexOf(' ', StringComparison.Ordinal)], proof[(proof.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            inbound = how switch
            {
                "header" => inbound with { BearerToken = what },
                "user" => inbound with { AmqpUser = what },
                "body" => inbound with { Payload = JsonNode.Parse(inbound.Payload.GetRawText())!.AsObject().With("auth.token", what).Element() },
                _ => inbound with { Payload = WithAuth(inbound, what) },
            };
        }

        return inbound;
    }

    private static System.Text.Json.JsonElement WithAuth(InboundEvent inbound, string auth)
    {
        var payload = JsonNode.Parse(inbound.Payload.GetRawText())!.AsObject();
        payload["auth"] = JsonNode.Parse(auth);
        return TestTokens.Json(payload.ToJsonString());
    }

    private string Filled(string proof)
    {
        var now = _time.GetUtcNow();
        var alice = TestTokens.Claims(now, "alice", "user");
        alice["agentId"] = "a1";
        return proof
            .Replace("{t}", TestTokens.Hs256(alice), StringComparison.Ordinal)
            .Replace("{o}", TestTokens.Hs256(TestTokens.Claims(now, "olga", "operator")), StringComparison.Ordinal)
            .Replace("{x}", TestTokens.Hs256(TestTokens.Claims(now.AddHours(-1), "olga", "operator")), StringComparison.Ordinal)
            .Replace("{s}", TestTokens.Hs256(Client(now, "cl-discussions")), StringComparison.Ordinal)
            .Replace("{i}", TestTokens.Hs256(Client(now, "cl-indexer")), StringComparison.Ordinal);
    }

    private static JsonObject Client(DateTimeOffset now, string client)
    {
        var claims = TestTokens.Claims(now, client).Without("userId");
        claims["client_id"] = client;
        return claims;
    }

    private async Task<AdmissionOutcome> AdmitAsync(InboundEvent inbound)
    {
        await using var db = await fixture.ContextAsync();
        return await _services!.GetRequiredService<IAdmission>().AdmitAsync(inbound, db, CancellationToken.None);
    }
}
