using System.Text.Json.Nodes;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Tests.Executions;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Api;

/// <summary>Executions over HTTP go through the same gates and the same saga as messages.</summary>
public sealed class ExecutionCommandsTests : IAsyncLifetime
{
    private HttpWorld? _world;

    private HttpWorld World => _world!;

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is null || ServerUrls.Required)
        {
            _world = await HttpWorld.CreateAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (_world is not null)
        {
            await _world.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task Wait_TheEndIsHandledByAnyInstance_AnswersWithTheResult()
    {
        await World.StartRunnerAsync();
        for (var round = 0; round < 8; round++)
        {
            var answer = (await World.SendAsync(round % 2, "POST", "/tools/math-calculator/execute?wait=20000", Add())).Is(200);
            Assert.Equal(("completed", 8), ((string)answer.Body!["status"]!, (int)answer.Body["result"]!["value"]!));
            Assert.Equal($"/api/v1/executions/{answer.Body["executionId"]}", answer.Headers["Location"]);
        }
    }

    [ServersFact]
    public async Task Start_WithoutWait_IsAcceptedAndEndsLater()
    {
        var accepted = (await World.SendAsync(0, "POST", "/executions", Add().With("agentId", null).With("toolId", "math-calculator"), TestAccess.Header, "alice *")).Is(202);
        Assert.Equal(("queued", "1.1.0"), ((string)accepted.Body!["status"]!, (string)accepted.Body["toolVersion"]!));
        var id = (Guid)accepted.Body["executionId"]!;
        Assert.Equal("alice", await World.Database.ScalarAsync<string>($"SELECT source FROM executions WHERE id = '{id}'"));
        (await World.SendAsync(1, "GET", $"/executions/{id}/result")).Is(409, "EXECUTION_NOT_FINISHED");
        await World.StartRunnerAsync();
        await World.UntilAsync(id, "completed");
        Assert.Equal("{\"value\":8}", (await World.SendAsync(1, "GET", $"/executions/{id}/result")).Is(200).Text);
        Assert.Equal(2, (await World.SendAsync(1, "GET", $"/executions/{id}/events")).Is(200).Body!["items"]!.AsArray().Count);
        Assert.Equal("completed", (string)(await World.SendAsync(1, "GET", $"/executions/{id}?legacy=true")).Is(200).Body!["status"]!);
    }

    [ServersFact]
    public async Task Wait_TooShort_IsAcceptedWithTheStateOfNow()
    {
        var accepted = (await World.SendAsync(0, "POST", "/tools/math-calculator/execute?wait=50", Add())).Is(202);
        Assert.Equal("queued", (string)accepted.Body!["status"]!);
        foreach (var (query, body) in new (string, JsonNode)[] { ("?wait=30001", Add()), ("?wait=-1", Add()), ("?wait=soon", Add()), ("", new JsonArray()), ("", Add().With("toolId", "x")) })
        {
            (await World.SendAsync(0, "POST", $"/tools/math-calculator/execute{query}", body)).Is(400, "INVALID_REQUEST");
        }
    }

    [ServersFact]
    public async Task Refusals_AreStoredOrNotAsTheSpecSays()
    {
        var invalid = (await World.SendAsync(0, "POST", "/tools/math-calculator/execute", new JsonObject { ["parameters"] = new JsonObject { ["operation"] = "fly" }, ["agentId"] = "a" })).Is(422, "INVALID_PARAMETERS");
        var stored = (Guid)invalid.Body!["executionId"]!;
        Assert.Equal("rejected", await World.Database.ScalarAsync<string>($"SELECT status FROM executions WHERE id = '{stored}'"));
        Assert.Contains(invalid.Body["details"]!["errors"]!.AsArray(), error => (string)error!["path"]! == "/operation");
        var before = await World.Database.ScalarAsync<long>("SELECT count(*) FROM executions");
        (await World.SendAsync(0, "POST", "/tools/nowhere/execute", Add())).Is(404, "TOOL_NOT_FOUND");
        (await World.SendAsync(0, "POST", "/executions", Add())).Is(400, "INVALID_REQUEST");
        (await World.SendAsync(0, "POST", "/executions", Add().With("cap", "cap:op=nobody_does_this"))).Is(404, "CAP_NOT_FOUND");
        var report = (await World.SendAsync(0, "POST", "/tools/math-calculator/execute", Add().With("dryRun", true))).Is(200).Body!;
        Assert.True((bool)report["wouldRun"]!);
        Assert.Contains(report["gates"]!.AsArray(), gate => (string)gate!["gate"]! == "kill-switch");
        Assert.Equal(before, await World.Database.ScalarAsync<long>("SELECT count(*) FROM executions"));
    }

    [ServersFact]
    public async Task Key_OverHttp_StartsOneExecutionAlsoAfterAKill()
    {
        var first = (await World.SendAsync(0, "POST", "/tools/math-calculator/execute", Add(), "Idempotency-Key", "e-1")).Is(202);
        var repeat = (await World.SendAsync(1, "POST", "/tools/math-calculator/execute", Add(), "Idempotency-Key", "e-1")).Is(202);
        Assert.Equal(first.Text, repeat.Text);
        var key = "key:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("e-1"u8));
        Assert.Equal(1, await World.Database.ExecuteAsync($"UPDATE idempotency_keys SET response = NULL, locked_until = now() WHERE key = '{key}' AND scope LIKE 'http:%'"));
        var resumed = (await World.SendAsync(1, "POST", "/tools/math-calculator/execute", Add(), "Idempotency-Key", "e-1")).Is(202);
        Assert.Equal((string)first.Body!["executionId"]!, (string)resumed.Body!["executionId"]!);
        Assert.Equal(1L, await World.Database.ScalarAsync<long>("SELECT count(*) FROM executions"));
    }

    [ServersFact]
    public async Task CancelAndRetry_EndAndStartAgain()
    {
        var id = (Guid)(await World.SendAsync(0, "POST", "/tools/math-calculator/execute", Add().With("agentId", null), TestAccess.Header, "alice tool:execute:safe")).Is(202).Body!["executionId"]!;
        (await World.SendAsync(0, "POST", $"/executions/{id}/retry", null, TestAccess.Header, "alice tool:execute:safe")).Is(409, "NOT_RETRYABLE");
        (await World.SendAsync(0, "POST", $"/executions/{id}/cancel", null, TestAccess.Header, "bob x")).Is(404, "EXECUTION_NOT_FOUND");
        (await World.SendAsync(0, "POST", $"/executions/{id}/cancel", null, TestAccess.Header, "bob execution:read:any")).Is(403, "INSUFFICIENT_PERMISSIONS");
        var cancelled = (await World.SendAsync(1, "POST", $"/executions/{id}/cancel", new JsonObject { ["reason"] = "enough" }, TestAccess.Header, "alice tool:execute:safe")).Is(202);
        Assert.Equal("cancelled", (string)cancelled.Body!["status"]!);
        (await World.SendAsync(1, "POST", $"/executions/{id}/cancel", null, TestAccess.Header, "alice tool:execute:safe")).Is(409, "ALREADY_FINISHED");

        var again = (await World.SendAsync(1, "POST", $"/executions/{id}/retry", null, "Idempotency-Key", "r-1", TestAccess.Header, "alice tool:execute:safe")).Is(202);
        var second = (Guid)again.Body!["executionId"]!;
        Assert.NotEqual(id, second);
        var shown = (await World.SendAsync(0, "GET", $"/executions/{second}", null, TestAccess.Header, "alice tool:execute:safe")).Is(200).Body!;
        Assert.Equal((id, "{\"operation\":\"add\",\"operands\":[5,3]}"), ((Guid)shown["retriedFrom"]!, shown["parameters"]!.ToJsonString()));
        (await World.SendAsync(0, "POST", $"/executions/{id}/retry", null, TestAccess.Header, "bob execution:read:any execution:cancel:any tool:execute:safe")).Is(403, "INSUFFICIENT_PERMISSIONS");
        (await World.SendAsync(0, "POST", $"/executions/{id}/retry", null, TestAccess.Header, "bob execution:cancel:any")).Is(404, "EXECUTION_NOT_FOUND");
        Assert.Equal(again.Text, (await World.SendAsync(0, "POST", $"/executions/{id}/retry", null, "Idempotency-Key", "r-1", TestAccess.Header, "alice tool:execute:safe")).Is(202).Text);
    }

    [ServersFact]
    public async Task Retry_OfAnOperation_AsksForTheSameOne()
    {
        var tool = JsonNode.Parse("""
            {"id":"operated","name":"operated","description":"d","version":"1.0.0","category":"c","securityLevel":"safe","executor":{"type":"command","command":["/bin/true"]},
             "parameters":{"type":"object"},"operations":[{"id":"one","name":"One","inputSchema":{"type":"object"}},{"id":"two","name":"Two","inputSchema":{"type":"object"}}]}
            """);
        (await World.SendAsync(0, "POST", "/tools", tool)).Is(201);
        var first = (await World.SendAsync(0, "POST", "/tools/operated/execute", new JsonObject { ["operation"] = "two", ["parameters"] = new JsonObject() }, TestAccess.Header, "alice tool:execute:safe")).Is(202);
        var id = (Guid)first.Body!["executionId"]!;
        (await World.SendAsync(0, "POST", $"/executions/{id}/cancel", null, TestAccess.Header, "alice tool:execute:safe")).Is(202);

        var again = (await World.SendAsync(1, "POST", $"/executions/{id}/retry", null, TestAccess.Header, "alice tool:execute:safe")).Is(202);

        Assert.Equal("two", (string)(await World.SendAsync(1, "GET", $"/executions/{again.Body!["executionId"]}")).Is(200).Body!["operation"]!);
    }

    [ServersFact]
    public async Task List_FiltersPagesAndOwners_AreKept()
    {
        for (var number = 0; number < 5; number++)
        {
            (await World.SendAsync(0, "POST", "/tools/math-calculator/execute", Add().With("agentId", null).With("discussionId", $"d-{number % 2}"), TestAccess.Header, number == 4 ? "bob tool:execute:safe" : "alice tool:execute:safe")).Is(202);
        }

        Assert.Equal(4, await TotalAsync("", "alice tool:execute:safe"));
        Assert.Equal(1, await TotalAsync("", "bob x"));
        Assert.Equal(5, await TotalAsync("", "carol execution:read:any"));
        Assert.Equal(2, await TotalAsync("?discussionId=d-0", "alice tool:execute:safe"));
        Assert.Equal(0, await TotalAsync("?status=completed", "alice tool:execute:safe"));
        Assert.Equal(4, await TotalAsync("?status=queued&toolId=6f1d1a52-0c6e-5b7e-9d0a-3f0d5a0e0001", "alice tool:execute:safe"));
        var forward = new List<string>();
        for (var page = 1; page <= 3; page++)
        {
            var list = (await World.SendAsync(0, "GET", $"/executions?limit=2&page={page}", null, TestAccess.Header, "carol execution:read:any")).Is(200).Body!;
            forward.AddRange(list["items"]!.AsArray().Select(item => (string)item!["executionId"]!));
        }

        var backward = (await World.SendAsync(0, "GET", "/executions?sort=createdAt&limit=5", null, TestAccess.Header, "carol execution:read:any")).Is(200).Body!["items"]!.AsArray().Select(item => (string)item!["executionId"]!);
        Assert.Equal(5, forward.Distinct().Count());
        Assert.Equal(forward, backward.Reverse());
        foreach (var bad in new[] { "?toolId=x", "?status=lost", "?from=yesterday", "?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "?limit=0", "?page=0", "?page=1&page=2" })
        {
            (await World.SendAsync(0, "GET", "/executions" + bad)).Is(400, "INVALID_REQUEST");
        }
    }

    [ServersFact]
    public async Task Test_OfATool_RunsItsExamples()
    {
        await World.StartRunnerAsync();
        var tool = JsonNode.Parse("""
            {"id":"tested","name":"tested","description":"d","version":"1.0.0","category":"c","securityLevel":"safe","executor":{"type":"command","command":["/bin/true"]},
             "parameters":{"type":"object","properties":{"a":{"type":"number"}}},
             "examples":[{"name":"right","input":{"a":1},"expectedOutput":{"value":8}},{"name":"wrong","input":{"a":2},"expectedOutput":{"value":9}}]}
            """);
        (await World.SendAsync(0, "POST", "/tools", tool)).Is(201);
        var report = (await World.SendAsync(1, "POST", "/tools/tested/test")).Is(200).Body!;
        Assert.False((bool)report["passed"]!);
        Assert.Equal([true, false], report["results"]!.AsArray().Select(result => (bool)result!["passed"]!));
        Assert.True((bool)(await World.SendAsync(1, "POST", "/tools/tested/test", JsonNode.Parse("""{"examples":[0]}"""))).Is(200).Body!["passed"]!);
        (await World.SendAsync(1, "POST", "/tools/tested/test", JsonNode.Parse("""{"examples":[2]}"""))).Is(422, "INVALID_PARAMETERS");
        (await World.SendAsync(1, "POST", "/tools/tested/test", null, TestAccess.Header, "bob tool:read")).Is(403, "INSUFFICIENT_PERMISSIONS");
    }

    [ServersFact]
    public async Task KillSwitch_Block_RefusesNewOnEveryInstanceAndLetsTheOthersEnd()
    {
        var waiting = (Guid)(await World.SendAsync(0, "POST", "/tools/math-calculator/execute", Add())).Is(202).Body!["executionId"]!;
        (await World.SendAsync(0, "PUT", "/admin/kill-switch", Switch("block", "math-calculator"))).Is(200);
        await Eventually.TrueAsync(async () => (await World.SendAsync(1, "POST", "/tools/math-calculator/execute", Add())).Code == "KILL_SWITCH", "the other instance to know");
        (await World.SendAsync(0, "POST", "/tools/math-calculator/execute", Add())).Is(503, "KILL_SWITCH");
        (await World.SendAsync(1, "POST", "/tools/id-generator/execute", new JsonObject { ["parameters"] = new JsonObject(), ["agentId"] = "a" })).Is(202);
        await World.StartRunnerAsync();
        await World.UntilAsync(waiting, "completed");
        (await World.SendAsync(1, "DELETE", "/admin/kill-switch?toolId=math-calculator")).Is(204);
        (await World.SendAsync(1, "DELETE", "/admin/kill-switch?toolId=math-calculator")).Is(404, "NOT_FOUND");
        (await World.SendAsync(1, "POST", "/tools/math-calculator/execute", Add())).Is(202);
        Assert.Equal([("kill-switch", "critical"), ("kill-switch", "info")], World.Announced.Made.Select(made => (made.Kind, made.Severity)));
        Assert.Equal(["kill-switch.set", "kill-switch.lift"], World.Audit.Entries.Where(entry => entry.Action.StartsWith("kill-switch", StringComparison.Ordinal)).Select(entry => entry.Action));
    }

    [ServersFact]
    public async Task KillSwitch_OfAToolThatIsPurged_IsLiftedByItsUuid()
    {
        var tool = (await World.SendAsync(0, "POST", "/tools", Definitions.Valid("switched-gone"))).Is(201);
        var id = (string)tool.Body!["id"]!;
        (await World.SendAsync(0, "PUT", "/admin/kill-switch", Switch("block", "switched-gone"))).Is(200);
        (await World.SendAsync(0, "DELETE", "/tools/switched-gone?purge=true", null, "If-Match", "*")).Is(204);

        (await World.SendAsync(1, "DELETE", "/admin/kill-switch?toolId=switched-gone")).Is(404, "TOOL_NOT_FOUND");
        (await World.SendAsync(1, "DELETE", $"/admin/kill-switch?toolId={id}")).Is(204);
        Assert.Empty((await World.SendAsync(1, "GET", "/admin/kill-switch")).Is(200).Body!["items"]!.AsArray());
    }

    [ServersFact]
    public async Task KillSwitch_Stop_EndsWhatWaitsAndWhatRunsAndTellsTheRunners()
    {
        var control = await World.Broker.ListenAsync("capns.control");
        var running = (Guid)(await World.SendAsync(0, "POST", "/tools/math-calculator/execute", Add())).Is(202).Body!["executionId"]!;
        var command = Executions.World.Data<RunTool>(await World.Broker.TakeAsync(Runner.Queue));
        await World.ReportAsync(Runner.Started(command));
        await World.UntilAsync(running, "running");
        var waiting = (Guid)(await World.SendAsync(1, "POST", "/tools/math-calculator/execute", Add())).Is(202).Body!["executionId"]!;
        var later = (Guid)(await World.SendAsync(1, "POST", "/tools/math-calculator/execute", Add().With("notBefore", $"{TimeProvider.System.GetUtcNow().AddDays(1):O}"))).Is(202).Body!["executionId"]!;

        (await World.SendAsync(1, "PUT", "/admin/kill-switch", Switch("stop", null))).Is(200);

        await World.UntilAsync(running, "failed");
        await World.UntilAsync(waiting, "rejected");
        await World.UntilAsync(later, "rejected");
        var error = (await World.SendAsync(0, "GET", $"/executions/{running}")).Is(200).Body!["errorDetail"]!;
        Assert.Equal(("KILL_SWITCH", true), ((string)error["code"]!, ((string)error["message"]!).Contains("fire", StringComparison.Ordinal)));
        var kinds = new List<ControlKind>();
        while (!kinds.Contains(ControlKind.Kill) || !kinds.Contains(ControlKind.Cancel))
        {
            kinds.Add(Executions.World.Data<ControlSignal>(await World.Broker.TakeAsync(control)).Kind);
        }

        // The runner's own word comes late and changes nothing.
        await World.ReportAsync(Runner.Completed(command));
        (await World.SendAsync(0, "POST", "/tools/id-generator/execute", new JsonObject { ["parameters"] = new JsonObject(), ["agentId"] = "a" })).Is(503, "KILL_SWITCH");
        Assert.Equal("stop", (string)(await World.SendAsync(0, "GET", "/admin/kill-switch")).Is(200).Body!["items"]![0]!["mode"]!);
        Assert.Equal("failed", await World.Database.ScalarAsync<string>($"SELECT status FROM executions WHERE id = '{running}'"));
        foreach (var bad in new[] { """{"scope":"tool","mode":"stop","reason":"x"}""", """{"scope":"global","toolId":"x","mode":"stop","reason":"x"}""", """{"scope":"all","mode":"stop","reason":"x"}""", "[]" })
        {
            (await World.SendAsync(0, "PUT", "/admin/kill-switch", JsonNode.Parse(bad))).Is(422, "INVALID_PARAMETERS");
        }
    }

    [ServersFact]
    public async Task DeadLetter_ReplayedAndDropped_IsHandledOnceMoreAndGone()
    {
        await using (var channel = await World.Broker.OpenChannelAsync())
        {
            await channel.BasicPublishAsync("tool.execution.requested", "tool.execution.requested", mandatory: false, new RabbitMQ.Client.BasicProperties { ContentType = "application/json", Headers = new Dictionary<string, object?> { ["authorization"] = "Bearer secret" } }, "nonsense"u8.ToArray());
        }

        var list = await Eventually.GetAsync(
            async () => (await World.SendAsync(0, "GET", "/admin/dead-letters?queue=capns.registry.execution-requests")).Is(200).Body is { } found && (int)found["total"]! == 1 ? found : null, "the dead letter");
        var letter = list["items"]![0]!;
        Assert.Equal(("not-json", "nonsense"), ((string)letter["reason"]!, (string)letter["body"]!));
        Assert.DoesNotContain("secret", list.ToJsonString(), StringComparison.Ordinal);
        (await World.SendAsync(1, "POST", $"/admin/dead-letters/{letter["id"]}/replay")).Is(202);
        (await World.SendAsync(1, "POST", $"/admin/dead-letters/{letter["id"]}/replay")).Is(409, "INVALID_STATE");
        await Eventually.TrueAsync(async () => (int)(await World.SendAsync(0, "GET", "/admin/dead-letters")).Is(200).Body!["total"]! == 2, "it to fail again");
        (await World.SendAsync(1, "DELETE", $"/admin/dead-letters/{letter["id"]}")).Is(204);
        (await World.SendAsync(1, "DELETE", $"/admin/dead-letters/{letter["id"]}")).Is(404, "NOT_FOUND");
        Assert.Equal(1, (int)(await World.SendAsync(0, "GET", "/admin/dead-letters")).Is(200).Body!["total"]!);
        Assert.Equal(["dead-letter.keep", "dead-letter.replay", "dead-letter.keep", "dead-letter.drop"], World.Audit.Entries.Select(entry => entry.Action).Where(action => action.StartsWith("dead", StringComparison.Ordinal)));
        (await World.SendAsync(1, "GET", "/admin/dead-letters", null, TestAccess.Header, "alice tool:read")).Is(403, "INSUFFICIENT_PERMISSIONS");
    }

    [ServersFact]
    public async Task DeadLetter_WithATokenAndParameters_ShowsAndStoresNeither()
    {
        const string Body = """{"type":"no.such.event","data":{"toolId":"x","parameters":{"pin":"4711-geheim"},"auth":{"token":"topsecret"}},"specversion":"9.9","id":"1","source":"s"}""";
        await PublishAsync(Body);
        var letter = (await LettersAsync(1))["items"]![0]!;

        Assert.Contains("no.such.event", (string)letter["body"]!, StringComparison.Ordinal);
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(Body), (int)letter["bytes"]!);
        foreach (var secret in new[] { "4711-geheim", "topsecret", "in-a-header" })
        {
            Assert.DoesNotContain(secret, letter.ToJsonString(), StringComparison.Ordinal);
            Assert.False(await World.Database.ScalarAsync<bool>($"SELECT bool_or(position('{secret}'::bytea in body) > 0 OR position('{secret}' in properties::text) > 0) FROM dead_letters"));
        }

        // What is sent again is what came, and fails for the same reason.
        (await World.SendAsync(1, "POST", $"/admin/dead-letters/{letter["id"]}/replay")).Is(202);
        var both = (await LettersAsync(2))["items"]!.AsArray();
        Assert.Equal((string)both[0]!["body"]!, (string)both[1]!["body"]!);
        Assert.Equal("[redacted]", (string)both[0]!["properties"]!["headers"]!["Authorization"]!);
    }

    [ServersFact]
    public async Task DeadLetter_SomebodyClaimsItCameFromAQueueOfOurs_IsNotReplayed()
    {
        await using (var channel = await World.Broker.OpenChannelAsync())
        {
            var properties = new RabbitMQ.Client.BasicProperties { Headers = new Dictionary<string, object?> { ["x-capns-queue"] = "capns.registry.run-reports", ["x-capns-user"] = "capns" } };
            await channel.BasicPublishAsync("events.dlx", "capns.registry.run-reports", mandatory: true, properties, "{}"u8.ToArray());
        }

        var letter = (await LettersAsync(1))["items"]![0]!;

        var refused = (await World.SendAsync(1, "POST", $"/admin/dead-letters/{letter["id"]}/replay")).Is(409, "INVALID_STATE");
        Assert.Contains("capns.registry.run-reports", (string)refused.Body!["detail"]!, StringComparison.Ordinal);
        Assert.Null(letter["properties"]!["publisher"]);
    }

    private async Task PublishAsync(string body)
    {
        await using var channel = await World.Broker.OpenChannelAsync();
        await channel.BasicPublishAsync(
            "tool.execution.requested", "tool.execution.requested", mandatory: false,
            new RabbitMQ.Client.BasicProperties { ContentType = "application/cloudevents+json", Headers = new Dictionary<string, object?> { ["Authorization"] = "Bearer in-a-header" } }, System.Text.Encoding.UTF8.GetBytes(body));
    }

    private Task<JsonNode> LettersAsync(int count) => Eventually.GetAsync(
        async () => (await World.SendAsync(0, "GET", "/admin/dead-letters")).Is(200).Body is { } found && (int)found["total"]! == count ? found : null, $"{count} dead letters");

    private async Task<int> TotalAsync(string query, string caller) => (int)(await World.SendAsync(0, "GET", "/executions" + query, null, TestAccess.Header, caller)).Is(200).Body!["total"]!;

    private static JsonObject Add() => new() { ["parameters"] = new JsonObject { ["operation"] = "add", ["operands"] = new JsonArray(5, 3) }, ["agentId"] = "agent-001" };

    private static JsonObject Switch(string mode, string? tool) => tool is null
        ? new JsonObject { ["scope"] = "global", ["mode"] = mode, ["reason"] = "fire" }
        : new JsonObject { ["scope"] = "tool", ["toolId"] = tool, ["mode"] = mode, ["reason"] = "fire" };
}
