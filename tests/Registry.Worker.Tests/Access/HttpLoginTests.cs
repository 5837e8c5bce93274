using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Access.Keys;
using Capns.Registry.Worker.Access.Login;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>Who gets in over HTTP, and with what (platform spec 4.1, 8.1).</summary>
public sealed class HttpLoginTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>, IAsyncLifetime
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

    [ServersTheory]
    [InlineData("/health", true)]
    [InlineData("/health/live", true)]
    [InlineData("/api/v1/open", true)]
    [InlineData("/health/", false)]
    [InlineData("/HEALTH", false)]
    [InlineData("/health/detailed", false)]
    [InlineData("/health/../api/v1/me", false)]
    [InlineData("/health/%2e%2e/api/v1/me", false)]
    [InlineData("/health;/api/v1/me", false)]
    [InlineData("//health", false)]
    [InlineData("/metrics", false)]
    [InlineData("/api/v1/me", false)]
    [InlineData("/api/v1/nothing", false)]
    [InlineData("/", false)]
    [InlineData("/docs", false)]
    public async Task Path_WithoutALogin_IsOpenOrAsksForOne(string path, bool open)
    {
        var (status, headers, body) = await RawAsync($"GET {path} HTTP/1.1");
        Assert.Equal((path, open ? 200 : 401), (path, status));
        if (!open)
        {
            Assert.Contains("WWW-Authenticate: Bearer realm=\"capns\"", headers, StringComparison.Ordinal);
            Assert.Equal("UNAUTHENTICATED", (string)JsonNode.Parse(body)!["code"]!);
        }

        Assert.All(
            new[] { "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY", "Referrer-Policy: no-referrer", "Cache-Control: no-store", "Content-Security-Policy: default-src 'none'" },
            header => Assert.Contains(header, headers, StringComparison.Ordinal));
    }

    [ServersFact]
    public async Task Login_OfEveryKind_IsTheCaller()
    {
        var me = await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", Host.Token("alice", "system_admin", "nonsense"));
        Assert.Equal(("user", "alice", """["admin","nonsense"]"""), ((string)me!["kind"]!, (string)me["id"]!, me["roles"]!.ToJsonString()));

        var key = await Host.KeyAsync(Host.Token("alice", "operator"), ["tool:read"]);
        me = await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", key);
        Assert.Equal(("user", "alice", """["operator"]""", """["tool:read"]"""), ((string)me!["kind"]!, (string)me["id"]!, me["roles"]!.ToJsonString(), me["scopes"]!.ToJsonString()));

        // A key is a credential wherever a token is.
        var (status, _, _) = await RawAsync("GET /api/v1/me HTTP/1.1", $"authorization: bearer {key}");
        Assert.Equal(200, status);

        var claims = TestTokens.Claims(Host.Time.GetUtcNow(), "ignored", "agent").Without("userId");
        claims["agentId"] = "a7";
        me = await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", TestTokens.Hs256(claims));
        Assert.Equal(("agent", "a7"), ((string)me!["kind"]!, (string)me["id"]!));
    }

    [ServersTheory]
    [InlineData("user", HttpStatusCode.Forbidden)]
    [InlineData("operator", HttpStatusCode.OK)]
    [InlineData("nonsense", HttpStatusCode.Forbidden)]
    public async Task Path_PermissionDemanded_IsNamedWhenMissing(string role, HttpStatusCode status)
    {
        var (got, body, _) = await Host.SendAsync("GET", "/api/v1/restricted", Host.Token("bob", role));
        Assert.Equal(status, got);
        if (status == HttpStatusCode.Forbidden)
        {
            Assert.Equal("INSUFFICIENT_PERMISSIONS", (string)body!["code"]!);
            Assert.Contains("tool:execute:restricted", (string)body["detail"]!, StringComparison.Ordinal);
        }
    }

    [ServersFact]
    public async Task Health_Details_NeedTheirPermissionAndMetricsALogin()
    {
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "GET", "/health/detailed", Host.Token("u", "user"));
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/health/detailed", Host.Token("o", "operator"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("Authorization", $"Bearer {Host.Token("u", "user")}");
        using var answer = await Host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    // Header lines that are no login. {0} is a good token, {1} a good key.
    [ServersTheory]
    [InlineData("Authorization:")]
    [InlineData("Authorization: Bearer")]
    [InlineData("Authorization: Bearer ")]
    [InlineData("Authorization: {0}")]
    [InlineData("Authorization: Basic {0}")]
    [InlineData("Authorization: Bearer  {0}")]
    [InlineData("Authorization: Bearer {0} {0}")]
    [InlineData("Authorization: Bearer {0},Bearer {0}")]
    [InlineData("Authorization: Bearer {0}, {0}")]
    [InlineData("Authorization: Bearer\t{0}")]
    [InlineData("Authorization: Bearer {0};")]
    [InlineData("Authorization: Bearer \"{0}\"")]
    [InlineData("Authorization: Token {0}")]
    [InlineData("Authorization: Bearer {0}|Authorization: Bearer {0}")]
    [InlineData("Authorization: Bearer {0}|X-API-Key: {1}")]
    [InlineData("X-API-Key: {1}|X-API-Key: {1}")]
    [InlineData("X-API-Key:")]
    [InlineData("X-API-Key: {0}x")]
    [InlineData("X-API-Key: {1}x")]
    [InlineData("X-API-Key: {1} ;")]
    [InlineData("X-API-Key: capns_")]
    [InlineData("X-API-Key: capns__")]
    [InlineData("X-API-Key: capns_abcd_")]
    [InlineData("X-API-Key: capns_' OR '1'='1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("X-API-Key: capns_%00_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("X-API-Key: capns_../../x_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("X-API-Key: capns_return redis.call('FLUSHALL')_aaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("X-API-Key: capns_abcdefgh_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("X-API-Key: CAPNS_abcdefgh_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("X-API-Key: Bearer {0}")]
    [InlineData("Cookie: token={0}")]
    [InlineData("X-Authorization: Bearer {0}")]
    [InlineData("X-Forwarded-User: admin")]
    [InlineData("X-Original-URL: /health")]
    [InlineData("X-HTTP-Method-Override: GET")]
    [InlineData("X-Forwarded-For: 127.0.0.1")]
    public async Task Header_ThatIsNoLogin_IsRefused(string lines)
    {
        var host = Host;
        var key = await host.KeyAsync(host.Token("carol", "admin"), ["*"]);
        var given = lines.Replace("{0}", host.Token("carol", "admin"), StringComparison.Ordinal).Replace("{1}", key, StringComparison.Ordinal).Split('|');
        var (status, headers, body) = await RawAsync("GET /api/v1/me HTTP/1.1", given);
        Assert.Equal((lines, 401), (lines, status));
        Assert.Contains("WWW-Authenticate: Bearer", headers, StringComparison.Ordinal);
        Assert.Equal("UNAUTHENTICATED", (string)JsonNode.Parse(body)!["code"]!);
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
    }

    // Bytes that are no header or too much of it: the server itself answers, never with 5xx.
    [ServersTheory]
    [InlineData("Authorization: Bearer a\u0001b")]
    [InlineData("Authorization : Bearer x")]
    [InlineData("Authoriz\u00e4tion: Bearer x")]
    [InlineData("X-API-Key: capns_\u00e9\u00e9\u00e9\u00e9_x")]
    [InlineData(" folded: header")]
    [InlineData("no colon here")]
    [InlineData("LONG")]
    [InlineData("MANY")]
    public async Task Header_ThatIsBroken_IsA4xx(string line)
    {
        var lines = line switch
        {
            "LONG" => ["Authorization: Bearer " + new string('a', 60_000)],
            "MANY" => Enumerable.Range(0, 200).Select(number => $"X-{number}: y").ToArray(),
            _ => new[] { line },
        };
        var (status, _, _) = await RawAsync("GET /api/v1/me HTTP/1.1", lines);
        Assert.InRange(status, 400, 499);
    }

    [ServersTheory]
    [InlineData("expired", "The token has expired.")]
    [InlineData("altered", "The login is not valid.")]
    [InlineData("none", "The login is not valid.")]
    [InlineData("other issuer", "The login is not valid.")]
    [InlineData("our own issuer", "The login is not valid.")]
    [InlineData("no id", "The login is not valid.")]
    [InlineData("large", "The login is not valid.")]
    public async Task Token_ThatIsBad_IsToldWithoutAReason(string what, string message)
    {
        var claims = TestTokens.Claims(Host.Time.GetUtcNow(), "eve", "admin");
        var token = what switch
        {
            "expired" => TestTokens.Hs256(Changed(claims, "exp", Host.Time.GetUtcNow().ToUnixTimeSeconds() - 61)),
            "altered" => TestTokens.Hs256(claims)[..^2] + "AA",
            "none" => TestTokens.Sign("""{"alg":"none"}""", claims.ToJsonString(), _ => []),
            "other issuer" => TestTokens.Hs256(Changed(claims, "iss", "me")),
            "our own issuer" => TestTokens.Hs256(Changed(claims, "iss", "urn:capns:registry")),
            "no id" => TestTokens.Hs256(claims.Without("userId").Without("sub")),
            _ => TestTokens.Hs256(Changed(claims, "x", new string('x', 13_000))),
        };

        var (status, body, answer) = await Host.SendAsync("GET", "/api/v1/open", token);
        Assert.Equal((HttpStatusCode.Unauthorized, message), (status, (string)body!["detail"]!));
        Assert.Contains("invalid_token", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Key_EndsIsRevokedAndTellsItsLastUse()
    {
        var token = Host.Token("dora", "user");
        var (brief, revoked) = (await Host.KeyAsync(token, ["tool:read"], TimeSpan.FromMinutes(5)), await Host.KeyAsync(token, ["tool:read"]));
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", brief);
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", revoked);
        await Host.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"/api/v1/api-keys/{revoked.Split('_')[1]}", token);
        await Host.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/me", revoked);
        await Host.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"/api/v1/api-keys/{revoked.Split('_')[1]}", token);

        var id = brief.Split('_')[1];
        Assert.Equal(Host.Time.GetUtcNow(), await UsedAsync(id));
        Host.Time.Advance(ApiKeyCallers.UsePause - TimeSpan.FromSeconds(1));
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", brief);
        Assert.Equal(Host.Time.GetUtcNow() - ApiKeyCallers.UsePause + TimeSpan.FromSeconds(1), await UsedAsync(id));
        Host.Time.Advance(TimeSpan.FromSeconds(1));
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", brief);
        Assert.Equal(Host.Time.GetUtcNow(), await UsedAsync(id));

        Host.Time.Advance(TimeSpan.FromMinutes(4));
        await Host.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/me", brief);
        Assert.Equal(0L, await fixture.Database.ScalarAsync<long>($"SELECT count(*) FROM api_keys WHERE id = '{id}' AND encode(hash, 'escape') LIKE '%capns%'"));
    }

    [ServersFact]
    public async Task Key_RevokedBySomebodyElse_EndsEverywhereWithinASecond()
    {
        var key = await Host.KeyAsync(Host.Token("erin", "user"), ["tool:read"]);
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", key);
        await fixture.Database.ExecuteAsync($"UPDATE api_keys SET revoked_at = now() WHERE id = '{key.Split('_')[1]}'");
        Host.Time.Advance(TimeSpan.FromMilliseconds(1001));
        await Host.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/me", key);
    }

    [ServersFact]
    public async Task Key_OfOtherScopes_CutsTheOwner()
    {
        var key = await Host.KeyAsync(Host.Token("frank", "operator"), ["tool:read"]);
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/tools", key);
        var refused = await Host.ExpectAsync(HttpStatusCode.Forbidden, "GET", "/api/v1/restricted", key);
        Assert.Contains("scopes", (string)refused!["detail"]!, StringComparison.Ordinal);
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/restricted", await Host.KeyAsync(Host.Token("frank", "operator"), ["*"]));

        // A scope gives nothing that the owner does not have.
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "GET", "/api/v1/restricted", await Host.KeyAsync(Host.Token("gina", "user"), ["tool:execute:restricted"]));
    }

    [ServersFact]
    public async Task Logins_ThatFail_AreLimitedAndWrittenDown()
    {
        await using var host = await AccessHost.StartAsync(fixture);
        var good = await host.KeyAsync(host.Token("hans", "user"), ["tool:read"]);
        await host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", good);
        var wrong = good[..^1] + (good[^1] == 'a' ? 'b' : 'a');
        for (var number = 0; number < LoginLimiter.PerKey; number++)
        {
            await host.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/me", wrong);
        }

        var (status, body, answer) = await host.SendAsync("GET", "/api/v1/me", wrong);
        Assert.Equal((HttpStatusCode.TooManyRequests, "RATE_LIMITED"), (status, (string)body!["code"]!));
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.InRange((int)body["details"]!["retryAfterMs"]!, 1, 60_000);
        await host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", good);

        for (var number = LoginLimiter.PerKey; number < LoginLimiter.PerAddress; number++)
        {
            await host.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/me", $"x{number}");
        }

        await host.ExpectAsync(HttpStatusCode.TooManyRequests, "GET", "/api/v1/me", "y");
        await host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", good);
        var entries = host.Audit.Entries.Where(entry => entry.Action == "login").ToList();
        Assert.Equal(LoginLimiter.PerAddress, entries.Count);
        Assert.All(entries, entry => Assert.DoesNotContain(good.Split('_')[2][..8], entry.Details!.ToJsonString() + entry.ObjectId, StringComparison.Ordinal));
        Assert.Equal((good.Split('_')[1], "127.0.0.1"), (entries[0].ObjectId, entries[0].Ip));

        host.Time.Advance(LoginLimiter.Window);
        await host.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/me", "y");
    }

    [ServersFact]
    public async Task Methods_SwitchedOff_AreNotTaken()
    {
        await using var host = await AccessHost.StartAsync(fixture, options => options with { Logins = options.Logins with { TakesJwt = false } });
        await host.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/me", host.Token("ida", "admin"));
        var key = await Host.KeyAsync(Host.Token("ida", "user"), ["tool:read"]);
        await host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", key);
        await using var other = await AccessHost.StartAsync(fixture, options => options with { Logins = options.Logins with { TakesApiKeys = false } });
        await other.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/me", key);
        await other.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", other.Token("ida", "user"));
    }

    [ServersFact]
    public async Task Database_Away_IsA503AndOverWhenItIsBack()
    {
        var (key, token) = (await Host.KeyAsync(Host.Token("kim", "admin"), ["*"]), Host.Token("kim", "admin"));
        Host.Database.IsAway = true;
        Host.Time.Advance(TimeSpan.FromSeconds(2));
        foreach (var (path, login) in new[] { ("/api/v1/me", key), ("/metrics", key), ("/api/v1/restricted", token), ("/api/v1/policies", token) })
        {
            var problem = await Host.ExpectAsync(HttpStatusCode.ServiceUnavailable, "GET", path, login);
            Assert.Equal("SERVICE_UNAVAILABLE", (string)problem!["code"]!);
        }

        using var form = new StringContent(
            "grant_type=client_credentials&client_id=c&client_secret=capns_abcdefgh_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            Encoding.UTF8, "application/x-www-form-urlencoded");
        using var answer = await Host.Client.PostAsync(new Uri("/oauth/token", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("temporarily_unavailable", (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!);

        Host.Database.IsAway = false;
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", key);
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/policies", token);
    }

    [ServersFact]
    public async Task Answer_WithAnEntityTag_MayBeKeptByItsCaller()
    {
        var (_, _, answer) = await Host.SendAsync("GET", "/api/v1/tagged", Host.Token("u", "user"));
        Assert.Equal("no-cache, private", answer.Headers.CacheControl!.ToString());
    }

    // Whose word about the caller is believed, what is said, and the address by which failed logins are counted and written down.
    [ServersTheory]
    [InlineData("127.0.0.0/8", "203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1", "203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.0/8, 10.0.0.0/8", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9")]
    [InlineData("127.0.0.0/8", "203.0.113.9, garbage", "127.0.0.1")]
    [InlineData("10.0.0.0/8", "203.0.113.9", "127.0.0.1")]
    [InlineData("", "203.0.113.9", "127.0.0.1")]
    public async Task ForwardedFor_IsBelievedFromTrustedProxiesOnly(string proxies, string header, string address)
    {
        var trusted = TrustedProxies.Read(new EnvironmentReader(name => name == "TRUSTED_PROXIES" ? proxies : null));
        await using var host = await AccessHost.StartAsync(fixture, options => options with { TrustedProxies = trusted });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        request.Headers.Add("Authorization", "Bearer x");
        request.Headers.Add("X-Forwarded-For", header);
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(address, host.Audit.Entries.Last(entry => entry.Action == "login").Ip);
        Assert.Equal(address != "127.0.0.1", answer.Headers.Contains("Strict-Transport-Security"));
    }

    [ServersFact]
    public async Task Answer_BeforeAnythingElse_HasTheSecureHeadersToo()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAccess(new AccessOptions());
        await using var app = builder.Build();
        app.Run(context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var answer = await client.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["DENY"], answer.Headers.GetValues("X-Frame-Options"));
    }

    private static JsonObject Changed(JsonObject claims, string name, JsonNode value)
    {
        claims[name] = value;
        return claims;
    }

    private async Task<DateTimeOffset?> UsedAsync(string id) =>
        await fixture.Database.ScalarAsync<DateTime>($"SELECT last_used_at FROM api_keys WHERE id = '{id}'") is var used && used == default ? null : new DateTimeOffset(used);

    /// <summary>Sends bytes as they are: a client library would tidy them.</summary>
    private async Task<(int Status, string Headers, string Body)> RawAsync(string requestLine, params string[] lines)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Host.Port);
        await using var stream = client.GetStream();
        var text = string.Join("\r\n", lines.Prepend("Host: localhost").Prepend(requestLine)) + "\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, limit.Token);
        }
        catch (IOException)
        {
            // The server has closed before it read everything; what it said is there.
        }

        var all = Encoding.UTF8.GetString(answer.ToArray());
        var end = all.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (int.Parse(all.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), all[..end], all[(end + 4)..]);
    }
}
