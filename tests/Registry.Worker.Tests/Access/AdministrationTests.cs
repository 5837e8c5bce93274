using System.Net;
using System.Text.Json.Nodes;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>Grants, policies, keys and service accounts over HTTP (platform spec 4.3, 8).</summary>
public sealed class AdministrationTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>, IAsyncLifetime
{
    private const HttpStatusCode Invalid = HttpStatusCode.UnprocessableEntity;

    private AccessHost? _host;

    private AccessHost Host => _host!;

    private string Security => Host.Token("sam", "security-admin");

    private string Admin => Host.Token("root", "admin");

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

    // Every path with every role: what may be done at all. 422 and 428: let in, and the empty request is refused.
    [ServersTheory]
    [InlineData("GET", "permissions", 200, 200, 200, 200, 200, 200)]
    [InlineData("POST", "permissions", 403, 403, 403, 403, 422, 422)]
    [InlineData("DELETE", "permissions/0195561f-5a10-7c44-8b21-1a2b3c4d5e6f", 403, 403, 403, 403, 404, 404)]
    [InlineData("GET", "policies", 403, 403, 403, 403, 200, 200)]
    [InlineData("POST", "policies", 403, 403, 403, 403, 422, 422)]
    [InlineData("GET", "policies/0195561f-5a10-7c44-8b21-1a2b3c4d5e6f", 403, 403, 403, 403, 404, 404)]
    [InlineData("PUT", "policies/0195561f-5a10-7c44-8b21-1a2b3c4d5e6f", 403, 403, 403, 403, 428, 428)]
    [InlineData("DELETE", "policies/0195561f-5a10-7c44-8b21-1a2b3c4d5e6f", 403, 403, 403, 403, 428, 428)]
    [InlineData("GET", "api-keys", 200, 200, 200, 200, 200, 200)]
    [InlineData("POST", "api-keys", 422, 422, 422, 422, 422, 422)]
    [InlineData("DELETE", "api-keys/abcdefgh", 404, 404, 404, 404, 404, 404)]
    [InlineData("GET", "service-accounts", 403, 403, 403, 403, 200, 200)]
    [InlineData("POST", "service-accounts", 403, 403, 403, 403, 422, 422)]
    [InlineData("DELETE", "service-accounts/0195561f-5a10-7c44-8b21-1a2b3c4d5e6f", 403, 403, 403, 403, 404, 404)]
    public async Task Path_Role_Status(string method, string path, params int[] statuses)
    {
        string[] roles = ["user", "agent", "service", "operator", "security-admin", "admin"];
        foreach (var (role, status) in roles.Zip(statuses))
        {
            var body = method is "POST" or "PUT" ? new JsonObject() : null;
            await Host.ExpectAsync((HttpStatusCode)status, method, $"/api/v1/{path}", Host.Token("somebody", role), body);
        }

        await Host.ExpectAsync(HttpStatusCode.Unauthorized, method, $"/api/v1/{path}", null);
    }

    [ServersFact]
    public async Task Grant_GivenAndTaken_HoldsAtOnce()
    {
        var (bob, body) = (Host.Token("bob", "user"), Json("""{"subjectKind":"user","subjectId":"bob","permission":"tool:execute:restricted"}"""));
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "GET", "/api/v1/restricted", bob);
        var made = await Host.ExpectAsync(HttpStatusCode.Created, "POST", "/api/v1/permissions", Security, body);
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/restricted", bob);

        var own = await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/permissions", bob);
        Assert.Equal(((string)made!["id"]!, "user:sam"), ((string)Assert.Single(own!["items"]!.AsArray())!["id"]!, (string)own["items"]![0]!["grantedBy"]!));
        Assert.Equal(0, (int)(await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/permissions", Host.Token("eve", "user")))!["total"]!);
        Assert.Equal(1, (int)(await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/permissions?subjectId=bob", Security))!["total"]!);

        await Host.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"/api/v1/permissions/{made["id"]}", Security);
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "GET", "/api/v1/restricted", bob);
        await Host.ExpectAsync(HttpStatusCode.NotFound, "DELETE", $"/api/v1/permissions/{made["id"]}", Security);
        Assert.Equal(["grant.create", "grant.delete"], Host.Audit.Entries.Where(entry => entry.ObjectId == (string)made["id"]!).Select(entry => entry.Action));
    }

    // What is wrong with a grant, and the member that is named.
    [ServersTheory]
    [InlineData("""{"subjectKind":"group"}""", "/subjectKind")]
    [InlineData("""{"subjectId":null}""", "/subjectId")]
    [InlineData("""{"subjectId":"a\u0000b"}""", "")]
    [InlineData("""{"subjectKind":"role","subjectId":"root"}""", "/subjectId")]
    [InlineData("""{"permission":"everything"}""", "/permission")]
    [InlineData("""{"permission":"tool:*"}""", "/permission")]
    [InlineData("""{"permission":"Tool:Read"}""", "/permission")]
    [InlineData("""{"permission":"execute"}""", "/permission")]
    [InlineData("""{"permission":"tool:read'; DROP TABLE policies; --"}""", "/permission")]
    [InlineData("""{"toolId":"mover"}""", "/toolId")]
    [InlineData("""{"toolId":"0195561f-5a10-7c44-8b21-1a2b3c4d5e6f"}""", "/toolId")]
    [InlineData("""{"maxCallsPerHour":5}""", "/toolId")]
    [InlineData("""{"maxCallsPerHour":0}""", "/maxCallsPerHour")]
    [InlineData("""{"maxCostPerHour":-1}""", "/maxCostPerHour")]
    [InlineData("""{"expiresAt":"2020-01-01T00:00:00Z"}""", "/expiresAt")]
    [InlineData("""{"expiresAt":"soon"}""", "/expiresAt")]
    public async Task Grant_Wrong_NamesTheMember(string change, string path)
    {
        var body = Changed("""{"subjectKind":"user","subjectId":"u","permission":"tool:read"}""", change);
        var problem = await Host.ExpectAsync(Invalid, "POST", "/api/v1/permissions", Security, body);
        Assert.Contains(problem!["details"]!["errors"]!.AsArray(), error => ((string)error!["path"]!).StartsWith(path, StringComparison.Ordinal));
    }

    // What a security-admin cannot give, because only an administrator has it.
    [ServersTheory]
    [InlineData("permissions", """{"subjectKind":"user","subjectId":"sam","permission":"admin:force"}""")]
    [InlineData("permissions", """{"subjectKind":"role","subjectId":"security-admin","permission":"apikey:write:any"}""")]
    [InlineData("permissions", """{"subjectKind":"user","subjectId":"sam","permission":"admin:purge"}""")]
    [InlineData("service-accounts", """{"name":"puppet","roles":["admin"]}""")]
    [InlineData("service-accounts", """{"name":"puppet","permissions":["admin:broadcast"]}""")]
    public async Task Giving_MoreThanOneHas_IsForbidden(string path, string body)
    {
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "POST", $"/api/v1/{path}", Security, Json(body));
        await Host.ExpectAsync(HttpStatusCode.Created, "POST", $"/api/v1/{path}", Admin, Json(body));
        await fixture.Database.ExecuteAsync("DELETE FROM service_accounts; DELETE FROM permission_grants");
    }

    [ServersFact]
    public async Task Policy_EntityTag_KeepsChangesApart()
    {
        var body = Json("""{"name":"no-running","effect":"deny","match":{"actions":["tool:execute:restricted"],"subjects":{"roles":["operator"]}},"reason":"Freeze."}""");
        var (created, policy, answer) = await Host.SendAsync("POST", "/api/v1/policies", Security, body);
        Assert.Equal((HttpStatusCode.Created, "\"1\""), (created, answer.Headers.ETag!.ToString()));
        var path = answer.Headers.Location!.ToString();
        var refused = await Host.ExpectAsync(HttpStatusCode.Forbidden, "GET", "/api/v1/restricted", Host.Token("o", "operator"));
        Assert.Contains("no-running denies this: Freeze.", (string)refused!["detail"]!, StringComparison.Ordinal);
        Assert.Equal("name", ((string)(await Host.ExpectAsync(Invalid, "POST", "/api/v1/policies", Security, body))!["details"]!["errors"]![0]!["path"]!).Trim('/'));

        body["enabled"] = false;
        await Host.ExpectAsync(HttpStatusCode.PreconditionRequired, "PUT", path, Security, body);
        await Host.ExpectAsync(HttpStatusCode.PreconditionFailed, "PUT", path, Security, body, "\"2\"");
        await Host.ExpectAsync(HttpStatusCode.PreconditionFailed, "PUT", path, Security, body, "W/\"1\"");
        var (changed, _, second) = await Host.SendAsync("PUT", path, Security, body, "\"1\"");
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (changed, second.Headers.ETag!.ToString()));
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/restricted", Host.Token("o", "operator"));
        await Host.ExpectAsync(HttpStatusCode.PreconditionFailed, "PUT", path, Security, body, "\"1\"");
        Assert.Equal("\"2\"", (string)(await Host.ExpectAsync(HttpStatusCode.OK, "GET", path, Security))!["etag"]!);
        await Host.ExpectAsync(HttpStatusCode.PreconditionFailed, "DELETE", path, Security, null, "\"1\"");
        await Host.ExpectAsync(HttpStatusCode.NoContent, "DELETE", path, Security, null, "\"2\"");
        await Host.ExpectAsync(HttpStatusCode.NotFound, "GET", path, Security);
        Assert.Equal(["policy.create", "policy.update", "policy.delete"], Host.Audit.Entries.Where(entry => entry.ObjectId == (string)policy!["id"]!).Select(entry => entry.Action));
    }

    [ServersFact]
    public async Task Policy_AnswerOfTheCommitIsLost_IsChangedOnceAndSaysSo()
    {
        var body = Json("""{"name":"unsure","effect":"allow","match":{"tags":["none"]},"reason":"x"}""");
        var path = $"/api/v1/policies/{(await Host.ExpectAsync(HttpStatusCode.Created, "POST", "/api/v1/policies", Security, body))!["id"]}";
        foreach (var (number, ifMatch) in new[] { (2, "\"1\""), (3, "*") })
        {
            Host.Database.LosesNextCommit = true;
            var waiting = Host.SendAsync("PUT", path, Security, body.DeepClone(), ifMatch);
            await Eventually.TrueAsync(() => Task.FromResult(Host.Time.WaitingTimers > 0), "the pause before the next try", TimeSpan.FromSeconds(20));
            Host.Time.Advance(TimeSpan.FromSeconds(2));
            var (status, policy, _) = await waiting;
            Assert.Equal((HttpStatusCode.OK, $"\"{number}\""), (status, (string)policy!["etag"]!));
        }

        await fixture.Database.ExecuteAsync("DELETE FROM policies");
    }

    [ServersFact]
    public async Task Policy_ManyChangesAtOnce_OneWinsEachVersion()
    {
        var body = Json("""{"name":"raced","effect":"allow","match":{"tags":["none"]},"reason":"x"}""");
        var path = $"/api/v1/policies/{(await Host.ExpectAsync(HttpStatusCode.Created, "POST", "/api/v1/policies", Security, body))!["id"]}";
        var login = Security;
        var statuses = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => (await Host.SendAsync("PUT", path, login, body.DeepClone(), "\"1\"")).Status));
        Assert.Single(statuses, status => status == HttpStatusCode.OK);
        Assert.Equal(9, statuses.Count(status => status == HttpStatusCode.PreconditionFailed));
        await fixture.Database.ExecuteAsync("DELETE FROM policies");
    }

    // What is wrong with a policy, and the member that is named.
    [ServersTheory]
    [InlineData("""{"name":null}""", "/name")]
    [InlineData("""{"effect":"permit"}""", "/effect")]
    [InlineData("""{"reason":""}""", "/reason")]
    [InlineData("""{"match":null}""", "/match")]
    [InlineData("""{"match":[]}""", "/match")]
    [InlineData("""{"match":{"action":["tool:read"]}}""", "/match/action")]
    [InlineData("""{"match":{"actions":[]}}""", "/match/actions")]
    [InlineData("""{"match":{"actions":["read*"]}}""", "/match/actions")]
    [InlineData("""{"match":{"actions":[5]}}""", "/match/actions/0")]
    [InlineData("""{"match":{"levels":["critical-ish"]}}""", "/match/levels/0")]
    [InlineData("""{"match":{"subjects":{"user":["x"]}}}""", "/match/subjects/user")]
    [InlineData("""{"match":{"subjects":{"roles":["root"]}}}""", "/match/subjects/roles")]
    [InlineData("""{"match":{"time":{"days":["monday"]}}}""", "/match/time/days")]
    [InlineData("""{"match":{"time":{"from":"25:00"}}}""", "/match/time/from")]
    [InlineData("""{"match":{"time":{"timezone":"Mars/Olympus"}}}""", "/match/time/timezone")]
    [InlineData("""{"approvers":["x"]}""", "/approvers")]
    [InlineData("""{"effect":"require-approval","minApprovals":3}""", "/minApprovals")]
    [InlineData("""{"enabled":"yes"}""", "/enabled")]
    public async Task Policy_Wrong_NamesTheMember(string change, string path)
    {
        var body = Changed("""{"name":"p","effect":"deny","match":{},"reason":"r"}""", change);
        var problem = await Host.ExpectAsync(Invalid, "POST", "/api/v1/policies", Security, body);
        Assert.Contains(problem!["details"]!["errors"]!.AsArray(), error => (string)error!["path"]! == path);
    }

    [ServersTheory]
    [InlineData("""{"scopes":[]}""", "/scopes")]
    [InlineData("""{"scopes":["everything"]}""", "/scopes")]
    [InlineData("""{"scopes":"tool:read"}""", "/scopes")]
    [InlineData("""{"expiresAt":null}""", "/expiresAt")]
    [InlineData("""{"expiresAt":"2020-01-01T00:00:00Z"}""", "/expiresAt")]
    [InlineData("""{"expiresAt":"2099-01-01T00:00:00Z"}""", "/expiresAt")]
    [InlineData("""{"name":""}""", "/name")]
    [InlineData("""{"ownerKind":"user"}""", "/ownerId")]
    [InlineData("""{"ownerKind":"platform","ownerId":"x"}""", "/ownerKind")]
    [InlineData("""{"roles":["admin"]}""", "/roles")]
    [InlineData("""{"ownerKind":"service","ownerId":"nobody-here"}""", "/ownerId")]
    public async Task Key_Wrong_NamesTheMember(string change, string path)
    {
        var body = Changed($$"""{"name":"k","scopes":["tool:read"],"expiresAt":"{{Host.Time.GetUtcNow().AddDays(1):O}}"}""", change);
        var problem = await Host.ExpectAsync(Invalid, "POST", "/api/v1/api-keys", Admin, body);
        Assert.Contains(problem!["details"]!["errors"]!.AsArray(), error => (string)error!["path"]! == path);
    }

    [ServersFact]
    public async Task Key_MadeWithAKey_NeverDoesMore()
    {
        var key = await Host.KeyAsync(Host.Token("lea", "operator"), ["tool:read", "tool:execute:restricted"], TimeSpan.FromHours(1));
        var end = (Host.Time.GetUtcNow() + TimeSpan.FromHours(1)).ToString("O");
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "POST", "/api/v1/api-keys", key, Json($$"""{"name":"k","scopes":["*"],"expiresAt":"{{end}}"}"""));
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "POST", "/api/v1/api-keys", key, Json($$"""{"name":"k","scopes":["tool:write"],"expiresAt":"{{end}}"}"""));
        var longer = (Host.Time.GetUtcNow() + TimeSpan.FromHours(1.01)).ToString("O");
        await Host.ExpectAsync(Invalid, "POST", "/api/v1/api-keys", key, Json($$"""{"name":"k","scopes":["tool:read"],"expiresAt":"{{longer}}"}"""));
        var child = await Host.ExpectAsync(HttpStatusCode.Created, "POST", "/api/v1/api-keys", key, Json($$"""{"name":"k","scopes":["tool:read"],"expiresAt":"{{end}}"}"""));
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "GET", "/api/v1/restricted", (string)child!["key"]!);
    }

    [ServersFact]
    public async Task Keys_OfOthers_AreSeenMadeAndRevokedByAdministratorsOnly()
    {
        var (mia, id) = (Host.Token("mia", "user"), (await Host.KeyAsync(Host.Token("mia", "user"), ["tool:read"])).Split('_')[1]);
        var list = await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/api-keys", mia);
        Assert.Equal(id, (string)Assert.Single(list!["items"]!.AsArray())!["id"]!);
        Assert.DoesNotContain("capns_", list.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hash", list.ToJsonString(), StringComparison.Ordinal);
        await Host.ExpectAsync(HttpStatusCode.NotFound, "DELETE", $"/api/v1/api-keys/{id}", Host.Token("eve", "security-admin"));
        Assert.Equal(1, (int)(await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/api-keys?ownerId=mia", Admin))!["total"]!);

        var forOther = new JsonObject { ["ownerKind"] = "user", ["ownerId"] = "nina", ["roles"] = new JsonArray("operator") };
        var refused = Json($$"""{"name":"k","scopes":["*"],"expiresAt":"{{Host.Time.GetUtcNow().AddDays(1):O}}","ownerKind":"user","ownerId":"nina"}""");
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "POST", "/api/v1/api-keys", mia, refused);
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/restricted", await Host.KeyAsync(Admin, ["*"], more: forOther));
        await Host.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"/api/v1/api-keys/{id}", Admin);
    }

    [ServersFact]
    public async Task ServiceAccount_KeyTokenAndEnd_BelongTogether()
    {
        var account = await Host.ExpectAsync(
            HttpStatusCode.Created, "POST", "/api/v1/service-accounts", Security, Json("""{"name":"indexer","clientId":"indexer-client","amqpUser":"mq-indexer","roles":["service"],"permissions":["tool:execute:restricted"]}"""));
        foreach (var (twin, path) in new[] { ("""{"name":"indexer"}""", "/name"), ("""{"name":"i2","clientId":"indexer-client"}""", "/clientId"), ("""{"name":"i2","amqpUser":"mq-indexer"}""", "/amqpUser") })
        {
            var problem = await Host.ExpectAsync(Invalid, "POST", "/api/v1/service-accounts", Security, Json(twin));
            Assert.Equal(path, (string)problem!["details"]!["errors"]![0]!["path"]!);
        }

        var owner = new JsonObject { ["ownerKind"] = "service", ["ownerId"] = "indexer" };
        var key = await Host.KeyAsync(Admin, ["tool:read", "tool:execute:restricted"], more: owner);
        Assert.Equal("service", (string)(await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", key))!["kind"]!);
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/restricted", key);

        var (status, token) = await TokenAsync($"grant_type=client_credentials&client_id=indexer-client&client_secret={key}&scope=tool:read");
        Assert.Equal((200, "Bearer", 900, "tool:read"), (status, (string)token["token_type"]!, (int)token["expires_in"]!, (string)token["scope"]!));
        var access = (string)token["access_token"]!;
        Assert.Equal(("service", "indexer"), await MeAsync(access));
        await Host.ExpectAsync(HttpStatusCode.Forbidden, "GET", "/api/v1/restricted", access);
        (_, token) = await TokenAsync("grant_type=client_credentials", $"Basic {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"indexer-client:{key}"))}");
        await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/restricted", (string)token["access_token"]!);

        // The token ends with its key, at once; and a new account of that name has none of the old rights.
        await Host.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"/api/v1/service-accounts/{account!["id"]}", Security);
        await Host.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/me", access);
        await Host.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/me", key);
        await Host.ExpectAsync(HttpStatusCode.Created, "POST", "/api/v1/service-accounts", Security, Json("""{"name":"indexer","clientId":"indexer-client"}"""));
        await Host.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/me", access);
        await Host.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/me", key);
        Assert.Equal(401, (await TokenAsync($"grant_type=client_credentials&client_id=indexer-client&client_secret={key}")).Status);
    }

    // Requests for tokens that are wrong, and the error of RFC 6749, 5.2. {0} is a good key of client good-client.
    [ServersTheory]
    [InlineData("", 400, "invalid_request")]
    [InlineData("grant_type=", 400, "invalid_request")]
    [InlineData("grant_type=client_credentials", 400, "invalid_request")]
    [InlineData("grant_type=client_credentials&client_id=good-client", 400, "invalid_request")]
    [InlineData("grant_type=client_credentials&grant_type=client_credentials&client_id=good-client&client_secret={0}", 400, "invalid_request")]
    [InlineData("grant_type=password&client_id=good-client&client_secret={0}&username=a&password=b", 400, "unsupported_grant_type")]
    [InlineData("grant_type=authorization_code&client_id=good-client&client_secret={0}", 400, "unsupported_grant_type")]
    [InlineData("grant_type=client_credentials&client_id=good-client&client_secret={0}x", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_id=other-client&client_secret={0}", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_id=GOOD-client&client_secret={0}", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_id=good-client%00&client_secret={0}", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_id=' OR 1=1 --&client_secret={0}", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials&client_id=good-client&client_secret={0}&scope=admin:force", 400, "invalid_scope")]
    [InlineData("grant_type=client_credentials&client_id=good-client&client_secret={0}&scope=*", 400, "invalid_scope")]
    [InlineData("grant_type=client_credentials&client_id=good-client&client_secret={0}&x=LONG", 400, "invalid_request")]
    [InlineData("%ff%fe=%", 400, "invalid_request")]
    [InlineData("grant_type=client_credentials&client_id=good-client&client_secret={0}", 200, null)]
    public async Task Token_Request_IsAnsweredAsTheRfcSays(string form, int status, string? error)
    {
        var account = await Host.SendAsync("POST", "/api/v1/service-accounts", Admin, Json("""{"name":"good","clientId":"good-client"}"""));
        Assert.True(account.Status is HttpStatusCode.Created or Invalid);
        var key = await Host.KeyAsync(Admin, ["tool:read"], more: new JsonObject { ["ownerKind"] = "service", ["ownerId"] = "good" });
        var (got, body) = await TokenAsync(form.Replace("{0}", key, StringComparison.Ordinal).Replace("LONG", new string('x', 20_000), StringComparison.Ordinal));
        Assert.Equal((status, error), (got, (string?)body["error"]));
    }

    [ServersFact]
    public async Task Token_ScopesThatWeCouldNotReadAgain_AreRefused()
    {
        await Host.ExpectAsync(HttpStatusCode.Created, "POST", "/api/v1/service-accounts", Security, Json("""{"name":"broad","clientId":"broad-client","roles":["service"]}"""));
        var owner = new JsonObject { ["ownerKind"] = "service", ["ownerId"] = "broad" };
        var many = Enumerable.Range(0, 80).Select(number => $"tool:{number:D3}{new string('x', 118)}").ToArray();
        var key = await Host.KeyAsync(Admin, many, more: (JsonObject)owner.DeepClone());
        var everything = await Host.KeyAsync(Admin, ["*"], more: owner);
        foreach (var form in new[] { $"client_secret={key}", $"client_secret={everything}&scope=Tool%3ARead", $"client_secret={everything}&scope=a" })
        {
            var (status, answer) = await TokenAsync($"grant_type=client_credentials&client_id=broad-client&{form}");
            Assert.Equal((400, "invalid_scope"), (status, (string)answer["error"]!));
        }

        var (_, token) = await TokenAsync($"grant_type=client_credentials&client_id=broad-client&client_secret={key}&scope={string.Join('+', many.Take(60))}");
        Assert.Equal(("service", "broad"), await MeAsync((string)token["access_token"]!));
    }

    private async Task<(string Kind, string Id)> MeAsync(string login)
    {
        var me = await Host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", login);
        return ((string)me!["kind"]!, (string)me["id"]!);
    }

    private async Task<(int Status, JsonNode Body)> TokenAsync(string form, string? authorization = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token");
        request.Content = new StringContent(form, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var answer = await Host.Client.SendAsync(request);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private static JsonObject Changed(string good, string change)
    {
        var body = Json(good);
        foreach (var (name, value) in Json(change))
        {
            body[name] = value?.DeepClone();
        }

        return body;
    }
}
