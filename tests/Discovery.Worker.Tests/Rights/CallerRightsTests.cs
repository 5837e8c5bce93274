using System.Text;
using System.Text.Json;
using Capns.Access;
using Capns.Access.Login;
using Capns.Access.Messages;
using Capns.Access.Rules;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Discovery.Worker.Rights;
using Capns.Messaging;
using Capns.Messaging.Inbound;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Rights;

/// <summary>Who asks, by the rules in a database as the registry leaves it (platform spec 8.1 to 8.4).</summary>
public sealed class CallerRightsTests : IAsyncLifetime
{
    private TestCatalogue _catalogue = null!;
    private TestTables _tables = null!;
    private ServiceProvider _services = null!;

    private ICallerRights Rights => _services.GetRequiredService<ICallerRights>();

    public async Task InitializeAsync()
    {
        if (!ServerUrls.Required && ServerUrls.Missing is not null)
        {
            return;
        }

        _catalogue = await TestCatalogue.CreateAsync(withDiscovery: false);
        _tables = new TestTables(new AccessTables(_catalogue.Source));
        _services = Services(AnonymousRights.Default);
    }

    public async Task DisposeAsync()
    {
        if (_catalogue is not null)
        {
            await _services.DisposeAsync();
            await _catalogue.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task Nobody_HasTheAnonymousPermissions()
    {
        var rights = await AllowedAsync(Request());

        Assert.Equal((CallerKind.Anonymous, SecurityLevel.Moderate, false), (rights.Caller.Kind, rights.HighestLevel, rights.IsStale));
    }

    [ServersFact]
    public async Task Nobody_WithoutToolRead_IsRefused()
    {
        await using var services = Services(new AnonymousRights(new HashSet<string> { "tool:execute:safe" }));

        var (_, refusal) = await services.GetRequiredService<ICallerRights>().ReadAsync(Request(), null, null, CancellationToken.None);

        Assert.Equal("INSUFFICIENT_PERMISSIONS", refusal!.Code);
        Assert.Contains("tool:read", refusal.Message, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Token_OfAUser_IsThatUserWithItsRoles()
    {
        var rights = await AllowedAsync(Request(token: TestToken.Of("olga", roles: ["operator"])), userId: "olga");
        Assert.Equal(("olga", SecurityLevel.Restricted), (rights.Caller.Id, rights.HighestLevel));

        var inBody = Request() with { Payload = JsonSerializer.SerializeToElement(new { auth = new { token = TestToken.Of("olga", roles: ["operator"]) } }) };
        Assert.Equal("olga", (await AllowedAsync(inBody)).Caller.Id);
    }

    // Platform spec 8.4: never falls through to the broker's word, or to nobody.
    [ServersFact]
    public async Task Token_ThatIsBad_IsRefused()
    {
        await AccountAsync("indexer", amqpUser: "indexer-login", roles: ["operator"]);
        foreach (var token in new[] { "", "x", TestToken.Of("olga") + "x", TestToken.Of("olga", TimeSpan.FromHours(-1)), "Basic b2xnYTpvbGdh" })
        {
            var refusal = await RefusedAsync(Request(token, amqpUser: "indexer-login"));
            Assert.Equal(("UNAUTHENTICATED", ErrorType.Permission, false), (refusal.Code, refusal.Type, refusal.Recoverable));
        }
    }

    [ServersFact]
    public async Task Token_WithForeignIds_IsRefused()
    {
        var request = Request(token: TestToken.Of("olga"));
        Assert.Contains("userId", (await RefusedAsync(request, "INSUFFICIENT_PERMISSIONS", userId: "paul")).Message, StringComparison.Ordinal);
        Assert.Contains("agentId", (await RefusedAsync(request, "INSUFFICIENT_PERMISSIONS", userId: "olga", agentId: "a1")).Message, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task BrokerLogin_OfAnAccount_IsThatAccountAndBodyIdsAreLabels()
    {
        await AccountAsync("indexer", amqpUser: "indexer-login", roles: ["service"]);

        var rights = await AllowedAsync(Request(amqpUser: "indexer-login"), userId: "paul", agentId: "a1");

        Assert.Equal((CallerKind.Service, "indexer", CallerProof.Broker), (rights.Caller.Kind, rights.Caller.Id, rights.Caller.Proof));
    }

    [ServersFact]
    public async Task BrokerLogin_ThatMayActForOthers_IsWhomItNamesWithTheirGrants()
    {
        await AccountAsync("gateway", amqpUser: "gateway-login", roles: ["service"], permissions: ["act-as"]);
        var tool = Example.Tool("press-the-button") with { Level = SecurityLevel.Dangerous };
        await GrantAsync("agent", "a1", "tool:execute:dangerous", tool.Id);

        var rights = await AllowedAsync(Request(amqpUser: "gateway-login"), agentId: "a1");
        Assert.Equal((CallerKind.Agent, "a1", "gateway"), (rights.Caller.Kind, rights.Caller.Id, rights.Caller.ActingService));
        Assert.True(rights.MayRun(tool));
        Assert.False(rights.MayRun(tool with { Id = Guid.CreateVersion7() }));
        Assert.False((await AllowedAsync(Request(amqpUser: "gateway-login"), agentId: "a2")).MayRun(tool));
    }

    [ServersFact]
    public async Task Policies_OfTheTable_AreKept()
    {
        await PolicyAsync("no-mail", "deny", """{"tags": ["mail"], "levels": ["safe"], "time": {"days": ["mon","tue","wed","thu","fri","sat","sun"]}}""");
        await PolicyAsync("off", "deny", "{}", enabled: false);
        await PolicyAsync("ask", "require-approval", """{"categories": ["web"], "actions": ["tool:execute:*"]}""");

        var rights = await AllowedAsync(Request(token: TestToken.Of("olga")));

        Assert.False(rights.MayRun(Example.Tool("send") with { Tags = ["mail"] }));
        Assert.True(rights.MayRun(Example.Tool("send") with { Tags = ["mail"], Level = SecurityLevel.Moderate }));
        Assert.True(rights.AsksPeople(Example.Tool("fetch") with { Category = "web" }));
        Assert.False(rights.AsksPeople(Example.Tool("add")));
    }

    [ServersFact]
    public async Task Policy_AboutReading_RefusesTheRequest()
    {
        await PolicyAsync("closed", "deny", """{"actions": ["tool:read"], "subjects": {"users": ["olga"]}}""");
        Assert.Contains("closed", (await RefusedAsync(Request(token: TestToken.Of("olga")), "INSUFFICIENT_PERMISSIONS")).Message, StringComparison.Ordinal);
        await AllowedAsync(Request(token: TestToken.Of("paul")));

        await PolicyAsync("ask-first", "require-approval", """{"actions": ["tool:read"], "subjects": {"users": ["paul"]}}""");
        await _services.GetRequiredService<LastRules>().RefreshAsync(CancellationToken.None);
        await RefusedAsync(Request(token: TestToken.Of("paul")), "INSUFFICIENT_PERMISSIONS");
    }

    [ServersFact]
    public async Task ForwardedCaller_IsTheCallerWithScopesAndGrants()
    {
        await GrantAsync("user", "olga", "tool:execute:dangerous", tool: null);
        var olga = new Caller { Kind = CallerKind.User, Id = "olga", Roles = ["user"], Agents = new HashSet<string> { "a1" } };

        Assert.Equal(SecurityLevel.Dangerous, (await AllowedAsync(Forwarded(olga), userId: "olga", agentId: "a1")).HighestLevel);
        var cut = olga with { Scopes = new HashSet<string> { "tool:read", "tool:execute:safe" } };
        Assert.Equal(SecurityLevel.Safe, (await AllowedAsync(Forwarded(cut))).HighestLevel);
        await RefusedAsync(Forwarded(olga), "INSUFFICIENT_PERMISSIONS", agentId: "a2");
        await RefusedAsync(Forwarded(olga with { Scopes = new HashSet<string> { "tool:execute:safe" } }), "INSUFFICIENT_PERMISSIONS");
        await RefusedAsync(Request() with { ForwardedCaller = "olga" });
    }

    // A message may come late.
    [ServersFact]
    public async Task ForwardedCaller_WhoseLoginIsOver_IsRefused()
    {
        var now = TimeProvider.System.GetUtcNow();
        var olga = new Caller { Kind = CallerKind.User, Id = "olga", Roles = ["user"] };
        await AllowedAsync(Forwarded(olga with { ExpiresAt = now + TimeSpan.FromMinutes(5) }));
        await RefusedAsync(Forwarded(olga with { ExpiresAt = now - TimeSpan.FromMinutes(5) }));
    }

    [ServersFact]
    public async Task DatabaseIsAway_KnownCallersAreJudgedByTheLastRulesAndTheAnswerSaysSo()
    {
        await AccountAsync("indexer", amqpUser: "indexer-login", roles: ["service"]);
        var before = await AllowedAsync(Request(amqpUser: "indexer-login"));
        _tables.IsAway = true;
        await Assert.ThrowsAsync<NpgsqlException>(() => _services.GetRequiredService<LastRules>().RefreshAsync(CancellationToken.None));

        var account = await AllowedAsync(Request(amqpUser: "indexer-login"));
        Assert.Equal(("indexer", true, before.Fingerprint), (account.Caller.Id, account.IsStale, account.Fingerprint));
        Assert.True((await AllowedAsync(Request(token: TestToken.Of("olga")))).IsStale);
        Assert.True((await AllowedAsync(Request())).IsStale);

        _tables.IsAway = false;
        await _services.GetRequiredService<LastRules>().RefreshAsync(CancellationToken.None);
        Assert.False((await AllowedAsync(Request())).IsStale);
    }

    // Whether the key behind such a token was revoked cannot be said: only who asks with it hears of that, nobody else waits.
    [ServersFact]
    public async Task DatabaseIsAway_TokenOfAClientWhoseKeyNobodyHasSeen_IsUnavailableAndSeenOnesGoOn()
    {
        await AccountAsync("indexer", clientId: "indexer-client", roles: ["service"]);
        await KeyAsync("seen", "indexer");
        await KeyAsync("other", "indexer");
        await AllowedAsync(Request(token: ClientToken("seen")));
        _tables.IsAway = true;
        await Assert.ThrowsAsync<NpgsqlException>(() => _services.GetRequiredService<LastRules>().RefreshAsync(CancellationToken.None));

        Assert.Equal("indexer", (await AllowedAsync(Request(token: ClientToken("seen")))).Caller.Id);
        await RefusedAsync(Request(token: ClientToken("other")), "SERVICE_UNAVAILABLE");

        _tables.IsAway = false;
        await _services.GetRequiredService<LastRules>().RefreshAsync(CancellationToken.None);
        await AllowedAsync(Request(token: ClientToken("other")));
        await _catalogue.Database.ExecuteAsync("UPDATE api_keys SET revoked_at = now() WHERE id = 'other'");
        await _services.GetRequiredService<LastRules>().RefreshAsync(CancellationToken.None);
        await RefusedAsync(Request(token: ClientToken("other")));
    }

    [ServersFact]
    public async Task DatabaseIsAway_BeforeAnyRulesWereRead_TheRequestHasToWait()
    {
        _tables.IsAway = true;
        var waiting = await Assert.ThrowsAsync<NpgsqlException>(async () => await Rights.ReadAsync(Request(), null, null, CancellationToken.None));
        Assert.True(Hosting.Postgres.DatabaseOutage.Is(waiting));
    }

    private static InboundEvent Request(string? token = null, string? amqpUser = null) => new()
    {
        EventName = "tool.discovery.requested",
        Format = BodyFormat.BareJson,
        Payload = JsonSerializer.SerializeToElement(new { query = "words" }),
        Source = "a test",
        BearerToken = token,
        AmqpUser = amqpUser,
    };

    private static InboundEvent Forwarded(Caller caller) => Request() with { ForwardedCaller = CallerHeader.Write(caller) };

    private static string ClientToken(string key) => new Capns.Access.Tokens.OwnIssuer(
            LoginSettings.OwnIssuer, new LoginSettings().JwtAudience, Encoding.UTF8.GetBytes(TestToken.Secret))
        .Issue("indexer-client", key, ["*"], TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(15));

    private ServiceProvider Services(AnonymousRights anonymous)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.ClearProviders());
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IAccessTables>(_tables);
        services.AddSingleton(new BusSettings { RabbitMqUrl = new Uri("amqp://capns@localhost") });
        services.AddRights(new LoginSettings { JwtSecret = Encoding.UTF8.GetBytes(TestToken.Secret) }, anonymous);
        return services.BuildServiceProvider();
    }

    private async Task<RightsFilter> AllowedAsync(InboundEvent request, string? userId = null, string? agentId = null)
    {
        var (rights, refusal) = await Rights.ReadAsync(request, userId, agentId, CancellationToken.None);
        Assert.True(rights is not null, refusal?.Message);
        Assert.Null(refusal);
        return rights;
    }

    private async Task<ErrorDetail> RefusedAsync(InboundEvent request, string code = "UNAUTHENTICATED", string? userId = null, string? agentId = null)
    {
        var (rights, refusal) = await Rights.ReadAsync(request, userId, agentId, CancellationToken.None);
        Assert.Null(rights);
        Assert.Equal(code, refusal!.Code);
        return refusal;
    }

    private Task<int> AccountAsync(string name, string? amqpUser = null, string? clientId = null, string[]? roles = null, string[]? permissions = null) =>
        InsertAsync(
            "INSERT INTO service_accounts (id, name, amqp_user, client_id, roles, permissions, created_at) VALUES ($1, $2, $3, $4, $5, $6, now())",
            Guid.CreateVersion7(), name, amqpUser, clientId, roles ?? [], permissions ?? []);

    private Task<int> GrantAsync(string kind, string subject, string permission, Guid? tool) => InsertAsync(
        """
        INSERT INTO permission_grants (id, subject_kind, subject_id, permission, tool_id, limits, granted_by, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5::uuid, '{"maxCallsPerHour": 3}', 'a test', now(), now() + interval '1 day')
        """,
        Guid.CreateVersion7(), kind, subject, permission, tool?.ToString());

    private Task<int> PolicyAsync(string name, string effect, string match, bool enabled = true) => InsertAsync(
        """
        INSERT INTO policies (id, name, enabled, effect, match, reason, row_version, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5::jsonb, 'Because.', 1, now(), now())
        """,
        Guid.CreateVersion7(), name, enabled, effect, match);

    private Task<int> KeyAsync(string id, string owner) => InsertAsync(
        """
        INSERT INTO api_keys (id, hash, owner_kind, owner_id, name, scopes, owner, created_at, expires_at)
        VALUES ($1, '\x00', 'service', $2, 'a key', '{*}', '{}', now(), now() + interval '1 day')
        """,
        id, owner);

    private async Task<int> InsertAsync(string sql, params object?[] values)
    {
        await using var command = _catalogue.Source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value is null ? new NpgsqlParameter<string?> { TypedValue = null } : new NpgsqlParameter { Value = value });
        }

        return await command.ExecuteNonQueryAsync();
    }
}
