using System.Net;
using System.Net.Http.Json;
using Capns.Registry.Worker.Streams;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams.Sockets;

public sealed class SocketTests
{
    private static readonly string Room = $"execution:{Live.Execution}";

    [Fact]
    public async Task Connect_WithATokenInTheHeader_IsWelcomedWithTheLimits()
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await SocketClient.ConnectAsync(new Uri($"ws://{host.Address.Authority}/ws"), "user-1", "capns.v1");

        var hello = await client.NextAsync("connection.established");

        Assert.Equal("capns.v1", client.Protocol);
        Assert.Equal((30000, 100), (hello.GetProperty("heartbeatInterval").GetInt32(), hello.GetProperty("maxSubscriptions").GetInt32()));
        Assert.True(Guid.TryParse(hello.GetProperty("connectionId").GetString(), out _));
        Assert.Equal(Live.Now, hello.GetProperty("serverTime").GetDateTimeOffset());
    }

    [Fact]
    public async Task Connect_WithABadToken_IsDeniedAndClosed()
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await SocketClient.ConnectAsync(new Uri($"ws://{host.Address.Authority}/ws"), "bad");

        Assert.Equal("The token is bad.", (await client.NextAsync("access.denied")).GetProperty("reason").GetString());
        Assert.Equal(1008, await client.ClosedAsync());
    }

    [Fact]
    public async Task Auth_AsTheFirstFrame_LogsInAndAnythingElseDoesNot()
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await host.ConnectAsync(token: null);
        await client.SendAsync(new { type = "auth", id = "1", data = new { token = "user-2" } });
        await client.NextAsync("connection.established");

        await using var other = await host.ConnectAsync(token: null);
        await other.SendAsync(new { type = "subscribe", data = new { rooms = new[] { Room } } });
        await other.NextAsync("access.denied");
        Assert.Equal(1008, await other.ClosedAsync());
    }

    [Fact]
    public async Task Auth_NotWithinFiveSeconds_IsDenied()
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await host.ConnectAsync(token: null);
        var closing = client.ClosedAsync();
        await AdvanceUntilAsync(host, closing, TimeSpan.FromSeconds(1));

        Assert.Equal(1008, await closing);
    }

    [Fact]
    public async Task Token_ThatEnds_IsAnnouncedAndANewOneGoesOn()
    {
        await using var host = await SocketHost.StartAsync();
        host.StandIns.TokenEnds = Live.Now + TimeSpan.FromSeconds(61);
        await using var client = await host.ConnectAsync();
        host.Time.Advance(TimeSpan.FromSeconds(2));
        await client.NextAsync("token.expiring");
        host.StandIns.TokenEnds = Live.Now + TimeSpan.FromSeconds(600);
        await client.SendAsync(new { type = "auth", data = new { token = "user-1" } });
        await client.NextAsync("auth.accepted");
        await client.SendAsync(new { type = "auth", data = new { token = "user-2" } });

        await client.NextAsync("access.denied");
        Assert.Equal(1008, await client.ClosedAsync());
    }

    [Fact]
    public async Task Login_IsRevoked_ClosesEveryConnectionItOpened()
    {
        await using var host = await SocketHost.StartAsync();
        await using var byHeader = await host.ConnectAsync(token: "key-1");
        await using var byFrame = await host.ConnectAsync(token: null);
        await byFrame.SendAsync(new { type = "auth", data = new { token = "key-1" } });
        await byFrame.NextAsync("connection.established");
        await using var other = await host.ConnectAsync(token: "key-2");
        host.StandIns.Revoked.Add("key-1");
        host.StandIns.Revision++;

        await host.Logins.LookAsync(default);

        Assert.Equal("The login does not hold any more.", (await byHeader.NextAsync("access.denied")).GetProperty("reason").GetString());
        await byFrame.NextAsync("access.denied");
        Assert.Equal((1008, 1008), (await byHeader.ClosedAsync(), await byFrame.ClosedAsync()));
        await other.SendAsync(new { type = "ping" });
        await other.NextAsync("pong");
    }

    [Fact]
    public async Task Right_IsLost_TakesTheClientOutOfTheRoomAndOfNoOther()
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync(new { type = "subscribe", data = new { rooms = new[] { Room, "discussion:disc-1" } } });
        await client.NextAsync("subscribed");
        host.StandIns.Lost.Add(Room);

        // Nothing has changed, as far as anybody knows: it is noticed within a minute.
        await host.Logins.LookAsync(default);
        host.Time.Advance(Worker.Streams.Live.Logins.LoginWatch.CalmInterval);
        await host.Logins.LookAsync(default);

        var told = await client.NextAsync("unsubscribed");
        Assert.Equal((Room, "not-allowed"), (told.GetProperty("rooms")[0].GetString(), told.GetProperty("reason").GetString()));
        host.Happen(Live.Started());
        Assert.Equal("discussion:disc-1", (await client.NextAsync())!.Value.GetProperty("room").GetString());
    }

    [Fact]
    public async Task Subscribe_ToAHundredRooms_AsksTheRulesOnce()
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await host.ConnectAsync();

        await client.SendAsync(new { type = "subscribe", data = new { rooms = Enumerable.Range(0, 100).Select(_ => $"execution:{Guid.NewGuid()}") } });

        Assert.Equal(100, (await client.NextAsync("subscribed")).GetProperty("rooms").GetArrayLength());
        Assert.Equal(1, host.StandIns.Asked);
    }

    [Fact]
    public async Task Port_OfItsOwn_ServesSocketsAndNothingElse()
    {
        await using var host = await SocketHost.StartAsync(ownPort: true);
        await using var client = await SocketClient.ConnectAsync(new Uri($"ws://127.0.0.1:{host.SocketPort}/ws"), "user-1");
        await client.NextAsync("connection.established");
        using var http = new HttpClient();

        foreach (var (port, path) in new[] { (host.SocketPort, $"/events/{Live.Execution}"), (host.Address.Port, "/ws") })
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    /// <summary>What traces and logs say of a request whose address holds a token.</summary>
    [Fact]
    public async Task Connect_WithATokenInTheAddress_TellsItNobody()
    {
        var said = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref System.Diagnostics.ActivityCreationOptions<System.Diagnostics.ActivityContext> _) => System.Diagnostics.ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => said.Enqueue($"{activity.DisplayName} {string.Join(' ', activity.TagObjects)}"),
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);
        await using var host = await SocketHost.StartAsync(new StreamOptions { AllowQueryToken = true }, logged: said.Enqueue);
        await using (var client = await host.ConnectAsync("/ws?token=token-in-the-address", token: null))
        {
            await client.NextAsync("connection.established");
        }

        await Eventually.TrueAsync(() => said.Any(text => text.Contains("/ws", StringComparison.Ordinal)), "something to be said");
        await Eventually.TrueAsync(() => host.Metrics.Clients == 0, "the end of the request");
        Assert.DoesNotContain(said, text => text.Contains("token-in-the-address", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connect_WithTwoLogins_Is401()
    {
        await using var host = await SocketHost.StartAsync();
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer user-1");
        socket.Options.SetRequestHeader("X-API-Key", "user-2");

        var refused = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://{host.Address.Authority}/ws"), default));

        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_LoginsCannotBeChecked_IsToldToComeAgain()
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await SocketClient.ConnectAsync(new Uri($"ws://{host.Address.Authority}/ws"), "away");

        Assert.Equal("SERVICE_UNAVAILABLE", (await client.NextAsync("error")).GetProperty("code").GetString());
        Assert.Equal(1013, await client.ClosedAsync());
    }

    [Fact]
    public async Task Connect_ManyWithoutALogin_LeavePlacesForThoseWhoHaveOne()
    {
        await using var host = await SocketHost.StartAsync(new StreamOptions { MaxSockets = 100 });
        var waiting = new List<SocketClient>();
        try
        {
            for (var number = 0; number < 10; number++)
            {
                waiting.Add(await host.ConnectAsync(token: null));
            }

            await Eventually.PassesAsync(async () =>
            {
                var refused = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(async () => waiting.Add(await host.ConnectAsync(token: null)));
                Assert.Contains("503", refused.Message, StringComparison.Ordinal);
            });
            await using var known = await host.ConnectAsync();
        }
        finally
        {
            foreach (var client in waiting)
            {
                await client.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Subscribe_FromASequence_ReplaysAndGoesOnLive()
    {
        await using var host = await SocketHost.StartAsync();
        foreach (var sequence in Enumerable.Range(1, 500))
        {
            host.Stored.Add(Live.Log(sequence));
        }

        await using var client = await host.ConnectAsync();
        await client.SendAsync(new { type = "subscribe", id = "s", data = new { rooms = new[] { Room }, fromSequence = 3 } });
        var told = await client.NextAsync("subscribed");
        Assert.Equal(Room, told.GetProperty("rooms")[0].GetString());
        for (var sequence = 501; sequence <= 600; sequence++)
        {
            host.Happen(sequence == 600 ? Live.Completed(sequence) : Live.Log(sequence));
        }

        for (var sequence = 3; sequence <= 600; sequence++)
        {
            Assert.Equal(sequence, (await client.NextAsync("execution.event")).GetProperty("sequence").GetInt32());
        }
    }

    [Fact]
    public async Task Subscribe_WithoutASequence_HearsOnlyWhatComes()
    {
        await using var host = await SocketHost.StartAsync();
        host.Stored.Add(Live.Started());
        await using var client = await host.ConnectAsync($"/executions/{Live.Execution}");
        await client.NextAsync("subscribed");
        await host.Hub.OpenAsync(Live.Execution, default);
        host.Happen(Live.Log(2));
        host.Happen(Live.Completed(3));

        Assert.Equal(2, (await client.NextAsync("execution.event")).GetProperty("sequence").GetInt32());
        Assert.Equal("tool.execution.completed", (await client.NextAsync("execution.event")).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Subscribe_WhatMustNotBe_IsDeniedWithTheReason()
    {
        await using var host = await SocketHost.StartAsync(new StreamOptions { MaxListeners = 1 });
        await using var first = await host.ConnectAsync($"/executions/{Live.Execution}");
        await first.NextAsync("subscribed");
        await using var client = await host.ConnectAsync();

        await client.SendAsync(new { type = "subscribe", id = "x", data = new { rooms = new[] { Room, "execution:1", $"execution:{Guid.Empty}", "discussion:secret", "discussion:open", "broadcast", "nonsense" } } });
        var told = await client.NextAsync("subscribed");

        Assert.Equal(["discussion:open", "broadcast"], told.GetProperty("rooms").EnumerateArray().Select(room => room.GetString()!));
        Assert.Equal(
            ["stream-full", "not-found", "not-found", "not-allowed", "not-found"],
            told.GetProperty("denied").EnumerateArray().Select(denied => denied.GetProperty("reason").GetString()!));
    }

    [Fact]
    public async Task Subscribe_MoreThanAHundredRooms_IsDenied()
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync(new { type = "subscribe", data = new { rooms = Enumerable.Range(0, 100).Select(number => $"discussion:{number}") } });
        Assert.Equal(100, (await client.NextAsync("subscribed")).GetProperty("rooms").GetArrayLength());

        await client.SendAsync(new { type = "subscribe", room = "broadcast" });
        Assert.Equal("limit", (await client.NextAsync("subscribed")).GetProperty("denied")[0].GetProperty("reason").GetString());

        await client.SendAsync(new { type = "unsubscribe", data = new { rooms = new[] { "discussion:5", "broadcast" } } });
        Assert.Equal("discussion:5", (await client.NextAsync("unsubscribed")).GetProperty("rooms")[0].GetString());
    }

    [Fact]
    public async Task Discussion_EventsOfItsExecutions_AreHeardInOrderWithoutResults()
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await host.ConnectAsync("/discussions/disc-1/ws");
        await client.NextAsync("subscribed");

        host.Happen(Live.Started());
        host.Happen(Live.Log(2));
        host.Hub.Offer(Live.Log(2));
        host.Happen(Live.Completed(4, "secret"));
        host.Stored.Add(Live.Log(3));

        foreach (var sequence in new[] { 1, 2, 3, 4 })
        {
            var data = await client.NextAsync("execution.event");
            Assert.Equal((sequence, false), (data.GetProperty("sequence").GetInt32(), data.TryGetProperty("result", out _)));
        }
    }

    [Fact]
    public async Task Filters_OfAClient_LetThroughWhatFits()
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync(new { type = "subscribe", data = new { rooms = new[] { Room }, filters = new { type = new[] { "*.completed" } }, fromSequence = 1 } });
        await client.NextAsync("subscribed");
        host.Happen(Live.Started());
        host.Happen(Live.Log(2));
        host.Happen(Live.Completed(3));
        Assert.Equal(3, (await client.NextAsync("execution.event")).GetProperty("sequence").GetInt32());

        await client.SendAsync(new { type = "filters", id = "f", data = new { security = new[] { "high" } } });
        Assert.Equal("restricted", (await client.NextAsync("filtered")).GetProperty("filters").GetProperty("security")[0].GetString());
    }

    [Fact]
    public async Task Cancel_IsHandedOnAndAnswered()
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await host.ConnectAsync();

        await client.SendAsync(new { type = "cancel", id = "c", data = new { executionId = Live.Execution, reason = "enough", force = true } });
        await client.NextAsync("cancel.accepted");
        await client.SendAsync(new { type = "cancel", id = "d", data = new { executionId = Guid.Empty } });
        var error = await client.NextAsync("error");

        Assert.Equal([$"user-1 {Live.Execution} enough True"], host.StandIns.Cancelled);
        Assert.Equal("EXECUTION_NOT_FOUND", error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Announcement_IsHeardByEverybodyAndAudited()
    {
        await using var host = await SocketHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync(new { type = "subscribe", room = "broadcast" });
        await client.NextAsync("subscribed");
        using var http = new HttpClient { BaseAddress = host.Address };

        using var refused = await http.PostAsJsonAsync("/api/v1/admin/announcements", new { title = "", text = 5, severity = "loud" });
        using var answer = await http.PostAsJsonAsync("/api/v1/admin/announcements", new { title = "Tonight", text = "A pause of five minutes.", severity = "warning" });

        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.Accepted), (refused.StatusCode, answer.StatusCode));
        Assert.Contains("/severity", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var heard = await client.NextAsync("announcement");
        Assert.Equal(("Tonight", "user-1"), (heard.GetProperty("title").GetString(), heard.GetProperty("by").GetString()));
        Assert.Equal("announcement.create", Assert.Single(host.StandIns.Audited).Action);
    }

    [Fact]
    public async Task Connect_BeyondTheLimit_Gets503UntilAPlaceIsFree()
    {
        await using var host = await SocketHost.StartAsync(new StreamOptions { MaxSockets = 2 });
        await using var first = await host.ConnectAsync();
        var second = await host.ConnectAsync();

        var refused = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => host.ConnectAsync());
        Assert.Contains("503", refused.Message, StringComparison.Ordinal);
        await second.DisposeAsync();

        await Eventually.PassesAsync(async () => Assert.Null(await Record.ExceptionAsync(async () => await (await host.ConnectAsync()).DisposeAsync())));
    }

    [Fact]
    public async Task Stop_ClosesEveryClientWithGoingAway()
    {
        await using var host = await SocketHost.StartAsync();
        await using var one = await host.ConnectAsync();
        await using var two = await host.ConnectAsync($"/executions/{Live.Execution}");
        var closing = Task.WhenAll(one.ClosedAsync(), two.ClosedAsync());

        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));

        var codes = await closing;
        Assert.Equal([1001, 1001], codes);
    }

    [Fact]
    public async Task Something_BreaksInside_ClosesWith1011AndSaysNothingOfIt()
    {
        await using var host = await SocketHost.StartAsync();
        host.StandIns.RulesThrow = new InvalidOperationException("secret");
        await using var client = await host.ConnectAsync();
        await client.SendAsync(new { type = "subscribe", room = Room });

        Assert.Null(await client.NextAsync());
        Assert.Equal(1011, (int)client.Code!);
    }

    [Fact]
    public async Task Http_WithoutUpgrade_IsToldToUpgrade()
    {
        await using var host = await SocketHost.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Address };

        using var answer = await http.GetAsync(new Uri("/ws", UriKind.Relative));

        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    private static async Task AdvanceUntilAsync(SocketHost host, Task done, TimeSpan step) => await Eventually.TrueAsync(
        () =>
        {
            host.Time.Advance(step);
            return done.IsCompleted;
        },
        "the end", TimeSpan.FromSeconds(20));
}
