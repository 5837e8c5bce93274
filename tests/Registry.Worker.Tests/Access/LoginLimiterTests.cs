using Capns.Hosting.Redis;
using Capns.Registry.Worker.Access.Login;
using Capns.Testing;
using StackExchange.Redis;
using Xunit;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Registry.Worker.Tests.Access;

public sealed class LoginLimiterTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Address_TooManyFailures_WaitsUntilTheWindowEnds()
    {
        var limiter = new LoginLimiter(new NoRedis(), _time);
        for (var number = 0; number < LoginLimiter.PerAddress; number++)
        {
            Assert.Null(limiter.Blocked($"c{number}", "192.0.2.1", null));
            Assert.True(await limiter.NoteFailureAsync($"c{number}", "192.0.2.1", null));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(LoginLimiter.Window - TimeSpan.FromSeconds(LoginLimiter.PerAddress), limiter.Blocked("new", "192.0.2.1", null));
        Assert.False(await limiter.NoteFailureAsync("new", "192.0.2.1", null));
        Assert.Null(limiter.Blocked("new", "192.0.2.2", null));
        _time.Advance(LoginLimiter.Window);
        Assert.Null(limiter.Blocked("new", "192.0.2.1", null));
    }

    [Fact]
    public async Task Key_TooManyFailuresFromEverywhere_StopsGuessingAndNotItsOwner()
    {
        var limiter = new LoginLimiter(new NoRedis(), _time);
        limiter.NoteSuccess("capns_id01_right");
        for (var number = 0; number < LoginLimiter.PerKey; number++)
        {
            await limiter.NoteFailureAsync($"capns_id01_wrong{number}", $"192.0.2.{number}", "id01");
        }

        Assert.NotNull(limiter.Blocked("capns_id01_wrong", "198.51.100.1", "id01"));
        Assert.Null(limiter.Blocked("capns_id02_wrong", "198.51.100.1", "id02"));
        Assert.Null(limiter.Blocked("capns_id01_right", "198.51.100.1", "id01"));

        // What has become bad is proven no more.
        await limiter.NoteFailureAsync("capns_id01_right", "198.51.100.1", "id01");
        Assert.NotNull(limiter.Blocked("capns_id01_right", "198.51.100.1", "id01"));
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    public async Task Address_OfOneNetwork_IsCountedTogether(string one, string other, bool together)
    {
        var limiter = new LoginLimiter(new NoRedis(), _time);
        for (var number = 0; number < LoginLimiter.PerAddress; number++)
        {
            await limiter.NoteFailureAsync($"c{number}", one, null);
        }

        Assert.Equal(together, limiter.Blocked("new", other, null) is not null);
    }

    [ServersFact]
    public async Task Address_FailuresOnOneInstance_AreKnownToTheOtherWithItsNext()
    {
        await using var redis = await TestRedis.ConnectAsync();
        var address = $"test-{redis.Prefix}";
        var (one, other) = (new LoginLimiter(new Direct(redis.Database), _time), new LoginLimiter(new Direct(redis.Database), _time));
        for (var number = 0; number < LoginLimiter.PerAddress; number++)
        {
            await one.NoteFailureAsync($"c{number}", address, null);
        }

        Assert.NotNull(one.Blocked("new", address, null));
        Assert.Null(other.Blocked("new", address, null));
        Assert.False(await other.NoteFailureAsync("new", address, null));
        Assert.NotNull(other.Blocked("new", address, null));
        Assert.InRange((await redis.Database.KeyTimeToLiveAsync($"login:address:{address}"))!.Value.TotalSeconds, 1, 60);
    }

    [Fact]
    public async Task Address_RedisFails_IsCountedHere()
    {
        var limiter = new LoginLimiter(new BrokenRedis(), _time);
        for (var number = 0; number < LoginLimiter.PerAddress; number++)
        {
            await limiter.NoteFailureAsync($"c{number}", "192.0.2.1", null);
        }

        Assert.NotNull(limiter.Blocked("new", "192.0.2.1", null));
    }

    [Fact]
    public async Task Addresses_VeryMany_TakeNoMoreMemory()
    {
        var limiter = new LoginLimiter(new NoRedis(), _time);
        for (var number = 0; number < 120_000; number++)
        {
            await limiter.NoteFailureAsync("c", $"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}", null);
        }

        Assert.InRange(limiter.Remembered, 1, 50_000);
    }

    internal sealed class NoRedis : IRedis
    {
        public bool IsEnabled => false;

        public bool IsAvailable => false;

        public Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] arguments) => throw new RedisAwayException();

        public Task<RedisResult> ExecuteAsync(string command, params object[] arguments) => throw new RedisAwayException();
    }

    private sealed class BrokenRedis : IRedis
    {
        public bool IsEnabled => true;

        public bool IsAvailable => true;

        public Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] arguments) => Task.FromException<RedisResult>(new RedisAwayException());

        public Task<RedisResult> ExecuteAsync(string command, params object[] arguments) => Task.FromException<RedisResult>(new RedisAwayException());
    }

    private sealed class Direct(IDatabase database) : IRedis
    {
        public bool IsEnabled => true;

        public bool IsAvailable => true;

        public Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] arguments) => database.ScriptEvaluateAsync(script, keys, arguments);

        public Task<RedisResult> ExecuteAsync(string command, params object[] arguments) => database.ExecuteAsync(command, arguments);
    }
}
