using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Testing;
using RabbitMQ.Client;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>Approval and secrets with the workers as processes: kill -9 at any moment, and a secret that is to be found nowhere (must-show 3).</summary>
public sealed class ApprovalTests : IDisposable
{
    private const string Secret = "hunter2-secret-of-the-test";

    private readonly DirectoryInfo _tools = Directory.CreateTempSubdirectory("capns-tools-");

    public ApprovalTests()
    {
        Write("guarded", requiresApproval: true, """{"type":"object","properties":{"number":{"type":"integer"}},"required":["number"]}""", "read -r line; printf '{\"$capns\":\"result\",\"value\":%s}\\n' \"$line\"");
        Write(
            "hazard", requiresApproval: false, """{"type":"object","properties":{"number":{"type":"integer"}}}""",
            "read -r line; echo working; printf '{\"$capns\":\"result\",\"value\":%s}\\n' \"$line\"", "dangerous");
        Write(
            "secretive", requiresApproval: false, """{"type":"object","properties":{"key":{"type":"string","x-secret":true}},"required":["key"]}""",
            "read -r line; echo \"got $line\"; echo \"again $line\" >&2; printf '{\"$capns\":\"partial\",\"value\":%s}\\n' \"$line\"; printf '{\"$capns\":\"result\",\"value\":%s}\\n' \"$line\"");
        Write(
            "secretive-failure", requiresApproval: false, """{"type":"object","properties":{"key":{"type":"string","x-secret":true}},"required":["key"]}""",
            "read -r line; echo \"died with $line\" >&2; exit 3");
    }

    public void Dispose() => _tools.Delete(recursive: true);

    [ServersFact]
    public async Task Registry_KilledAroundEachStepOfAnApproval_TheToolRunsOnce()
    {
        await using var platform = await StartAsync();
        var asked = await platform.Broker.ListenAsync("events", "tool.approval.requested");
        var granted = await platform.Broker.ListenAsync("events", "tool.approval.granted");
        await using var service = await platform.ConnectAsync();

        for (var moment = 0; moment < 4; moment++)
        {
            var id = await service.RequestAsync("guarded", new { number = moment });
            await KillAtAsync(platform, moment == 0);
            await TakeOfAsync(platform, asked, id);
            await KillAtAsync(platform, moment == 1);
            await ApproveAsync(platform, service, id);
            await KillAtAsync(platform, moment == 2);
            await TakeOfAsync(platform, granted, id);
            await KillAtAsync(platform, moment == 3);

            var done = (await service.FinalAsync(id, TimeSpan.FromSeconds(60))).GetProperty("data");
            Assert.Equal(("completed", 1), (done.GetProperty("state").GetString(), done.GetProperty("attempt").GetInt32()));
            Assert.Equal(moment, done.GetProperty("result").GetProperty("number").GetInt32());
            // Said twice: nothing more comes of it.
            await ApproveAsync(platform, service, id);
            Assert.Equal(1L, await platform.Database.ScalarAsync<long>($"SELECT count(*) FROM execution_attempts WHERE execution_id = '{id}'"));
            Assert.Equal(1L, await platform.Database.ScalarAsync<long>($"SELECT count(*) FROM execution_events WHERE type = 'tool.approval.granted' AND execution_id = '{id}'"));
        }
    }

    [ServersFact]
    public async Task Dangerous_AskedByMessageUnderKills_NeedsAnAdministratorAndItsAuditShowsEverything()
    {
        await using var platform = await Platform.StartAsync(
            runners: 0, settings: new Dictionary<string, string> { ["TOOL_DEFINITIONS"] = _tools.FullName, ["JWT_SECRET"] = TestToken.Secret });
        await platform.AddAsync("Runner", 1, new Dictionary<string, string> { ["RUNNER_POOLS"] = "isolated" });
        await using var service = await platform.ConnectAsync();
        using var admin = Platform.Administrator();
        using var granted = await admin.PostAsJsonAsync(
            new Uri(platform.Registry.Address, "api/v1/permissions"), new { subjectKind = "user", subjectId = "rita", permission = "tool:execute:dangerous" });
        Assert.Equal(HttpStatusCode.Created, granted.StatusCode);

        var id = Guid.CreateVersion7();
        await SayAsync(service, "tool.execution.requested", new { toolId = "hazard", executionId = id, userId = "rita", parameters = new { number = 7 } }, "rita", "operator");
        await KillAtAsync(platform, true);
        await Eventually.TrueAsync(
            async () => await platform.Database.ScalarAsync<string>($"SELECT status FROM executions WHERE id = '{id}'") == "approval-required", "people to be asked", TimeSpan.FromSeconds(60));
        var replies = await platform.Broker.ListenAsync("amq.fanout");
        Assert.Equal("SELF_APPROVAL", await AnswerAsync(platform, service, id, replies, "rita", "rita", "admin"));
        Assert.Equal("INSUFFICIENT_PERMISSIONS", await AnswerAsync(platform, service, id, replies, "olga", "olga", "operator"));
        Assert.Equal("INSUFFICIENT_PERMISSIONS", await AnswerAsync(platform, service, id, replies, "adam", "olga", "operator"));
        await KillAtAsync(platform, true);
        await SayAsync(service, "tool.approval.decided", new { executionId = id, decision = "approve", approverId = "adam", feedback = "do it" }, "adam", "admin");
        await KillAtAsync(platform, true);

        var done = (await service.FinalAsync(id, TimeSpan.FromSeconds(60))).GetProperty("data");
        Assert.Equal(("completed", 1), (done.GetProperty("state").GetString(), done.GetProperty("attempt").GetInt32()));
        Assert.Equal(1L, await platform.Database.ScalarAsync<long>($"SELECT count(*) FROM execution_attempts WHERE execution_id = '{id}'"));
        await Eventually.TrueAsync(async () => await platform.Database.ScalarAsync<long>("SELECT count(*) FROM audit_intake") == 0, "all to be sealed", TimeSpan.FromSeconds(30));
        var record = await platform.Database.ScalarAsync<string>(
            $"SELECT string_agg(concat_ws(' ', action, outcome, code, actor_id, details), E'\n' ORDER BY seq) FROM audit_log WHERE chain = (SELECT chain FROM audit_log WHERE object_id = '{id}' LIMIT 1)");
        foreach (var part in new[]
        {
            "execution.accept ok rita", "approval.request ok rita", "\"number\":7", "approval.decide denied SELF_APPROVAL rita", "approval.decide denied INSUFFICIENT_PERMISSIONS olga",
            "approval.decide ok adam", "do it", "execution.start ok rita", "tool.execution.progress", "working", "execution.finish ok rita", "resultSha256",
        })
        {
            Assert.Contains(part, record, StringComparison.Ordinal);
        }

        await Eventually.TrueAsync(
            async () => (await admin.GetStringAsync(new Uri(platform.Registry.Address, "api/v1/audit/verify"))).Contains("\"ok\":true", StringComparison.Ordinal), "the chains to verify", TimeSpan.FromSeconds(30));
    }

    [ServersFact]
    public async Task SecretParameter_ReachesTheProgramAndIsNowhereElse()
    {
        await using var platform = await StartAsync();
        await using var service = await platform.ConnectAsync();

        var good = await service.RequestAsync("secretive", new { key = Secret }, new { context = new { note = Secret } });
        var bad = await service.RequestAsync("secretive-failure", new { key = Secret });
        var done = (await service.FinalAsync(good)).GetProperty("data");
        var failed = (await service.FinalAsync(bad)).GetProperty("data");

        Assert.Equal("completed", done.GetProperty("state").GetString());
        Assert.Contains("[redacted]", failed.GetProperty("errorDetail").GetRawText(), StringComparison.Ordinal);
        Assert.Equal("""{"key":"[redacted]"}""", await platform.Database.ScalarAsync<string>($"SELECT result::text FROM executions WHERE id = '{good}'"));
        Assert.Equal(0L, await platform.Database.ScalarAsync<long>("SELECT count(*) FROM executions WHERE sealed_parameters IS NOT NULL"));
        await using var dump = platform.Database.Source.CreateCommand(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'");
        var tables = new List<string>();
        await using (var reader = await dump.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                tables.Add(reader.GetString(0));
            }
        }

        Assert.NotEmpty(tables);
        foreach (var table in tables)
        {
            Assert.True(await platform.Database.ScalarAsync<long>($"SELECT count(*) FROM {table} t WHERE t::text LIKE '%{Secret}%'") == 0, $"{table} holds the secret");
        }

        Assert.All(service.Heard, document => Assert.DoesNotContain(Secret, document.GetRawText(), StringComparison.Ordinal));
        Assert.Contains(service.Heard, document => document.GetRawText().Contains("got {\\\"key\\\":\\\"[redacted]\\\"}", StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, platform.Registry.Log + platform.Runners[0].Log, StringComparison.Ordinal);
    }

    private async Task<Platform> StartAsync()
    {
        var platform = await Platform.StartAsync(
            runners: 1, settings: new Dictionary<string, string> { ["TOOL_DEFINITIONS"] = _tools.FullName }, brokerUserVariable: "APPROVAL_GATEWAY_USER");
        return platform;
    }

    /// <summary>Publishes an event with the token of somebody.</summary>
    private static Task SayAsync(TestService service, string type, object data, string user, string role, string? replyTo = null)
    {
        var said = JsonSerializer.SerializeToNode(data)!;
        said["auth"] = new JsonObject { ["token"] = TestToken.Of(user, roles: [role]) };
        return service.PublishAsync(
            "events", type, JsonSerializer.SerializeToUtf8Bytes(new { id = Guid.NewGuid(), type, source = "test-service", data = said }),
            new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent, ReplyTo = replyTo });
    }

    /// <summary>Says that somebody approves, with the token of somebody, and takes the code of the refusal.</summary>
    private static async Task<string?> AnswerAsync(Platform platform, TestService service, Guid id, string replies, string approver, string user, string role)
    {
        await SayAsync(service, "tool.approval.decided", new { executionId = id, decision = "approve", approverId = approver }, user, role, replies);
        using var reply = JsonDocument.Parse((await platform.Broker.TakeAsync(replies, TimeSpan.FromSeconds(30))).Body);
        return reply.RootElement.GetProperty("error").GetProperty("code").GetString();
    }

    private static async Task KillAtAsync(Platform platform, bool now)
    {
        if (now)
        {
            await platform.Registry.KillAsync();
            platform.Registry.Start();
        }
    }

    private static async Task TakeOfAsync(Platform platform, string queue, Guid id)
    {
        while (true)
        {
            using var document = JsonDocument.Parse((await platform.Broker.TakeAsync(queue, TimeSpan.FromSeconds(60))).Body);
            if (document.RootElement.GetProperty("data").GetProperty("executionId").GetGuid() == id)
            {
                return;
            }
        }
    }

    private static Task ApproveAsync(Platform platform, TestService service, Guid id) => service.PublishAsync(
        "events",
        "approval.workflow.completed",
        JsonSerializer.SerializeToUtf8Bytes(new
        {
            id = Guid.NewGuid(),
            type = "approval.workflow.completed",
            source = "security-gateway",
            data = new { workflowId = "w-1", operationId = id, approved = true, status = "approved" },
        }),
        new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent, UserId = platform.Broker.VirtualHost });

    private void Write(string id, bool requiresApproval, string parameters, string script, string securityLevel = "safe") => File.WriteAllText(
        Path.Combine(_tools.FullName, $"{id}.json"),
        JsonSerializer.Serialize(new
        {
            id,
            name = id,
            description = "For tests of approvals and secrets.",
            version = "1.0.0",
            category = "system",
            securityLevel,
            requiresApproval,
            parameters = JsonElement.Parse(parameters),
            executor = new { type = "command", command = new[] { "/bin/bash", "-c", script } },
        }));
}
