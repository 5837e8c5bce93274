using Capns.Hosting.Configuration;
using Capns.Hosting.Redis;
using Capns.Runner.Worker.Runs;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Capns.Runner.Worker.Tests.Runs;

public class RunClaimsTests
{
    [ServersFact]
    public async Task TryClaim_TwoRunners_OneHasItForEveryHandOver()
    {
        var settings = RedisSettings.Read(new EnvironmentReader(name => name == "REDIS_URL" ? TestRedis.Url.ToString() : null));
        await using var redis = new RedisConnection(settings, NullLogger<RedisConnection>.Instance);
        redis.Start();
        await Eventually.TrueAsync(() => redis.IsAvailable, "Redis");
        await using var server = await TestRedis.ConnectAsync();
        var claims = new[] { new RunClaims(redis, Example.Options(), TimeProvider.System), new RunClaims(redis, Example.Options(), TimeProvider.System) };
        var order = Example.RunTool();

        Assert.True(await claims[0].TryClaimAsync(order));
        Assert.False(await claims[1].TryClaimAsync(order));
        Assert.True(await claims[0].TryClaimAsync(order));
        Assert.True(await claims[1].TryClaimAsync(order with { Dispatch = 2 }));

        var expiry = await server.Database.KeyTimeToLiveAsync($"run:{order.ExecutionId}:1");
        Assert.InRange(expiry!.Value.TotalSeconds, 3500, 3600);
    }

    [Fact]
    public async Task TryClaim_RedisIsOff_ClaimsNothingAndRuns() =>
        Assert.True(await new RunClaims(new NoRedis(), Example.Options(), TimeProvider.System).TryClaimAsync(Example.RunTool()));
}
