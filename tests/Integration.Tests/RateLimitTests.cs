using System.Text.Json;
using Capns.Testing;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>Limits of one caller for one tool, taken by several runners (platform spec 5.4, 9.2).</summary>
public sealed class RateLimitTests
{
    private static readonly object Sum = new { operation = "add", operands = new[] { 1, 2 } };

    [ServersFact]
    public async Task TwentyFiveRequestsInAMinute_WithThreeRunners_TwentyStartAndFiveWait()
    {
        await using var platform = await Platform.StartAsync(runners: 3);
        await using var service = await platform.ConnectAsync();
        var caller = new { agentId = $"limited-{Guid.NewGuid():N}" };

        var ids = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => service.RequestAsync("math-calculator", Sum, caller)));

        await Eventually.TrueAsync(
            () => Count(service, ids, "tool.execution.completed") == 20 && Limited(service, ids) == 5,
            "20 completed and 5 limited",
            TimeSpan.FromSeconds(40));
        Assert.Equal(20, Count(service, ids, "tool.execution.started"));
    }

    [ServersFact]
    public async Task Tool_ThatRejectsOverTheLimit_TellsWhenToComeAgain()
    {
        await using var platform = await Platform.StartAsync(runners: 3);
        await using var service = await platform.ConnectAsync();
        var caller = new { agentId = $"limited-{Guid.NewGuid():N}" };
        await RegisterRejectingToolAsync(platform);

        var ids = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => service.RequestAsync("rejecting-sum", Sum, caller)));
        var finals = await Task.WhenAll(ids.Select(id => service.FinalAsync(id)));

        var rejected = finals.Where(document => document.GetProperty("type").GetString() == "tool.execution.failed").ToList();
        Assert.Equal(3, rejected.Count);
        Assert.All(rejected, document =>
        {
            var detail = document.GetProperty("data").GetProperty("errorDetail");
            Assert.Equal("RATE_LIMITED", detail.GetProperty("code").GetString());
            Assert.InRange(detail.GetProperty("details").GetProperty("retryAfterMs").GetInt32(), 1, 60_000);
        });
    }

    [ServersFact]
    public async Task Redis_Stopped_SafeToolsStillRunUnderALocalLimit()
    {
        await using var redis = await OwnRedis.StartAsync();
        await using var platform = await Platform.StartAsync(runners: 1, redis: redis.Url);
        await using var service = await platform.ConnectAsync();
        await service.FinalAsync(await service.RequestAsync("math-calculator", Sum));
        await redis.StopAsync();
        var caller = new { agentId = $"limited-{Guid.NewGuid():N}" };

        var ids = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => service.RequestAsync("math-calculator", Sum, caller)));

        await Eventually.TrueAsync(
            () => Count(service, ids, "tool.execution.completed") == 20 && Limited(service, ids) == 5,
            "20 completed and 5 limited without Redis",
            TimeSpan.FromSeconds(60));
        Assert.True(platform.Runners[0].Running && platform.Registry.Running);
    }

    private static async Task RegisterRejectingToolAsync(Platform platform)
    {
        using var http = Platform.Administrator();
        http.BaseAddress = platform.Registry.Address;
        using var body = new StringContent(
            """
            {"id":"rejecting-sum","name":"rejecting-sum","description":"Adds; two runs a minute.","version":"1.0.0","category":"computation",
             "securityLevel":"safe","parameters":{"type":"object"},"rateLimits":{"maxCallsPerMinute":2,"onLimit":"reject"},
             "executor":{"type":"builtin","handler":"math-calculator"}}
            """,
            System.Text.Encoding.UTF8,
            "application/json");
        using var answer = await http.PostAsync(new Uri("/api/v1/tools", UriKind.Relative), body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static int Count(TestService service, Guid[] ids, string type) => Of(service, ids, type).Count();

    private static int Limited(TestService service, Guid[] ids) =>
        Of(service, ids, "tool.execution.progress").Where(data => data.GetProperty("kind").GetString() == "limited")
            .Select(data => data.GetProperty("executionId").GetGuid()).Distinct().Count();

    private static IEnumerable<JsonElement> Of(TestService service, Guid[] ids, string type) => service.Heard
        .Where(document => document.GetProperty("type").GetString() == type)
        .Select(document => document.GetProperty("data"))
        .Where(data => ids.Contains(data.GetProperty("executionId").GetGuid()));
}
