using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Capns.Testing;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>Live streams from outside: two registries behind a plain TCP balancer, watchers of another maker (npm's ws).</summary>
public sealed class LiveTests
{
    private static readonly string Watcher = Path.Combine(Checkout.Root, "infra", "examples", "watcher-node");

    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["TOOL_DEFINITIONS"] = Path.Combine(Checkout.Root, "bench", "tools"),
        ["TOOL_FILES"] = Path.Combine(Checkout.Root, "bench", "tools"),
        ["JWT_SECRET"] = TestToken.Secret,
        ["EVENT_STREAM_MAX_CLIENTS"] = "1000",
    };

    [WatcherFact]
    public async Task Watch_WhileARegistryIsKilled_EveryWatcherGetsEveryEventOnceAndInOrder()
    {
        await using var platform = await Platform.StartAsync(settings: Settings);
        var second = await platform.AddAsync("Registry", 2);
        await using var balancer = TcpBalancer.Start([platform.Registry.Address, second.Address]);
        await using var service = await platform.ConnectAsync();
        var id = await StartAsync(service, lines: 4000, perSecond: 400);
        using var watching = Watch(balancer, id, watchers: 60);
        await LineAsync(watching, "{\"joined\":60}");
        await service.NextAsync(id, "tool.execution.progress", data => data.GetProperty("sequence").GetInt32() > 20);

        await platform.Registry.KillAsync();
        var told = await EndAsync(watching);

        Assert.True(told.GetProperty("complete").GetBoolean(), told.ToString());
        Assert.Equal((60, 4000), (told.GetProperty("ended").GetInt32(), told.GetProperty("lines").GetInt32()));
        Assert.InRange(told.GetProperty("reconnects").GetInt32(), 25, 100);
        await service.FinalAsync(id);
    }

    [WatcherFact]
    public async Task Watch_WithoutRedis_TheOtherInstancesWatchersCatchUpFromTheLog()
    {
        await using var redis = await OwnRedis.StartAsync();
        await using var platform = await Platform.StartAsync(redis: redis.Url, settings: Settings);
        var second = await platform.AddAsync("Registry", 2);
        await using var balancer = TcpBalancer.Start([platform.Registry.Address, second.Address]);
        await using var service = await platform.ConnectAsync();
        var id = await StartAsync(service, lines: 2000, perSecond: 200);
        using var watching = Watch(balancer, id, watchers: 10);
        await LineAsync(watching, "{\"joined\":10}");
        await service.NextAsync(id, "tool.execution.progress", data => data.GetProperty("sequence").GetInt32() > 10);

        await redis.StopAsync();
        var told = await EndAsync(watching);

        Assert.True(told.GetProperty("complete").GetBoolean(), told.ToString());
        Assert.Equal(2000, told.GetProperty("lines").GetInt32());
    }

    [WatcherFact]
    public async Task EventStream_AfterItsRegistryIsKilled_GoesOnAtTheOtherFromTheLastId()
    {
        await using var platform = await Platform.StartAsync(settings: Settings);
        var second = await platform.AddAsync("Registry", 2);
        await using var service = await platform.ConnectAsync();
        var id = await StartAsync(service, lines: 1000, perSecond: 200);
        using var http = new HttpClient();

        var before = await ReadAsync(http, platform.Registry.Address, id, 0, most: 8);
        await platform.Registry.KillAsync();
        var after = await ReadAsync(http, second.Address, id, before[^1], most: int.MaxValue);

        Assert.Equal(Enumerable.Range(1, before.Count + after.Count), before.Concat(after));
        using var again = await http.SendAsync(Request(second.Address, id, after[^1]));
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
    }

    [ServersFact]
    public async Task Cancel_ByWhoMay_EndsTheRunAndByOthersIsRefused()
    {
        await using var platform = await Platform.StartAsync(settings: Settings);
        await using var service = await platform.ConnectAsync();
        var id = await StartAsync(service, lines: 100_000, perSecond: 100);
        using var stranger = await ConnectAsync(platform.Registry.Address, id, TestToken.Of("stranger"));
        Assert.Equal("not-allowed", (await NextAsync(stranger, "subscribed")).GetProperty("denied")[0].GetProperty("reason").GetString());
        await SendAsync(stranger, new { type = "cancel", data = new { executionId = id } });
        Assert.Equal("INSUFFICIENT_PERMISSIONS", (await NextAsync(stranger, "error")).GetProperty("code").GetString());

        using var watcher = await ConnectAsync(platform.Registry.Address, id, TestToken.Of("boss", roles: ["operator"]));
        await SendAsync(watcher, new { type = "cancel", id = "c", data = new { executionId = id, reason = "seen enough", force = true } });
        await NextAsync(watcher, "cancel.accepted");
        JsonElement told;
        do
        {
            told = await NextAsync(watcher, "execution.event");
        }
        while (told.GetProperty("type").GetString() != "tool.execution.cancelled");

        Assert.Equal(("boss", "seen enough"), (told.GetProperty("cancelledBy").GetString(), told.GetProperty("reason").GetString()));
        await service.FinalAsync(id);
        await SendAsync(watcher, new { type = "cancel", data = new { executionId = id } });
        Assert.Equal("ALREADY_FINISHED", (await NextAsync(watcher, "error")).GetProperty("code").GetString());
    }

    private static async Task<ClientWebSocket> ConnectAsync(Uri registry, Guid id, string token)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(new Uri($"ws://{registry.Authority}/executions/{id}"), default);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, object message) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, default);

    /// <summary>The data of the next frame of a type; others on the way are dropped.</summary>
    private static async Task<JsonElement> NextAsync(ClientWebSocket socket, string type)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var (text, buffer) = (new MemoryStream(), new byte[8192]);
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
                text.Write(buffer.AsSpan(0, part.Count));
            }
            while (!part.EndOfMessage);
            var frame = JsonSerializer.Deserialize<JsonElement>(text.ToArray());
            if (frame.GetProperty("type").GetString() == type)
            {
                return frame.GetProperty("data");
            }
        }
    }

    private static async Task<Guid> StartAsync(TestService service, int lines, int perSecond)
    {
        var startAt = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds + 4;
        var id = await service.RequestAsync("live-lines", new { lines, linesPerSecond = perSecond, startAt });
        await service.NextAsync(id, "tool.execution.started");
        return id;
    }

    private static Process Watch(TcpBalancer balancer, Guid id, int watchers)
    {
        string[] arguments =
        [
            Path.Combine(Watcher, "watch.js"), "--quiet", "--url", $"ws://127.0.0.1:{balancer.Port}/ws", "--token", TestToken.Of("watcher", roles: ["operator"]),
            "--execution", id.ToString(), "--watchers", watchers.ToString(CultureInfo.InvariantCulture), "--within", "90",
        ];
        return Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    private static async Task LineAsync(Process watching, string expected)
    {
        var line = await watching.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(line == expected, line ?? await watching.StandardError.ReadToEndAsync());
    }

    private static async Task<JsonElement> EndAsync(Process watching)
    {
        var output = await watching.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(120));
        await watching.WaitForExitAsync();
        return JsonSerializer.Deserialize<JsonElement>(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
    }

    private static HttpRequestMessage Request(Uri registry, Guid id, int last)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(registry, $"/api/v1/executions/{id}/events"));
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {TestToken.Of("reader", roles: ["operator"])}");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", last.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    /// <summary>Sequences after one, until the stream ends or enough have come.</summary>
    private static async Task<List<int>> ReadAsync(HttpClient http, Uri registry, Guid id, int last, int most)
    {
        using var request = Request(registry, id, last);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var sequences = new List<int>();
        while (sequences.Count < most && await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                sequences.Add(int.Parse(line["id: ".Length..], CultureInfo.InvariantCulture));
            }
        }

        return sequences;
    }
}

/// <summary>Needs Node and the watcher's package beside the servers.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WatcherFactAttribute : ServersFactAttribute
{
    public WatcherFactAttribute()
    {
        var folder = Path.Combine(Checkout.Root, "infra", "examples", "watcher-node");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")) && Environment.GetEnvironmentVariable("CAPNS_REQUIRE_NODE") != "1")
        {
            Skip = $"The packages of the example are not installed: npm install in {folder}.";
        }
    }
}
