using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Testing;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>Access control over two registries as they run: what one is told holds at the other.</summary>
public sealed class AccessTests
{
    private const string Secret = "Kq3vT9mZx7Lr2Wd8Yh5Bn4Cf6Gj1Pk0S";

    private static readonly Dictionary<string, string> WithTokens = new(StringComparer.Ordinal) { ["JWT_SECRET"] = Secret };

    [ServersFact]
    public async Task Rules_ChangedAtOneRegistry_HoldAtTheOther()
    {
        await using var platform = await Platform.StartAsync(runners: 0, settings: WithTokens);
        var other = await platform.AddAsync("Registry", 2);
        using var admin = Platform.Administrator();
        using var bob = new HttpClient();
        bob.DefaultRequestHeaders.Add("Authorization", $"Bearer {Token("bob", "user")}");
        var (policies, here) = (new Uri(other.Address, "/api/v1/policies"), new Uri(platform.Registry.Address, "/api/v1/permissions"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(bob, policies));

        using var granted = await admin.PostAsJsonAsync(here, new { subjectKind = "user", subjectId = "bob", permission = "policy:write" });
        Assert.Equal(HttpStatusCode.Created, granted.StatusCode);
        await Eventually.TrueAsync(async () => await StatusAsync(bob, policies) == HttpStatusCode.OK, "the grant at the other registry");

        using var revoked = await admin.DeleteAsync(new Uri(platform.Registry.Address, granted.Headers.Location!.OriginalString));
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        await Eventually.TrueAsync(async () => await StatusAsync(bob, policies) == HttpStatusCode.Forbidden, "its end at the other registry");

        var key = await KeyAsync(admin, platform.Registry);
        using var holder = new HttpClient();
        holder.DefaultRequestHeaders.Add("X-API-Key", key);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(holder, policies));
        await admin.DeleteAsync(new Uri(platform.Registry.Address, $"/api/v1/api-keys/{key.Split('_')[1]}"));
        await Eventually.TrueAsync(async () => await StatusAsync(holder, policies) == HttpStatusCode.Unauthorized, "the key's end at the other registry");
    }

    [NodeFact]
    public async Task Paths_OfEveryRole_AnswerAsTheirPermissionsSay()
    {
        await using var platform = await Platform.StartAsync(discovery: true);

        var (code, output) = await NodePrograms.RunAsync(
            platform, Path.Combine(Checkout.Root, "infra", "api-table"), platform.Registry.Address.ToString().TrimEnd('/'), $"X-API-Key: {Platform.AdministratorKey}");

        Assert.True(code == 0 && output.Contains(" 0 unexpected", StringComparison.Ordinal), output);
    }

    [ServersFact]
    public async Task Message_WithAToken_RunsForItsUserAndABadOneIsRefused()
    {
        await using var platform = await Platform.StartAsync(settings: WithTokens);
        await using var service = await platform.ConnectAsync();
        var sum = new { operation = "add", operands = new[] { 1, 2 } };

        var good = await service.RequestAsync("math-calculator", sum, new { auth = new { token = Token("alice", "user") }, agentId = "a1", userId = "alice" });
        Assert.Equal("tool.execution.completed", (await service.FinalAsync(good)).GetProperty("type").GetString());
        Assert.Equal("user alice", await platform.Database.ScalarAsync<string>($"SELECT caller_kind || ' ' || caller_id FROM executions WHERE id = '{good}'"));

        foreach (var (token, user, code) in new[] { ("garbage", "alice", "UNAUTHENTICATED"), (Token("alice", "user"), "bob", "INSUFFICIENT_PERMISSIONS") })
        {
            var refused = await service.RequestAsync("math-calculator", sum, new { auth = new { token }, agentId = "a1", userId = user });
            Assert.Equal(code, (await service.FinalAsync(refused)).GetProperty("data").GetProperty("errorDetail").GetProperty("code").GetString());
        }

        Assert.Equal(0L, await platform.Database.ScalarAsync<long>("SELECT count(*) FROM executions WHERE to_jsonb(executions)::text LIKE '%eyJ%'"));
    }

    [ServersFact]
    public async Task Start_SecretIsAKnownDefault_IsRefusedWithOneSentence()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Platform.StartAsync(
            runners: 0, settings: new Dictionary<string, string> { ["JWT_SECRET"] = "change-me-in-production-please-change-me" }));
        Assert.Contains("JWT_SECRET cannot be used outside Development: it is a known default.", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("please-change-me", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<string> KeyAsync(HttpClient admin, WorkerProcess registry)
    {
        var body = new { name = "test", scopes = new[] { "*" }, expiresAt = TimeProvider.System.GetUtcNow().AddDays(1) };
        using var made = await admin.PostAsJsonAsync(new Uri(registry.Address, "/api/v1/api-keys"), body);
        return (string)(await made.Content.ReadFromJsonAsync<JsonNode>())!["key"]!;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, Uri address)
    {
        using var answer = await client.GetAsync(address);
        return answer.StatusCode;
    }

    private static string Token(string user, string role)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = JsonSerializer.SerializeToUtf8Bytes(new { iss = "uaip-security-gateway", aud = "uaip-services", userId = user, agentId = "a1", roles = new[] { role }, iat = now, exp = now + 600 });
        var input = $"{Text("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Text(claims)}";
        return $"{input}.{Text(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.ASCII.GetBytes(input)))}";
    }

    private static string Text(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
