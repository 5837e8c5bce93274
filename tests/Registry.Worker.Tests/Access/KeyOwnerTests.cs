using System.Net;
using System.Text.Json.Nodes;
using Capns.Access.Rules;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>A person's API keys follow the person: what is taken away is gone from them, and nothing is given (platform spec 8.1).</summary>
public sealed class KeyOwnerTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>, IAsyncLifetime
{
    private AccessHost? _host;

    private AccessHost Host => _host!;

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is null || ServerUrls.Required)
        {
            _host = await AccessHost.StartAsync(fixture);
        }
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task Role_TakenAwayAndGivenBack_IsSoForTheKeyOnEveryInstance()
    {
        await using var other = await AccessHost.StartAsync(fixture);
        var first = Token("olga", 0, "operator", "user");
        var key = await Host.KeyAsync(first, ["*"]);
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/restricted", key);
        await other.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/restricted", key);

        // Her next login says less, on one instance; the other knows within a second.
        var second = Token("olga", 10, "user");
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "GET", "/api/v1/restricted", second);
        Pass(other);
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "GET", "/api/v1/restricted", key);
        await other.ExpectAsync(HttpStatusCode.Forbidden, "GET", "/api/v1/restricted", key);
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", key);

        // The older token is still good for itself, and gives the key nothing back.
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/restricted", first);
        await other.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/restricted", first);
        Pass(other);
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "GET", "/api/v1/restricted", key);

        // A newer one does, on the instance that knows of no change as well; and what the key never had it does not get.
        await other.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/restricted", Token("olga", 20, "user", "operator", "admin"));
        Pass(other);
        var me = await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", key);
        Assert.Equal("""["operator","user"]""", me!["roles"]!.ToJsonString());
    }

    [ServersFact]
    public async Task Logins_ThatSayTheSame_ChangeNoRules()
    {
        var before = await fixture.Database.ScalarAsync<long>("SELECT revision FROM access_revision");
        await Host.KeyAsync(Token("pia", 0, "user", "operator"), ["*"]);
        for (var minute = 1; minute < 5; minute++)
        {
            await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", Token("pia", minute * 60, "operator", "user"));
        }

        Assert.Equal(before, await fixture.Database.ScalarAsync<long>("SELECT revision FROM access_revision"));
    }

    [ServersFact]
    public async Task Key_GivenByAnAdministrator_HoldsUntilItIsRevoked()
    {
        var more = new JsonObject { ["ownerKind"] = "user", ["ownerId"] = "rita", ["roles"] = new JsonArray("operator") };
        var key = await Host.KeyAsync(Token("root", 0, "admin"), ["*"], more: more);
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", Token("rita", 10, "user"));
        Pass(Host);
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/restricted", key);
    }

    [ServersFact]
    public async Task Key_OfSomebodyElse_HasTheirGrantsSoWhoMakesItMustHaveThem()
    {
        var grant = JsonNode.Parse("""{"subjectKind":"user","subjectId":"mona","permission":"apikey:write:any"}""");
        await Host.ExpectAsync(HttpStatusCode.Created, "POST", "/api/v1/permissions", Token("root", 0, "admin"), grant);
        grant = JsonNode.Parse("""{"subjectKind":"user","subjectId":"theo","permission":"admin:purge"}""");
        var made = await Host.ExpectAsync(HttpStatusCode.Created, "POST", "/api/v1/permissions", Token("root", 0, "admin"), grant);

        var body = JsonNode.Parse($$"""{"name":"k","scopes":["*"],"expiresAt":"{{Host.Time.GetUtcNow().AddDays(1):O}}","ownerKind":"user","ownerId":"theo"}""");
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "POST", "/api/v1/api-keys", Token("mona", 0, "user"), body);
        await Host.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"/api/v1/permissions/{made!["id"]}", Token("root", 0, "admin"));
        await Host.ExpectAsync(HttpStatusCode.Created, "POST", "/api/v1/api-keys", Token("mona", 0, "user"), body);
    }

    [ServersFact]
    public async Task LastAdministrator_WhereNobodyLogsInByToken_Stays()
    {
        var empty = new CatalogueFixture();
        await empty.InitializeAsync();
        try
        {
            await using var host = await AccessHost.StartAsync(empty, options => options with { Logins = options.Logins with { JwtSecret = null } });
            var first = host.Printed.ToString().Split(' ').Single(word => word.StartsWith("capns_", StringComparison.Ordinal));
            var narrow = await host.KeyAsync(first, ["tool:read"]);
            var path = $"/api/v1/api-keys/{first.Split('_')[1]}";
            var problem = await host.ExpectAsync(HttpStatusCode.Conflict, "DELETE", path, first);
            Assert.Equal("INVALID_STATE", (string)problem!["code"]!);
            await host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/policies", first);
            await host.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"/api/v1/api-keys/{narrow.Split('_')[1]}", first);

            // A service account with its key is an administrator too; then the first key may go, and the account may not.
            var account = await host.ExpectAsync(HttpStatusCode.Created, "POST", "/api/v1/service-accounts", first, JsonNode.Parse("""{"name":"ops","roles":["admin"]}"""));
            var second = await host.KeyAsync(first, ["*"], more: new JsonObject { ["ownerKind"] = "service", ["ownerId"] = "ops" });
            await host.ExpectAsync(HttpStatusCode.NoContent, "DELETE", path, first);
            await host.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/policies", first);
            await host.ExpectAsync(HttpStatusCode.Conflict, "DELETE", $"/api/v1/service-accounts/{account!["id"]}", second);
            await host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/policies", second);

            // Where tokens are taken anybody may be an administrator.
            await using var tokens = await AccessHost.StartAsync(empty);
            await tokens.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"/api/v1/service-accounts/{account["id"]}", second);
        }
        finally
        {
            await empty.DisposeAsync();
        }
    }

    private void Pass(AccessHost other)
    {
        foreach (var host in new[] { Host, other }.Distinct())
        {
            host.Time.Advance(AccessState.MaxAge + TimeSpan.FromMilliseconds(1));
        }
    }

    /// <summary>A token that was made some seconds ago, counted so that a larger number is newer.</summary>
    private string Token(string user, int number, params string[] roles)
    {
        var claims = TestTokens.Claims(Host.Time.GetUtcNow(), user, roles);
        claims["iat"] = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds() + number;
        return TestTokens.Hs256(claims);
    }
}
