using System.Diagnostics;
using Capns.Hosting.Configuration;
using Capns.Hosting.Redis;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Xunit;

namespace Capns.Hosting.Tests.Redis;

public sealed class RedisConnectionTests
{
    private const string Script = "redis.call('INCRBY', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])";

    [ServersFact]
    public async Task Calls_ServerStoppedAndStarted_FailQuicklyThenWorkAgainWithTheSameScript()
    {
        await using var server = await OwnRedis.StartAsync();
        await using var redis = Connect(server.Url);
        Assert.Equal("5", (string)await redis.EvaluateAsync(Script, ["n"], [5]));
        Assert.True(redis.IsAvailable);

        await server.StopAsync();
        await Eventually.TrueAsync(() => !redis.IsAvailable, "the connection to be lost");
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<RedisAwayException>(() => redis.ExecuteAsync("PING"));
        Assert.True(Stopwatch.GetElapsedTime(started) < RedisConnection.Patience * 3);

        // The server has forgotten the script, and the client believes that it knows it.
        await server.StartAgainAsync();
        await Eventually.TrueAsync(() => redis.IsAvailable, "the connection to be back", TimeSpan.FromSeconds(20));
        Assert.Equal("7", (string)await redis.EvaluateAsync(Script, ["n"], [7]));
    }

    [ServersFact]
    public async Task Start_ServerNotThereYet_ThrowsNothingAndConnectsLater()
    {
        await using var server = await OwnRedis.StartAsync();
        await server.StopAsync();
        await using var redis = Connect(server.Url);
        redis.Start();
        Assert.False(redis.IsAvailable);
        await Assert.ThrowsAsync<RedisAwayException>(() => redis.ExecuteAsync("PING"));

        await server.StartAgainAsync();
        await Eventually.TrueAsync(() => redis.IsAvailable, "the connection", TimeSpan.FromSeconds(20));
        Assert.Equal("PONG", (string)await redis.ExecuteAsync("PING"));
    }

    [Fact]
    public async Task Off_EveryCall_SaysSo()
    {
        await using var redis = new RedisConnection(new RedisSettings(), NullLogger<RedisConnection>.Instance);
        redis.Start();
        Assert.False(redis.IsEnabled);
        Assert.False(redis.IsAvailable);
        Assert.Contains("REDIS_URL", (await Assert.ThrowsAsync<RedisAwayException>(() => redis.ExecuteAsync("PING"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownHostName_Calls_AreAwayAndNothingThrowsAtStart()
    {
        await using var redis = new RedisConnection(new RedisSettings { Host = "no-such-host.invalid" }, NullLogger<RedisConnection>.Instance);
        redis.Start();
        Assert.False(redis.IsAvailable);
        await Assert.ThrowsAsync<RedisAwayException>(() => redis.ExecuteAsync("PING"));
    }

    [ServersFact]
    public async Task ServerRefusesTheScript_IsNotTakenForBeingAway()
    {
        await using var redis = Connect(TestRedis.Url);
        await Assert.ThrowsAsync<RedisServerException>(() => redis.EvaluateAsync("return redis.call('NONSENSE')", [], []));
    }

    private static RedisConnection Connect(Uri url) =>
        new(new RedisSettings { Host = url.Host, Port = url.Port }, NullLogger<RedisConnection>.Instance);
}
