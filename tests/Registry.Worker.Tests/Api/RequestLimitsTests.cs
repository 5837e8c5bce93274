using Capns.Hosting.Configuration;
using Capns.Hosting.Redis;
using Capns.Registry.Worker.Api.Limits;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Capns.Registry.Worker.Tests.Api;

public sealed class RequestLimitsTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>
{
    [ServersFact]
    public async Task Requests_AboveTheLimit_Are429WithHeadersAndOthersAreNot()
    {
        await using var host = await ApiHost.StartAsync(fixture, services => services.AddSingleton(new RequestWindow(new NoRedis(), fixture.Time, NullLogger<RequestWindow>.Instance)).AddSingleton(new RequestLimitOptions { Requests = 2, Registrations = 1 }));
        var first = (await host.SendAsync("GET", "/tools/categories", null, TestAccess.Header, "alice *")).Is(200);
        Assert.Equal(("2", "1", "60"), (first.Headers["RateLimit-Limit"], first.Headers["RateLimit-Remaining"], first.Headers["RateLimit-Reset"]));
        (await host.SendAsync("GET", "/tools/categories", null, TestAccess.Header, "alice *")).Is(200);
        fixture.Time.Advance(TimeSpan.FromSeconds(20));
        var refused = (await host.SendAsync("GET", "/tools/categories", null, TestAccess.Header, "alice *")).Is(429, "RATE_LIMITED");
        Assert.Equal(("40", 40_000, 2), (refused.Headers["Retry-After"], (int)refused.Body!["details"]!["retryAfterMs"]!, (int)refused.Body["details"]!["limit"]!));
        (await host.SendAsync("GET", "/tools/categories", null, TestAccess.Header, "bob *")).Is(200);
        fixture.Time.Advance(TimeSpan.FromSeconds(40));
        (await host.SendAsync("GET", "/tools/categories", null, TestAccess.Header, "alice *")).Is(200);
    }

    [ServersFact]
    public async Task Requests_WithThePathInOtherLetters_AreCountedToo()
    {
        await using var host = await ApiHost.StartAsync(fixture, services => services.AddSingleton(new RequestLimitOptions { Requests = 1, Registrations = 1 }));
        var first = (await host.SendAsync("GET", "//API/V1/Tools/Categories", null, TestAccess.Header, "dora *")).Is(200);
        Assert.Equal("0", first.Headers["RateLimit-Remaining"]);
        Assert.True(first.Headers.ContainsKey("X-Request-ID"));
        (await host.SendAsync("GET", "//Api/v1/tools/categories", null, TestAccess.Header, "dora *")).Is(429, "RATE_LIMITED");
    }

    [ServersFact]
    public async Task Registrations_HaveALimitOfTheirOwn()
    {
        await using var host = await ApiHost.StartAsync(fixture, services => services.AddSingleton(new RequestLimitOptions { Requests = 100, Registrations = 1 }));
        (await host.SendAsync("POST", "/tools", Definitions.Valid("limited-1"), TestAccess.Header, "carol *")).Is(201);
        (await host.SendAsync("POST", "/tools", Definitions.Valid("limited-2"), TestAccess.Header, "carol *")).Is(429, "RATE_LIMITED");
        (await host.SendAsync("GET", "/tools/limited-1", null, TestAccess.Header, "carol *")).Is(200);
    }

    [ServersFact]
    public async Task Window_InRedis_IsSharedByInstancesAndOpensOnce()
    {
        await using var redis = await TestRedis.ConnectAsync();
        await using var connection = new RedisConnection(RedisSettings.Read(new EnvironmentReader(name => name == "REDIS_URL" ? TestRedis.Url.ToString() : null)), NullLogger<RedisConnection>.Instance);
        connection.Start();
        await Eventually.TrueAsync(() => connection.IsAvailable, "Redis");
        var (one, two) = (Window(connection), Window(connection));
        var key = redis.Prefix + "api";

        Assert.True((await one.TakeAsync(key, 2, TimeSpan.FromMinutes(1))).Allowed);
        Assert.True((await two.TakeAsync(key, 2, TimeSpan.FromMinutes(1))).Allowed);
        var refused = await one.TakeAsync(key, 2, TimeSpan.FromMinutes(1));

        Assert.False(refused.Allowed);
        Assert.InRange(refused.Left, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal((3L, 0L), (refused.Hits, refused.Remaining));
    }

    [Theory]
    [InlineData("RATE_LIMIT_MAX", "0")]
    [InlineData("RATE_LIMIT_WINDOW", "10")]
    [InlineData("RATE_LIMIT_REGISTRATIONS", "many")]
    public void Options_BadValue_NamesIt(string variable, string value)
    {
        var exception = Assert.Throws<SettingException>(() => RequestLimitOptions.Read(new EnvironmentReader(name => name == variable ? value : null)));
        Assert.Contains(variable, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_Defaults_AreThoseOfTheSpec() =>
        Assert.Equal(new RequestLimitOptions { Window = TimeSpan.FromSeconds(60), Requests = 100, Registrations = 10 }, RequestLimitOptions.Read(new EnvironmentReader(_ => null)));

    private static RequestWindow Window(IRedis redis) => new(redis, TimeProvider.System, NullLogger<RequestWindow>.Instance);
}
