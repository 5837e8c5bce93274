using System.Net.Sockets;
using System.Text;
using Capns.Registry.Worker.Streams;
using Capns.Registry.Worker.Streams.Live.Sockets;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams.Sockets;

/// <summary>Clients that do what no client does: each gets the answer of platform spec 4.7, and the instance serves on.</summary>
public sealed class HostileTests
{
    /// <summary>Texts that are no frames of ours; each gets INVALID_REQUEST and the conversation goes on.</summary>
    public static TheoryData<string> Texts() =>
    [
        "", " ", "x", "null", "1", "\"subscribe\"", "[]", "[[[[", "{", "{}", "{\"type\":1}", "{\"type\":null}", "{\"type\":\"\"}", "{\"type\":\"nonsense\"}", "{\"type\":\"execution.event\"}",
        "{\"type\":\"ping\",\"id\":5}", "{\"type\":\"ping\",\"id\":{}}", "{\"type\":\"ping\",\"data\":[]}", "{\"type\":\"ping\",\"data\":\"x\"}", "{\"type\":\"ping\"}{\"type\":\"ping\"}",
        "{\"type\":\"subscribe\"}", "{\"type\":\"subscribe\",\"data\":{}}", "{\"type\":\"subscribe\",\"data\":{\"rooms\":\"execution:1\"}}", "{\"type\":\"subscribe\",\"data\":{\"rooms\":[1]}}",
        "{\"type\":\"subscribe\",\"data\":{\"rooms\":[null]}}", "{\"type\":\"subscribe\",\"data\":{\"rooms\":[[]]}}", "{\"type\":\"subscribe\",\"data\":{\"rooms\":[]}}", "{\"type\":\"subscribe\",\"room\":7}",
        "{\"type\":\"subscribe\",\"data\":{\"rooms\":[\"broadcast\"],\"fromSequence\":1}}", "{\"type\":\"subscribe\",\"data\":{\"rooms\":[\"broadcast\"],\"filters\":[]}}",
        "{\"type\":\"subscribe\",\"data\":{\"rooms\":[\"broadcast\"],\"filters\":{\"type\":\"x\"}}}", "{\"type\":\"subscribe\",\"data\":{\"rooms\":[\"broadcast\"],\"filters\":{\"security\":[\"huge\"]}}}",
        "{\"type\":\"subscribe\",\"data\":{\"rooms\":[\"execution:0195561f-3a80-7a51-8f1e-2c4b6d8e0f12\"],\"fromSequence\":-1}}",
        "{\"type\":\"subscribe\",\"data\":{\"rooms\":[\"execution:0195561f-3a80-7a51-8f1e-2c4b6d8e0f12\"],\"fromSequence\":1.5}}",
        "{\"type\":\"subscribe\",\"data\":{\"rooms\":[\"execution:0195561f-3a80-7a51-8f1e-2c4b6d8e0f12\"],\"fromSequence\":\"1\"}}",
        "{\"type\":\"subscribe\",\"data\":{\"rooms\":[\"execution:0195561f-3a80-7a51-8f1e-2c4b6d8e0f12\"],\"fromSequence\":1e400}}",
        "{\"type\":\"subscribe\",\"data\":{\"rooms\":[\"execution:0195561f-3a80-7a51-8f1e-2c4b6d8e0f12\"],\"fromSequence\":9999999999}}",
        "{\"type\":\"unsubscribe\"}", "{\"type\":\"filters\",\"data\":{\"participant\":[5]}}", "{\"type\":\"filters\",\"data\":{\"type\":{\"a\":1}}}",
        "{\"type\":\"cancel\"}", "{\"type\":\"cancel\",\"data\":{\"executionId\":\"' OR 1=1 --\"}}", "{\"type\":\"cancel\",\"data\":{\"executionId\":\"../../etc/passwd\"}}", "{\"type\":\"cancel\",\"data\":{\"executionId\":7}}",
        "{\"type\":\"cancel\",\"data\":{\"executionId\":\"0195561f-3a80-7a51-8f1e-2c4b6d8e0f12\",\"force\":\"yes\"}}", "{\"type\":\"cancel\",\"data\":{\"executionId\":\"0195561f-3a80-7a51-8f1e-2c4b6d8e0f12\",\"reason\":5}}",
        "{\"type\":\"cancel\",\"data\":{\"executionId\":\"0195561f-3a80-7a51-8f1e-2c4b6d8e0f12\",\"reason\":\"a\\u0000b\"}}",
        "{\"type\":\"auth\"}", "{\"type\":\"auth\",\"data\":{\"token\":5}}", "{\"type\":\"auth\",\"data\":{}}",
        "{\"type\":\"\\ud800\"}", "{\"id\":\"\\udfff\",\"type\":\"ping\"}", "{\"type\":\"subscribe\",\"data\":{\"rooms\":[\"\\ud800\"]}}",
        new string('[', 60_000), "{\"type\":" + new string('{', 30_000), "{\"a\":" + string.Concat(Enumerable.Repeat("{\"a\":", 20)) + "1" + new string('}', 21),
        "{\"type\":\"" + new string('x', 60_000) + "\"}", "{\"type\":\"ping\",\"id\":\"" + new string('x', 1000) + "\"}",
        "{\"type\":\"subscribe\",\"data\":{\"rooms\":[" + string.Join(',', Enumerable.Repeat("\"broadcast\"", 101)) + "]}}",
    ];

    [Theory]
    [MemberData(nameof(FrameReaderTests.Wrong), MemberType = typeof(FrameReaderTests))]
    public async Task Frame_ThatMustNotBe_ClosesWithItsCodeAndTheInstanceServesOn(string name, byte[] bytes, int code)
    {
        await using var host = await SocketHost.StartAsync();
        using var client = await RawClient.ConnectAsync(host);

        await client.WriteAsync(bytes);

        Assert.Equal((name, code), (name, await client.CloseCodeAsync()));
        await using var other = await host.ConnectAsync();
        await other.SendAsync(new { type = "ping" });
        await other.NextAsync("pong");
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Text_ThatIsNoFrameOfOurs_IsAnInvalidRequestAndTheConversationGoesOn(string text)
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await host.ConnectAsync();

        await client.SendTextAsync(text);

        Assert.Equal("INVALID_REQUEST", (await client.NextAsync("error")).GetProperty("code").GetString());
        await client.SendAsync(new { type = "ping", id = "after" });
        await client.NextAsync("pong");
        Assert.Empty(host.StandIns.Cancelled);
    }

    [Fact]
    public async Task Flood_OfFrames_IsToldOnceASecondAndClosedAfterTen()
    {
        await using var host = await SocketHost.StartAsync();
        using var client = await RawClient.ConnectAsync(host);
        var closed = client.CloseCodeAsync();
        for (var second = 0; second < 12 && !closed.IsCompleted; second++)
        {
            var before = client.Errors;
            await client.WriteAsync([.. Enumerable.Repeat(ClientFrames.Text("{\"type\":\"ping\"}"), 60).SelectMany(frame => frame)]);
            await Eventually.TrueAsync(() => client.Errors > before || closed.IsCompleted, "the answer");
            host.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1008, await closed);
        Assert.InRange(client.Errors, 9, 11);
    }

    [Fact]
    public async Task Flood_OfPings_IsNotAnsweredPingByPing()
    {
        await using var host = await SocketHost.StartAsync();
        using var client = await RawClient.ConnectAsync(host);
        var closed = client.CloseCodeAsync();

        await client.WriteAsync([.. Enumerable.Repeat(ClientFrames.Of(Opcode.Ping, [1, 2, 3]), 500).SelectMany(frame => frame), .. ClientFrames.Close(1000)]);

        Assert.Equal(1000, await closed);
        Assert.Equal(20, client.Pongs);
    }

    [Fact]
    public async Task Silence_AfterPings_IsGoingAway()
    {
        await using var host = await SocketHost.StartAsync(new StreamOptions { Heartbeat = TimeSpan.FromSeconds(1) });
        using var client = await RawClient.ConnectAsync(host);
        var closed = client.CloseCodeAsync();
        await Eventually.TrueAsync(
            () =>
            {
                host.Time.Advance(TimeSpan.FromMilliseconds(500));
                return closed.IsCompleted;
            },
            "the end");

        Assert.Equal(1001, await closed);
        Assert.InRange(client.Pings, 1, 3);
    }

    [Fact]
    public async Task Slowness_ForTenSeconds_IsTryAgainLaterAndNothingThatEndsIsLostBefore()
    {
        await using var host = await SocketHost.StartAsync(new StreamOptions { BufferSize = 10 });
        using var client = await RawClient.ConnectAsync(host, "/executions/" + Live.Execution);
        await Eventually.TrueAsync(() => host.Hub.Open.Count > 0, "the room");
        // More than sockets hold: from then on events wait for the client.
        for (var sequence = 1; sequence <= 4000; sequence++)
        {
            host.Happen(Live.Log(sequence, new string('x', 8000)));
        }

        await Task.Run(() =>
        {
            for (var second = 0; second < 11; second++)
            {
                host.Time.Advance(TimeSpan.FromSeconds(1));
            }
        });

        Assert.Equal(1013, await client.CloseCodeAsync());
    }

    [Theory]
    [InlineData("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 12\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", 426)]
    [InlineData("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n", 400)]
    [InlineData("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n", 400)]
    [InlineData("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ********************====\r\n\r\n", 400)]
    [InlineData("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", 426)]
    [InlineData("GET /executions/nonsense HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 404)]
    [InlineData("GET /executions/0195561f-3a80-7a51-8f1e-2c4b6d8e0f12?fromSequence=x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", 400)]
    [InlineData("GET /discussions/a%00b/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 400)]
    public async Task Upgrade_ThatIsNone_GetsAProblem(string request, int status)
    {
        await using var host = await SocketHost.StartAsync();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(host.Address.Host, host.Address.Port);
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        var buffer = new byte[4096];
        var got = await tcp.GetStream().ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.StartsWith($"HTTP/1.1 {status} ", Encoding.ASCII.GetString(buffer, 0, got), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_AFrameAndThenNothing_LeavesTheInstanceServingAndThePlaceIsFreed()
    {
        await using var host = await SocketHost.StartAsync(new StreamOptions { MaxSockets = 1 });
        using (var client = await RawClient.ConnectAsync(host))
        {
            await client.WriteAsync(ClientFrames.Text("{\"type\":\"ping\"}")[..5]);
        }

        await Eventually.PassesAsync(async () => Assert.Null(await Record.ExceptionAsync(async () => await (await host.ConnectAsync()).DisposeAsync())));
    }
}
