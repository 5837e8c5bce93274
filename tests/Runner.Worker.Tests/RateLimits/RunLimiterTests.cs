using Capns.Contracts;
using Capns.Contracts.Running;
using Capns.Hosting.Configuration;
using Capns.Hosting.Redis;
using Capns.Runner.Worker.RateLimits;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Capns.Runner.Worker.Tests.RateLimits;

/// <summary>The limits in a real Redis; each test has a tool, and so keys, of its own.</summary>
public class RunLimiterTests
{
    [ServersFact]
    public async Task Take_ManyCallersOverThreeRunners_AllowsExactlyTheLimit()
    {
        await using var redis = await ThreeRunners.StartAsync(ServerUrls.Redis);
        var order = Limited(Example.RunTool(), perMinute: 20);

        var decisions = await Task.WhenAll(Enumerable.Range(0, 300).Select(call =>
            redis.Limiters[call % 3].TakeAsync(order with { ExecutionId = Guid.CreateVersion7() })));

        Assert.Equal(20, decisions.Count(decision => decision.Refusal is null));
        Assert.All(decisions.Where(decision => decision.Refusal is not null), decision =>
        {
            Assert.Equal(("RATE_LIMITED", 20), (decision.Refusal!.Code, decision.Refusal.Limit));
            Assert.InRange(decision.Refusal.RetryAfterMs, 1, 60_000);
        });
    }

    [ServersFact]
    public async Task Take_WindowIsOpen_IsNotProlongedAndHasAnExpiry()
    {
        await using var redis = await ThreeRunners.StartAsync(ServerUrls.Redis);
        await using var server = await TestRedis.ConnectAsync();
        var order = Limited(Example.RunTool(), perMinute: 2, perHour: 5);
        var key = LimitKeys.Minute(order, order.RateLimit!);
        await redis.Limiters[0].TakeAsync(order);
        await server.Database.KeyExpireAsync(key, TimeSpan.FromMilliseconds(5_000));

        await redis.Limiters[1].TakeAsync(order with { ExecutionId = Guid.CreateVersion7() });
        var refusal = (await redis.Limiters[2].TakeAsync(order with { ExecutionId = Guid.CreateVersion7() })).Refusal!;

        Assert.InRange(refusal.RetryAfterMs, 1, 5_000);
        Assert.Equal(2, (int)await server.Database.StringGetAsync(key));
        var hour = await server.Database.KeyTimeToLiveAsync(LimitKeys.Hour(order, order.RateLimit!));
        Assert.InRange(hour!.Value.TotalSeconds, 3500, 3600);
    }

    [ServersFact]
    public async Task Take_OneLimitRefuses_TakesNothingOfTheOthers()
    {
        await using var redis = await ThreeRunners.StartAsync(ServerUrls.Redis);
        await using var server = await TestRedis.ConnectAsync();
        var order = Limited(Example.RunTool(), perMinute: 10, perHour: 1, atOnce: 5);
        Assert.Null((await redis.Limiters[0].TakeAsync(order)).Refusal);

        var refusal = (await redis.Limiters[0].TakeAsync(order with { ExecutionId = Guid.CreateVersion7() })).Refusal!;

        Assert.Equal(("RATE_LIMITED", 1), (refusal.Code, refusal.Limit));
        Assert.InRange(refusal.RetryAfterMs, 60_001, 3_600_000);
        Assert.Equal(1, (int)await server.Database.StringGetAsync(LimitKeys.Minute(order, order.RateLimit!)));
        Assert.Equal(1, await server.Database.SortedSetLengthAsync(LimitKeys.Concurrency(order, order.RateLimit!)));
    }

    [ServersFact]
    public async Task Take_ConcurrencyOverThreeRunners_AllowsExactlyTheLimitAndOneMoreAfterARelease()
    {
        await using var redis = await ThreeRunners.StartAsync(ServerUrls.Redis);
        var order = Limited(Example.RunTool(), perMinute: 1000, atOnce: 5);
        var orders = Enumerable.Range(0, 60).Select(_ => order with { ExecutionId = Guid.CreateVersion7() }).ToList();

        var decisions = await Task.WhenAll(orders.Select((each, call) => redis.Limiters[call % 3].TakeAsync(each)));

        Assert.Equal(5, decisions.Count(decision => decision.Refusal is null));
        Assert.Contains(decisions, decision => decision.Refusal is { Code: "CONCURRENCY_LIMITED", Limit: 5 });
        var running = orders[Array.FindIndex(decisions, decision => decision.Refusal is null)];
        var next = order with { ExecutionId = Guid.CreateVersion7() };
        Assert.NotNull((await redis.Limiters[0].TakeAsync(next)).Refusal);
        await redis.Limiters[1].ReleaseAsync(running);
        Assert.Null((await redis.Limiters[2].TakeAsync(next)).Refusal);
    }

    [ServersFact]
    public async Task Take_PlaceWasNotRenewed_IsFreeAgain()
    {
        await using var redis = await ThreeRunners.StartAsync(ServerUrls.Redis);
        await using var server = await TestRedis.ConnectAsync();
        var order = Limited(Example.RunTool(), perMinute: 1000, atOnce: 1);
        var key = LimitKeys.Concurrency(order, order.RateLimit!);
        await redis.Limiters[0].TakeAsync(order);
        var lease = await server.Database.SortedSetScoreAsync(key, order.ExecutionId.ToString());
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.InRange(lease!.Value, now + 20_000, now + 31_000);

        await server.Database.SortedSetAddAsync(key, order.ExecutionId.ToString(), now - 1);
        await redis.Limiters[0].RenewAsync(order);
        Assert.InRange((await server.Database.SortedSetScoreAsync(key, order.ExecutionId.ToString()))!.Value, now + 20_000, now + 60_000);
        await server.Database.SortedSetAddAsync(key, order.ExecutionId.ToString(), now - 1);

        Assert.Null((await redis.Limiters[1].TakeAsync(order with { ExecutionId = Guid.CreateVersion7() })).Refusal);
        await redis.Limiters[0].RenewAsync(order);
        Assert.Null(await server.Database.SortedSetScoreAsync(key, order.ExecutionId.ToString()));
    }

    [ServersFact]
    public async Task Take_RedisGoesAndComesBack_LimitsLocallyThenTogetherAgain()
    {
        await using var server = await OwnRedis.StartAsync();
        await using var redis = await ThreeRunners.StartAsync(server.Url);
        var order = Limited(Example.RunTool(), perMinute: 3);
        Assert.Null((await redis.Limiters[0].TakeAsync(order)).Refusal);

        await server.StopAsync();
        var decisions = new List<LimitDecision>();
        for (var call = 0; call < 5; call++)
        {
            decisions.Add(await redis.Limiters[0].TakeAsync(order with { ExecutionId = Guid.CreateVersion7() }));
        }

        Assert.Equal(3, decisions.Count(decision => decision.Refusal is null));
        Assert.Equal("SERVICE_UNAVAILABLE", (await redis.Limiters[0].TakeAsync(order.At(SecurityLevel.Restricted))).Refusal!.Code);
        Assert.Equal("SERVICE_UNAVAILABLE", (await redis.Limiters[0].TakeAsync(order.At(SecurityLevel.Dangerous))).Refusal!.Code);
        await redis.Limiters[0].ReleaseAsync(order);

        await server.StartAgainAsync();
        var restricted = Limited(Example.RunTool(), perMinute: 1000).At(SecurityLevel.Restricted);
        await Eventually.TrueAsync(
            async () => (await redis.Limiters[0].TakeAsync(restricted)).Refusal is null, "Redis to be used again", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Take_RedisIsOff_KeepsTheSameLimitsInThisProcess()
    {
        var time = new ManualTime();
        var limiter = new RunLimiter(new NoRedis(), time, NullLogger<RunLimiter>.Instance);
        var order = Limited(Example.RunTool(), perMinute: 2, perHour: 3, atOnce: 1);

        Assert.Null((await limiter.TakeAsync(order)).Refusal);
        Assert.Equal("CONCURRENCY_LIMITED", (await limiter.TakeAsync(order with { ExecutionId = Guid.CreateVersion7() })).Refusal!.Code);
        await limiter.ReleaseAsync(order);
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Null((await limiter.TakeAsync(order)).Refusal);
        await limiter.ReleaseAsync(order);

        Assert.Equal(new LimitRefusal("RATE_LIMITED", 40_000, 2), (await limiter.TakeAsync(order)).Refusal);
        time.Advance(TimeSpan.FromSeconds(40));
        Assert.Null((await limiter.TakeAsync(order)).Refusal);
        await limiter.ReleaseAsync(order);
        Assert.Equal(new LimitRefusal("RATE_LIMITED", 3_540_000, 3), (await limiter.TakeAsync(order)).Refusal);
    }

    [Fact]
    public async Task Take_CommandHasNoLimit_AsksNobody()
    {
        var limiter = new RunLimiter(new NoRedis(), new ManualTime(), NullLogger<RunLimiter>.Instance);

        Assert.Null((await limiter.TakeAsync(Example.RunTool().At(SecurityLevel.Dangerous))).Refusal);
    }

    private static RunTool Limited(RunTool order, int perMinute, int? perHour = null, int? atOnce = null) => order with
    {
        RateLimit = new RunRateLimit
        {
            Caller = "agent-001",
            MaxCallsPerMinute = perMinute,
            MaxCallsPerHour = perHour,
            MaxConcurrentExecutions = atOnce,
        },
    };

    /// <summary>Three limiters with a connection each, as three runners have.</summary>
    private sealed class ThreeRunners : IAsyncDisposable
    {
        private readonly List<RedisConnection> _connections = [];

        public List<RunLimiter> Limiters { get; } = [];

        public static async Task<ThreeRunners> StartAsync(Uri url)
        {
            var runners = new ThreeRunners();
            var settings = RedisSettings.Read(new EnvironmentReader(name => name == "REDIS_URL" ? url.ToString() : null));
            for (var runner = 0; runner < 3; runner++)
            {
                var connection = new RedisConnection(settings, NullLogger<RedisConnection>.Instance);
                connection.Start();
                await Eventually.TrueAsync(() => connection.IsAvailable, "Redis");
                runners._connections.Add(connection);
                runners.Limiters.Add(new RunLimiter(connection, TimeProvider.System, NullLogger<RunLimiter>.Instance));
            }

            return runners;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in _connections)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
