using System.Net;
using Capns.Registry.Worker.Streams;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams.Sockets;

public sealed class EventStreamTests
{
    [Fact]
    public async Task Get_FromTheStart_GivesEveryEventAndEndsAfterTheLast()
    {
        await using var host = await SocketHost.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Address };
        host.Stored.Add(Live.Started());
        using var answer = await http.GetAsync(Path(), HttpCompletionOption.ResponseHeadersRead);
        host.Happen(Live.Log(2));
        host.Happen(Live.Completed(3));

        var text = await answer.Content.ReadAsStringAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["id: 1", "id: 2", "id: 3"], text.Split('\n').Where(line => line.StartsWith("id:", StringComparison.Ordinal)));
        Assert.Equal(["event: tool.execution.started", "event: tool.execution.progress", "event: tool.execution.completed"], text.Split('\n').Where(line => line.StartsWith("event:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("1", null, 2)]
    [InlineData(null, 3, 3)]
    [InlineData("2", 1, 3)]
    [InlineData("0", null, 1)]
    public async Task Get_WithAPosition_GoesOnAfterIt(string? lastEventId, int? fromSequence, int first)
    {
        await using var host = await SocketHost.StartAsync();
        host.Stored.Add(Live.Started());
        host.Stored.Add(Live.Log(2));
        host.Stored.Add(Live.Completed(3));

        using var answer = await GetAsync(host, lastEventId, fromSequence);
        var text = await answer.Content.ReadAsStringAsync();

        Assert.StartsWith($"id: {first}\n", text, StringComparison.Ordinal);
        Assert.Equal(4 - first, text.Split("\n\n").Length - 1);
    }

    [Fact]
    public async Task Get_AfterTheLastEvent_TellsABrowserNotToComeAgain()
    {
        await using var host = await SocketHost.StartAsync();
        host.Stored.Add(Live.Completed(1));

        using var answer = await GetAsync(host, "1", null);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99999999999")]
    public async Task Get_WithAPositionThatIsNone_Is400(string lastEventId)
    {
        await using var host = await SocketHost.StartAsync();

        using var answer = await GetAsync(host, lastEventId, null);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Get_BeyondTheLimit_IsStreamFull()
    {
        await using var host = await SocketHost.StartAsync(new StreamOptions { MaxListeners = 1 });
        using var http = new HttpClient { BaseAddress = host.Address };
        using var first = await http.GetAsync(Path(), HttpCompletionOption.ResponseHeadersRead);

        using var second = await http.GetAsync(Path());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.Contains("STREAM_FULL", await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_NothingHappens_GetsHeartbeats()
    {
        await using var host = await SocketHost.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Address };
        using var answer = await http.GetAsync(Path(), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var line = reader.ReadLineAsync();
        await Eventually.TrueAsync(
            () =>
            {
                host.Time.Advance(TimeSpan.FromSeconds(10));
                return line.IsCompleted;
            },
            "a heartbeat");

        Assert.Equal(": heartbeat", await line);
    }

    [Fact]
    public async Task Get_SomebodyElsesExecution_IsNotFound()
    {
        await using var host = await SocketHost.StartAsync();
        host.StandIns.Lost.Add($"execution:{Live.Execution}");

        using var answer = await GetAsync(host, null, null);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_LoginIsRevokedOrRightLost_EndsTheStream(bool login)
    {
        await using var host = await SocketHost.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", "key-1");
        using var answer = await http.GetAsync(Path(), HttpCompletionOption.ResponseHeadersRead);
        var reading = answer.Content.ReadAsStringAsync();
        _ = login ? host.StandIns.Revoked.Add("key-1") : host.StandIns.Lost.Add($"execution:{Live.Execution}");
        host.StandIns.Revision++;

        await host.Logins.LookAsync(default);
        await Eventually.TrueAsync(
            () =>
            {
                host.Time.Advance(TimeSpan.FromSeconds(1));
                return reading.IsCompleted;
            },
            "the end of the stream");

        Assert.False(reading.IsCanceled);
        await Eventually.TrueAsync(() => host.Metrics.Clients == 0, "the place to be free");
    }

    [Fact]
    public async Task Get_ByATokenThatEnds_EndsWithIt()
    {
        await using var host = await SocketHost.StartAsync();
        host.CallerEnds = Live.Now + TimeSpan.FromSeconds(5);
        using var http = new HttpClient { BaseAddress = host.Address };
        using var answer = await http.GetAsync(Path(), HttpCompletionOption.ResponseHeadersRead);
        var reading = answer.Content.ReadAsStringAsync();
        for (var second = 0; second < 4; second++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, host.Metrics.Clients);
        await Eventually.TrueAsync(
            () =>
            {
                host.Time.Advance(TimeSpan.FromSeconds(1));
                return reading.IsCompleted;
            },
            "the end of the stream");
    }

    [Fact]
    public async Task Get_AClientThatDoesNotRead_IsLetGoAfterTenSeconds()
    {
        await using var host = await SocketHost.StartAsync(new StreamOptions { BufferSize = 20 });
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(host.Address.Host, host.Address.Port);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET /events/{Live.Execution} HTTP/1.1\r\nHost: x\r\n\r\n"));
        await Eventually.TrueAsync(() => host.Metrics.Clients == 1, "the stream");
        var line = new string('x', 60_000);
        for (var sequence = 1; sequence <= 400; sequence++)
        {
            host.Happen(Live.Of("tool.execution.progress", sequence, new { state = "retrying", kind = "retry", line }));
        }

        await Eventually.TrueAsync(
            () =>
            {
                host.Time.Advance(TimeSpan.FromSeconds(1));
                return host.Metrics.Clients == 0;
            },
            "the stream to end");
    }

    private static Uri Path(int? from = null) => new($"/events/{Live.Execution}{(from is null ? "" : $"?fromSequence={from}")}", UriKind.Relative);

    private static async Task<HttpResponseMessage> GetAsync(SocketHost host, string? lastEventId, int? from)
    {
        using var http = new HttpClient { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, Path(from));
        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        return await http.SendAsync(request);
    }
}
