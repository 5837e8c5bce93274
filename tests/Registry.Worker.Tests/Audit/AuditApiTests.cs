using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Core.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Analytics;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Capns.Registry.Worker.Tests.Audit;

/// <summary>Audit log, alert rules and analytics over HTTP.</summary>
public sealed class AuditApiTests : IAsyncLifetime
{
    private AuditWorld? _world;
    private WebApplication? _app;
    private HttpClient? _client;
    private Caller _caller = new() { Kind = CallerKind.User, Id = "auditor" };
    private bool _allowed = true;

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is not null && !ServerUrls.Required)
        {
            return;
        }

        _world = await AuditWorld.CreateAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var type in new[] { typeof(IOutboxHotPath), typeof(RegistryTransactions), typeof(IDbContextFactory<RegistryDbContext>), typeof(Npgsql.NpgsqlDataSource), typeof(Messaging.Outbound.OutboundDocuments) })
        {
            builder.Services.AddSingleton(type, _ => _world.Services.GetRequiredService(type));
        }

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IAccessControl>(new Switch(() => _allowed));
        builder.Services.AddAudit(new AuditOptions { SigningKeys = [AuditWorld.Key] });
        builder.Services.AddAnalytics();
        _app = builder.Build();
        _app.Use((context, next) =>
        {
            context.Features.Set(_caller);
            return next(context);
        });
        _app.UseMiddleware<ApiConventions>();
        _app.MapAudit();
        _app.MapAnalytics();
        await _app.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public async Task DisposeAsync()
    {
        _client?.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_world is not null)
        {
            await _world.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task List_PagedFromBothEnds_ShowsEveryEntryOnceNewestFirst()
    {
        for (var number = 1; number <= 23; number++)
        {
            await _world!.Trail.AppendAsync(AuditWorld.Entry(number), CancellationToken.None);
        }

        var seen = new List<string>();
        for (var page = 1; page <= 5; page++)
        {
            var list = await GetAsync($"/api/v1/audit?limit=5&page={page}");
            Assert.Equal((23, 5, page), ((int)list["total"]!, (int)list["pages"]!, (int)list["page"]!));
            seen.AddRange(list["items"]!.AsArray().Select(item => (string)item!["objectId"]!));
        }

        Assert.Equal(Enumerable.Range(1, 23).Reverse().Select(number => $"tool-{number}"), seen);
        Assert.Empty((await GetAsync("/api/v1/audit?limit=5&page=6"))["items"]!.AsArray());
        Assert.Equal("tool-1", (string)(await GetAsync("/api/v1/audit?limit=1&sort=at"))["items"]![0]!["objectId"]!);
    }

    [ServersFact]
    public async Task List_PagesFarFromBothEnds_AreThoseOfOneOrder()
    {
        const int Count = 9000;
        var start = TimeProvider.System.GetUtcNow().AddDays(-33);
        // Over days and within one minute, in two chains, sealed in another order than that of their times.
        await _world!.Database.ExecuteAsync(_world.IntakeSql(Enumerable.Range(0, Count).Select(n =>
            (n % 3 == 0 ? "30d" : "365d", start.AddMinutes(n % 2 == 0 ? n * 4 : 20_000).AddMilliseconds(n), $"u{n}"))));
        await _world.SealAllAsync();
        await CompareAsync(Count);
        while (await _world.Keeping.RemoveAsync(CancellationToken.None) > 0)
        {
        }

        await CompareAsync(await _world.Database.ScalarAsync<long>("SELECT count(*) FROM audit_log"));
    }

    [ServersFact]
    public async Task Export_OfAForgedEnd_CarriesNoSignatureForIt()
    {
        await _world!.FillAsync(3);
        await _world.TamperAsync("UPDATE audit_chains SET hash = repeat('a', 64) WHERE chain = '365d'");

        using var answer = await _client!.GetAsync(new Uri("/api/v1/audit/export", UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal(3, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain("\"checkpoint\"", text, StringComparison.Ordinal);
    }

    [ServersTheory]
    [InlineData("objectId=tool-2", 1)]
    [InlineData("action=tool.*", 3)]
    [InlineData("action=tool", 0)]
    [InlineData("actorId=user-1&outcome=ok", 3)]
    [InlineData("outcome=denied", 0)]
    [InlineData("chain=365d", 3)]
    [InlineData("from=2999-01-01T00:00:00Z", 0)]
    [InlineData("to=2999-01-01T00:00:00Z", 3)]
    [InlineData("objectId=';DROP TABLE audit_log;--", 0)]
    public async Task List_Filtered_ShowsWhatFits(string query, int expected)
    {
        for (var number = 1; number <= 3; number++)
        {
            await _world!.Trail.AppendAsync(AuditWorld.Entry(number), CancellationToken.None);
        }

        Assert.Equal(expected, (int)(await GetAsync($"/api/v1/audit?{query}"))["total"]!);
    }

    [ServersTheory]
    [InlineData("/api/v1/audit?page=0", "page")]
    [InlineData("/api/v1/audit?limit=101", "limit")]
    [InlineData("/api/v1/audit?sort=hash", "sort")]
    [InlineData("/api/v1/audit?outcome=maybe'--", "outcome")]
    [InlineData("/api/v1/audit?from=yesterday", "from")]
    [InlineData("/api/v1/audit?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from")]
    [InlineData("/api/v1/audit?objectId=%00", "objectId")]
    [InlineData("/api/v1/audit/export?limit=x", "limit")]
    [InlineData("/api/v1/audit/verify?chain=1d", "chain")]
    [InlineData("/api/v1/analytics/usage?timeRange=5y", "timeRange")]
    [InlineData("/api/v1/analytics/usage?bucket=minute", "bucket")]
    [InlineData("/api/v1/analytics/usage?bucket=hour&timeRange=8d", "bucket")]
    [InlineData("/api/v1/analytics/usage?from=0001-01-01", "from")]
    [InlineData("/api/v1/analytics/popular?limit=0", "limit")]
    public async Task Get_WithAMistake_NamesTheParameter(string path, string parameter)
    {
        using var answer = await _client!.GetAsync(new Uri(path, UriKind.Relative));
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_REQUEST"), (answer.StatusCode, (string)problem["code"]!));
        Assert.StartsWith(parameter, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Export_ByAReaderOfItsOwn_CanBeVerifiedFromItsTextAlone()
    {
        for (var number = 1; number <= 4; number++)
        {
            await _world!.Trail.AppendAsync(AuditWorld.Entry(number), CancellationToken.None);
        }

        using var answer = await _client!.GetAsync(new Uri("/api/v1/audit/export?chain=365d", UriKind.Relative));
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();

        var previous = new string('0', 64);
        foreach (var line in lines[..^1])
        {
            var hash = (string)line["hash"]!;
            Assert.Equal(previous, (string)line["prevHash"]!);
            line.Remove("hash");
            line.Remove("prevHash");
            byte[] text = [.. Encoding.ASCII.GetBytes(previous), .. CanonicalJson.Write(JsonSerializer.SerializeToElement(line))];
            Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(text)));
            previous = hash;
        }

        // Four entries and that of the export itself.
        Assert.Equal(5, lines.Count - 1);
        Assert.Equal((5, previous), ((int)lines[^1]["checkpoint"]!["seq"]!, (string)lines[^1]["checkpoint"]!["hash"]!));
    }

    [ServersFact]
    public async Task Verify_OneByteChanged_LocatesItOverHttp()
    {
        await _world!.FillAsync(5);
        await _world.TamperAsync("UPDATE audit_log SET object_id = 'tool-9' WHERE seq = 3");

        var found = await GetAsync("/api/v1/audit/verify");

        Assert.False((bool)found["ok"]!);
        Assert.Equal(("365d", 3, "altered"), ((string)found["brokenAt"]!["chain"]!, (int)found["brokenAt"]!["seq"]!, (string)found["brokenAt"]!["reason"]!));
    }

    [ServersFact]
    public async Task Rules_CreatedChangedAndDeleted_KeepETagsAndLeaveEntries()
    {
        const string Rules = "/api/v1/audit/alert-rules";
        Assert.Equal(6, (int)(await GetAsync(Rules))["total"]!);
        using var created = await SendAsync(HttpMethod.Post, Rules, """{"name":"logins","match":{"action":"login"},"threshold":3,"webhook":"https://hooks.example.com/x"}""");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var path = created.Headers.Location!.ToString();
        Assert.StartsWith("whsec_", (string)JsonNode.Parse(await created.Content.ReadAsStringAsync())!["webhookSecret"]!, StringComparison.Ordinal);
        using var twice = await SendAsync(HttpMethod.Post, Rules, """{"name":"logins","match":{"action":"login"}}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, twice.StatusCode);

        const string Changed = """{"name":"logins","enabled":false,"match":{"action":"login"},"threshold":4}""";
        using var without = await SendAsync(HttpMethod.Put, path, Changed);
        using var stale = await SendAsync(HttpMethod.Put, path, Changed, "\"7\"");
        using var changed = await SendAsync(HttpMethod.Put, path, Changed, created.Headers.ETag!.ToString());
        using var late = await SendAsync(HttpMethod.Put, path, Changed, created.Headers.ETag!.ToString());
        Assert.Equal([428, 412, 200, 412], new[] { without, stale, changed, late }.Select(answer => (int)answer.StatusCode));
        using var deleted = await SendAsync(HttpMethod.Delete, path, null, changed.Headers.ETag!.ToString());
        using var gone = await SendAsync(HttpMethod.Delete, path, null, changed.Headers.ETag!.ToString());
        using var builtIn = await SendAsync(HttpMethod.Delete, $"{Rules}/a0000000-0000-4000-8000-000000000001", null, "\"1\"");
        Assert.Equal([204, 404, 422], new[] { deleted, gone, builtIn }.Select(answer => (int)answer.StatusCode));

        Assert.Equal(["alert-rule.delete", "alert-rule.update", "alert-rule.create"],
            (await GetAsync("/api/v1/audit?action=alert-rule.*"))["items"]!.AsArray().Select(item => (string)item!["action"]!));
    }

    [ServersFact]
    public async Task Analytics_OfEndedExecutions_AddUpOnceForEverybodyAndForOne()
    {
        var tool = Guid.NewGuid();
        var values = string.Join(',', Enumerable.Range(1, 100).Select(n =>
            $"('{Guid.NewGuid()}', now() - interval '{n % 3} days', '{tool}', '{(n % 4 == 0 ? "auditor" : "other")}', 'agent-{n % 2}', '{(n % 10 == 0 ? "failed" : "completed")}', {n * 10}, 0.5, 100, 512)"));
        await _world!.Database.ExecuteAsync($"INSERT INTO usage_intake (execution_id, ended_at, tool_id, caller_id, agent_id, state, duration_ms, cost, cpu_ms, memory_mb) VALUES {values}");
        var second = _world.AddInstance().GetRequiredService<UsageRollup>();
        await Task.WhenAll(_app!.Services.GetRequiredService<UsageRollup>().AddUpAsync(CancellationToken.None), second.AddUpAsync(CancellationToken.None));
        await Eventually.TrueAsync(async () => await _world.Database.ScalarAsync<long>("SELECT count(*) FROM usage_intake") == 0, "all to be added up");

        var usage = await GetAsync("/api/v1/analytics/usage?timeRange=7d&bucket=day");
        Assert.Equal((100, 10, 0.9), ((int)usage["totals"]!["executions"]!, (int)usage["totals"]!["failed"]!, (double)usage["totals"]!["successRate"]!));
        Assert.Equal((3, 100), (usage["buckets"]!.AsArray().Count, usage["buckets"]!.AsArray().Sum(bucket => (int)bucket!["executions"]!)));
        Assert.Equal(tool.ToString(), (string)usage["items"]![0]!["toolId"]!);
        await _world.Database.ExecuteAsync(
            $"INSERT INTO tools (id, slug, name, display_name, description, version, category, tags, capabilities, owner, author, security_level, requires_approval, is_enabled, maintenance_status, trust, config, created_at, updated_at) VALUES ('{tool}', 'counted', 'Counted', 't', 't', '1.0.0', 'c', '{{}}', '{{}}', 'o', 'a', 'safe', false, true, 'active', 'reviewed', '{{}}', now(), now())");
        var one = await GetAsync("/api/v1/analytics/performance?timeRange=3d&bucket=hour&toolId=counted");
        Assert.Equal((100, "Counted"), ((int)one["totals"]!["runs"]!, (string)one["items"]![0]!["toolName"]!));
        Assert.Equal(50m, (decimal)(await GetAsync("/api/v1/analytics/costs?timeRange=7d"))["totals"]!["cost"]!);
        var performance = (await GetAsync("/api/v1/analytics/performance?timeRange=7d"))["totals"]!;
        Assert.Equal(505.0, (double)performance["averageMs"]!);
        Assert.InRange((double)performance["p50Ms"]!, 400, 600);
        Assert.InRange((double)performance["p95Ms"]!, 850, 1100);
        Assert.Equal(50, (int)(await GetAsync("/api/v1/analytics/usage?timeRange=7d&agentId=agent-1"))["totals"]!["executions"]!);

        _allowed = false;
        Assert.Equal(25, (int)(await GetAsync("/api/v1/analytics/usage?timeRange=7d"))["totals"]!["executions"]!);
        using var others = await _client!.GetAsync(new Uri("/api/v1/analytics/usage?agentId=agent-1", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Forbidden, others.StatusCode);
        _caller = _caller with { Agents = new HashSet<string> { "agent-1" } };
        Assert.Equal(50, (int)(await GetAsync("/api/v1/analytics/usage?timeRange=7d&agentId=agent-1"))["totals"]!["executions"]!);
    }

    private async Task CompareAsync(long count)
    {
        var expected = (await _world!.Database.ScalarAsync<string[]>("SELECT array_agg(actor_id ORDER BY at, id) FROM audit_log"))!;
        Assert.Equal(count, expected.Length);
        foreach (var page in new[] { 1, 2, 21, 22, 45, (int)(count / 200), (int)(count / 100) - 30, (int)(count / 100), (int)(count / 100) + 1 })
        {
            foreach (var (sort, order) in new[] { ("at", expected), ("-at", expected.Reverse().ToArray()) })
            {
                var list = await GetAsync($"/api/v1/audit?limit=100&page={page}&sort={sort}");
                Assert.Equal(order.Skip((page - 1) * 100).Take(100), list["items"]!.AsArray().Select(item => (string)item!["actorId"]!));
            }
        }
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await _client!.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body, string? tag = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        if (tag is not null)
        {
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(tag));
        }

        return await _client!.SendAsync(request);
    }

    private sealed class Switch(Func<bool> allowed) : IAccessControl
    {
        public ValueTask<AccessDecision> DecideAsync(Caller caller, AccessQuestion question, RegistryDbContext db, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new AccessDecision { Effect = allowed() ? AccessEffect.Allowed : AccessEffect.Denied, Reason = "The test says so." });
    }
}
