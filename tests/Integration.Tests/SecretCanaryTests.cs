using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Testing;
using RabbitMQ.Client;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>
/// One value is given as a secret in every way there is, and then searched for in all that the platform has written and said: tables,
/// queues, events, Redis, logs, traces, frames, answers, metrics (platform spec 5.13; must-show 3).
/// </summary>
public sealed class SecretCanaryTests : IDisposable
{
    private const string Tool = "canary";
    private const string Parameters =
        """{"type":"object","properties":{"key":{"type":"string","x-secret":true},"short":{"type":"string","maxLength":3,"x-secret":true},"other":{"type":"string"},"word":{"type":"string"}}}""";

    private const string Program =
        "read -r line; echo \"got $line\"; echo \"again $line\" >&2; printf '{\"$capns\":\"partial\",\"value\":%s}\\n' \"$line\"; case $line in *fail*) exit 3;; *wait*) sleep 60;; esac; printf '{\"$capns\":\"result\",\"value\":%s}\\n' \"$line\"";

    private readonly string _secret = $"canary{Guid.NewGuid():N}";
    private readonly string _marker = $"marker{Guid.NewGuid():N}";
    private readonly DirectoryInfo _tools = Directory.CreateTempSubdirectory("capns-tools-");

    public SecretCanaryTests()
    {
        foreach (var level in new[] { "safe", "restricted" })
        {
            File.WriteAllText(Path.Combine(_tools.FullName, $"{level}.json"), new JsonObject
            {
                ["id"] = $"{Tool}-{level}",
                ["name"] = $"{Tool}-{level}",
                ["description"] = "Says what it was given, in every way it can.",
                ["version"] = "1.0.0",
                ["category"] = "system",
                ["securityLevel"] = level,
                ["parameters"] = JsonNode.Parse(Parameters),
                ["executor"] = new JsonObject { ["type"] = "command", ["command"] = new JsonArray("/bin/bash", "-c", Program) },
            }.ToJsonString());
        }
    }

    public void Dispose() => _tools.Delete(recursive: true);

    [ServersFact]
    public async Task Secret_GivenInEveryWay_IsFoundNowhere()
    {
        await using var search = await SecretSearch.StartAsync();
        await using var redis = await OwnRedis.StartAsync();
        await search.WatchRedisAsync(redis);
        await using var platform = await Platform.StartAsync(runners: 0, redis: redis.Url, settings: new Dictionary<string, string>
        {
            ["TOOL_DEFINITIONS"] = _tools.FullName,
            ["JWT_SECRET"] = TestToken.Secret,
            ["LOG_LEVEL"] = "debug",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = search.Traces.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        });
        await using var service = await platform.ConnectAsync();
        var heard = await platform.Broker.ListenAsync("events", "#");
        using var admin = Platform.Administrator();
        var rita = TestToken.Of("rita", roles: ["operator"]);

        // At rest and on the bus: what waits for a runner, what waits for people.
        var given = new { key = _secret, other = $"https://x/?key={_secret}", word = _marker };
        var run = await service.RequestAsync($"{Tool}-safe", given, new { context = new { note = $"it is {_secret}" }, reasoning = new { text = _secret } });
        var fails = await service.RequestAsync($"{Tool}-safe", new { key = _secret, other = _secret, word = "fail" });
        var stops = await service.RequestAsync($"{Tool}-safe", new { key = _secret, word = "wait" });
        var guarded = await AskAsync(service, given, rita);
        await StatusAsync(platform, guarded, "approval-required");
        await StatusAsync(platform, stops, "queued");
        await BuryAsync(platform, service, rita);
        await search.DumpDatabaseAsync(platform.Database);
        Assert.Contains("capns.runner.default.normal", await search.DumpQueuesAsync(platform.Broker));

        // Refused, repeated, asked for by HTTP, replayed.
        foreach (var (path, body) in new (string, object)[]
        {
            ($"tools/{Tool}-safe/execute", new { parameters = new { @short = _secret, key = _secret } }),
            ($"tools/{Tool}-safe/execute", new { parameters = given, dryRun = true }),
            ($"tools/{Tool}-restricted/execute", new { parameters = given }),
            ("executions", new { toolId = "no-such-tool", parameters = given }),
            ($"tools/{Tool}-safe/execute", new { parameters = given, agentId = 1 }),
        })
        {
            await PostAsync(search, platform, admin, path, body);
        }

        await search.WatchSocketAsync(new Uri($"ws://{platform.Registry.Address.Authority}/executions/{run}"), rita);
        var runner = await platform.AddAsync("Runner", 1);
        Assert.Equal("completed", State(await service.FinalAsync(run)));
        Assert.Equal("failed", State(await service.FinalAsync(fails)));
        await service.NextAsync(stops, "tool.execution.progress");
        await service.CancelAsync(stops, force: true);
        Assert.Equal("cancelled", State(await service.FinalAsync(stops)));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(search, platform, admin, $"executions/{guarded}/approve", new { feedback = "fine" }));
        Assert.Equal("completed", State(await service.FinalAsync(guarded)));
        var byHttp = await PostAsync(search, platform, admin, $"tools/{Tool}-safe/execute?wait=20000", new { parameters = given }, "one-key");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (byHttp, await PostAsync(search, platform, admin, $"tools/{Tool}-safe/execute?wait=20000", new { parameters = given }, "one-key")));
        await PostAsync(search, platform, admin, $"executions/{fails}/retry", new { parameters = given });
        var letter = await platform.Database.ScalarAsync<Guid>("SELECT id FROM dead_letters LIMIT 1");
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(search, platform, admin, $"admin/dead-letters/{letter}/replay", new { }));
        await Eventually.TrueAsync(
            async () => await platform.Database.ScalarAsync<long>("SELECT count(*) FROM dead_letters") == 2, "the replayed message to fail again", TimeSpan.FromSeconds(20));

        foreach (var path in new[]
        {
            "api/v1/executions?limit=100", $"api/v1/executions/{run}", $"api/v1/executions/{run}/events", $"api/v1/executions/{fails}", $"api/v1/executions/{fails}/events",
            "api/v1/approvals", "api/v1/audit?limit=100", "api/v1/audit/export", "api/v1/admin/dead-letters", "api/v1/analytics/usage", "api/v1/tools", "metrics", "health/detailed",
        })
        {
            using var answer = await admin.GetAsync(new Uri(platform.Registry.Address, path));
            search.Saw($"GET {path}", await answer.Content.ReadAsByteArrayAsync());
        }

        using var ofRunner = await admin.GetAsync(new Uri(runner.Address, "metrics"));
        search.Saw("runner's metrics", await ofRunner.Content.ReadAsByteArrayAsync());
        await search.DumpDatabaseAsync(platform.Database);
        await search.DumpQueuesAsync(platform.Broker);
        foreach (var worker in platform.Workers)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await worker.TerminateAsync(limit.Token);
            search.Saw($"log of {worker.Name}", worker.Log);
        }

        // What is no secret is found in all of them, so the search can find.
        Assert.Contains("table public.executions", search.PlacesOf(_marker));
        Assert.Contains("queue capns.runner.default.normal", search.PlacesOf(_marker));
        var places = search.PlacesOf(run.ToString()).Concat(search.PlacesOf(guarded.ToString())).ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "redis", "websocket", "log of registry-1", "log of runner-1", "traces", $"queue {heard}", "table public.approvals", "table public.execution_events",
            },
            places);
        Assert.Equal("", string.Join('\n', search.PlacesOf(_secret)));
        Assert.Equal("", string.Join('\n', search.PlacesOf(rita)));
    }

    /// <summary>Asks for the restricted tool with a token.</summary>
    private static async Task<Guid> AskAsync(TestService service, object parameters, string token)
    {
        var id = Guid.CreateVersion7();
        var data = new { toolId = $"{Tool}-restricted", executionId = id, userId = "rita", parameters, auth = new { token } };
        await service.PublishAsync(
            "tool.execution.requested", "tool.execution.requested",
            JsonSerializer.SerializeToUtf8Bytes(new { id = Guid.NewGuid(), type = "tool.execution.requested", source = "test-service", data }));
        return id;
    }

    /// <summary>A message that can never be handled.</summary>
    private async Task BuryAsync(Platform platform, TestService service, string token)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { type = "no.such.event", data = new { parameters = new { key = _secret }, note = _secret } });
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
            Headers = new Dictionary<string, object?> { ["authorization"] = $"Bearer {token}" },
        };
        await service.PublishAsync("tool.execution.requested", "tool.execution.requested", body, properties);
        await Eventually.TrueAsync(
            async () => await platform.Database.ScalarAsync<long>("SELECT count(*) FROM dead_letters") == 1, "the dead letter", TimeSpan.FromSeconds(20));
    }

    private static async Task<HttpStatusCode> PostAsync(SecretSearch search, Platform platform, HttpClient http, string path, object body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(platform.Registry.Address, $"api/v1/{path}")) { Content = JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var answer = await http.SendAsync(request);
        search.Saw($"POST {path}", await answer.Content.ReadAsByteArrayAsync());
        search.Saw($"POST {path}, headers", answer.Headers.ToString());
        return answer.StatusCode;
    }

    private static Task StatusAsync(Platform platform, Guid id, string status) => Eventually.TrueAsync(
        async () => await platform.Database.ScalarAsync<string>($"SELECT status FROM executions WHERE id = '{id}'") == status, $"{id} to be {status}", TimeSpan.FromSeconds(30));

    private static string? State(JsonElement document) => document.GetProperty("data").GetProperty("state").GetString();
}
