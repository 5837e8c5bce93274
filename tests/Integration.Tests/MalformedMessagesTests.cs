using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Testing;
using RabbitMQ.Client;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>A thousand messages that nobody should send; each is refused or dead-lettered, and the next good one runs (platform spec 3.11).</summary>
public sealed class MalformedMessagesTests
{
    private const int Messages = 1000;

    [ServersFact]
    public async Task AThousandMalformedMessages_AreEachAnsweredForAndTheNextGoodOneRuns()
    {
        await using var platform = await Platform.StartAsync();
        await using var service = await platform.ConnectAsync();
        var random = new Random(20261121);
        for (var number = 0; number < Messages; number++)
        {
            var (body, properties) = Malform(number, random);
            await service.PublishAsync("tool.execution.requested", "tool.execution.requested", body, properties);
        }

        var good = await service.RequestAsync("math-calculator", new { operation = "add", operands = new[] { 1, 2 } });
        var done = await service.FinalAsync(good, TimeSpan.FromSeconds(120));

        Assert.Equal("tool.execution.completed", done.GetProperty("type").GetString());
        await Eventually.PassesAsync(
            async () =>
            {
                var dead = await platform.Database.ScalarAsync<long>("SELECT count(*) FROM dead_letters WHERE reason <> ''");
                var refused = await platform.Database.ScalarAsync<long>("SELECT count(*) FROM executions WHERE status = 'rejected' AND error IS NOT NULL");
                Assert.Equal(Messages, dead + refused);
            },
            TimeSpan.FromSeconds(60));
        using var http = Platform.Administrator();
        var metrics = await http.GetStringAsync(new Uri(platform.Registry.Address, "/metrics"));
        Assert.Contains("capability_registry_dead_letters_total", metrics, StringComparison.Ordinal);
    }

    private static (byte[] Body, BasicProperties Properties) Malform(int number, Random random)
    {
        var properties = new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent, MessageId = $"bad-{number}" };
        var body = (number % 8) switch
        {
            0 => RandomBytes(random),
            1 => Truncated(random),
            2 => WrongType(number),
            3 => Json($$"""{"specversion":"9.9","id":"{{number}}","type":"tool.execution.requested","source":"bad","data":{} }"""),
            4 => Json($$"""{"id":"{{number}}","type":"tool.execution.completed","source":"bad","data":{"x":1} }"""),
            5 => Json($"[{number}]"),
            6 => number % 200 == 6 ? new byte[(1024 * 1024) + 1 + number] : Json($"\"text {number}\""),
            _ => Json($$"""{"id":"{{number}}","type":"tool.execution.requested","source":"bad","data":{"unknown{{number}}":true} }"""),
        };
        return (body, properties);
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(1, 2000)];
        random.NextBytes(bytes);
        bytes[0] = 0xFF; // Never JSON, never UTF-8.
        return bytes;
    }

    private static byte[] Truncated(Random random)
    {
        var whole = Request(new JsonObject { ["toolId"] = "math-calculator" });
        return whole[..random.Next(1, whole.Length - 1)];
    }

    private static byte[] WrongType(int number)
    {
        var data = new JsonObject
        {
            ["toolId"] = "math-calculator",
            ["agentId"] = "bad",
            ["requestId"] = $"bad-{number}",
            ["parameters"] = new JsonObject { ["operation"] = "add", ["operands"] = new JsonArray(1, 2) },
        };
        var field = new[] { "toolId", "timeout", "priority", "parameters", "notBefore", "dryRun", "retryPolicy", "securityLevel" }[number / 8 % 8];
        data[field] = new JsonArray("not", "this");
        return Request(data);
    }

    private static byte[] Request(JsonObject data) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        id = Guid.NewGuid(),
        type = "tool.execution.requested",
        source = "bad",
        data,
        timestamp = "2026-11-21T00:00:00.000Z",
        version = "1.0.0",
    });

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);
}
