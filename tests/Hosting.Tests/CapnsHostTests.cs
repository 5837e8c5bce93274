using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using Capns.Hosting.Health;
using Capns.Hosting.Metrics;
using Capns.Hosting.Tests.Health;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Capns.Hosting.Tests;

/// <summary>The addresses that every worker has, over HTTP.</summary>
public sealed class CapnsHostTests
{
    [Fact]
    public async Task Health_RequiredPartGoesAndComesBack_ReadyFollowsAndLiveStays()
    {
        var report = PartReport.Disconnected;
        await using var app = await StartAsync(builder => builder.Services.AddSingleton<IHealthPart>(new FakePart("postgresql", true, () => Task.FromResult(report))));
        using var http = Client(app);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/health")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live")).StatusCode);

        report = PartReport.Connected(TimeSpan.FromMilliseconds(2));
        await Eventually.TrueAsync(async () => (await http.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK, "the host to be ready");
        Assert.Equal("""{"status":"healthy"}""", await http.GetStringAsync("/health"));
    }

    [Fact]
    public async Task Detailed_OptionalPartAway_IsDegradedAndShowsWhatWasMeasured()
    {
        await using var app = await StartAsync(builder =>
        {
            builder.Services.AddSingleton<IHealthPart>(new FakePart("postgresql", true, PartReport.Connected(TimeSpan.FromMilliseconds(2))));
            builder.Services.AddSingleton<IHealthPart>(new FakePart("redis", false, PartReport.Disconnected));
        });
        using var http = Client(app);

        var document = JsonDocument.Parse(await http.GetStringAsync("/health/detailed")).RootElement;

        Assert.Equal("degraded", document.GetProperty("status").GetString());
        Assert.Equal("capability-registry", document.GetProperty("service").GetString());
        Assert.Equal("9.9.9", document.GetProperty("version").GetString());
        Assert.Equal(2, document.GetProperty("database").GetProperty("postgresql").GetProperty("latencyMs").GetDouble());
        Assert.Equal("""{"status":"disconnected","required":false}""", document.GetProperty("database").GetProperty("redis").GetRawText());
        Assert.Equal("disconnected", document.GetProperty("dependencies").GetProperty("redis").GetString());
        Assert.InRange(document.GetProperty("resources").GetProperty("memory").GetProperty("usedMb").GetInt64(), 1, 100_000);
        Assert.True(document.GetProperty("metrics").TryGetProperty("uptime", out _));

        var part = JsonDocument.Parse(await http.GetStringAsync("/health/database")).RootElement;
        Assert.Equal("degraded", part.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/health/nothing")).StatusCode);
    }

    [Fact]
    public async Task Metrics_InstrumentOfAWorker_IsThereWithHttpRequests()
    {
        await using var app = await StartAsync(_ => { });
        using var http = Client(app);
        using var meter = app.Services.GetRequiredService<IMeterFactory>().Create(CapnsMeter.Name);
        meter.CreateCounter<long>("capability_registry_unroutable_total").Add(3, new KeyValuePair<string, object?>("event", "tool.registered"));
        await http.GetAsync("/health/live");

        // The server counts a request a moment after it has answered it.
        await Eventually.TrueAsync(
            async () => (await http.GetStringAsync("/metrics")).Contains("http_requests_total{service=\"capability-registry\",http_request_method=\"GET\",http_response_status_code=\"200\",http_route=\"/health/live\"} 1\n", StringComparison.Ordinal),
            "the request to be counted");
        var answer = await http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Contains("capability_registry_unroutable_total{service=\"capability-registry\",event=\"tool.registered\"} 3\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_WithAPortOfTheirOwn_AreThereAndNowhereElseWhateverTheHostHeaderSays()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        await using var app = await StartAsync(_ => { }, ("METRICS_PORT", $"{port}"));
        using var http = new HttpClient();

        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(app.Urls.Select(url => new Uri(url)).First(url => url.Port != port), $"metrics:{port}"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(app.Urls.Select(url => new Uri(url)).First(url => url.Port == port), "proxy.example:80"));

        async Task<HttpStatusCode> AskAsync(Uri address, string host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/metrics"));
            request.Headers.Host = host;
            using var answer = await http.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [ServersFact]
    public async Task Health_RealServers_AreMeasuredAndShowWhenTheyGo()
    {
        await using var broker = await TestBroker.CreateAsync();
        await using var database = await TestDatabase.CreateAsync();
        await using var redis = await OwnRedis.StartAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var app = await StartAsync(
            builder =>
            {
                builder.AddRabbitMq();
                builder.AddRedis();
                builder.Services.AddSingleton<IHealthPart>(new PostgresPart(source));
            },
            ("RABBITMQ_URL", broker.Url.ToString()),
            ("REDIS_URL", redis.Url.ToString()));
        using var http = Client(app);

        await Eventually.TrueAsync(async () => await http.GetStringAsync("/health") == """{"status":"healthy"}""", "everything to be connected");
        await redis.StopAsync();
        await Eventually.TrueAsync(async () => await http.GetStringAsync("/health") == """{"status":"degraded"}""", "Redis to be missed");
        await redis.StartAgainAsync();
        await Eventually.TrueAsync(async () => await http.GetStringAsync("/health") == """{"status":"healthy"}""", "Redis to be back", TimeSpan.FromSeconds(20));

        await broker.DisposeAsync();
        await Eventually.TrueAsync(async () => (await http.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable, "the broker to be missed");
        var document = JsonDocument.Parse(await http.GetStringAsync("/health/detailed")).RootElement;
        Assert.Equal("disconnected", document.GetProperty("broker").GetProperty("status").GetString());
        Assert.Equal("connected", document.GetProperty("database").GetProperty("postgresql").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Run_BadSetting_EndsWithItsOwnExitCodeAndStartsNothing()
    {
        var built = false;
        var code = await CapnsHost.RunAsync([], "registry", builder =>
        {
            built = true;
            throw builder.Environment.Bad("MAX_CPU", "a number from 0.1 to 64");
        });
        Assert.Equal((CapnsHost.BadSettings, true), (code, built));
    }

    private static async Task<WebApplication> StartAsync(Action<CapnsHostBuilder> build, params (string Name, string Value)[] variables)
    {
        var builder = CapnsHost.CreateBuilder([], "registry", Variables.Of([("PORT", "0"), ("VERSION", "9.9.9"), ("LOG_LEVEL", "error"), .. variables]));
        build(builder);
        var app = builder.Build();
        await app.StartAsync();
        return app;
    }

    private static HttpClient Client(WebApplication app) => new() { BaseAddress = new Uri(app.Urls.First()) };
}
