using Capns.Testing;
using RabbitMQ.Client;
using StackExchange.Redis;
using Xunit;

namespace Capns.Hosting.Tests.Fixtures;

/// <summary>The server fixtures do what other tests rely on.</summary>
public sealed class FixtureTests
{
    [ServersFact]
    public async Task TestBroker_MessagePublished_IsCountedTakenAndGone()
    {
        await using var broker = await TestBroker.CreateAsync();
        var queue = await broker.ListenAsync("amq.fanout");
        await using (var channel = await broker.OpenChannelAsync())
        {
            await channel.BasicPublishAsync("amq.fanout", "", "hello"u8.ToArray());
        }

        Assert.Equal(new QueueStats(1, 0), await broker.QueueAsync(queue));
        var taken = await broker.TakeAsync(queue);
        Assert.Equal("hello"u8.ToArray(), taken.Body.ToArray());
        Assert.Equal(new QueueStats(0, 0), await broker.QueueAsync(queue));
        Assert.Null(await broker.QueueAsync("no-such-queue"));
    }

    [ServersFact]
    public async Task TestBroker_CloseConnections_ClientIsToldAndMayComeBack()
    {
        await using var broker = await TestBroker.CreateAsync();
        var factory = new ConnectionFactory { Uri = broker.Url, AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync();
        var told = new TaskCompletionSource();
        connection.ConnectionShutdownAsync += (_, _) =>
        {
            told.TrySetResult();
            return Task.CompletedTask;
        };

        await broker.CloseConnectionsAsync();

        await told.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await using var again = await factory.CreateConnectionAsync();
        Assert.True(again.IsOpen);
    }

    [ServersFact]
    public async Task TestDatabase_TwoAtOnce_AreApart()
    {
        await using var one = await TestDatabase.CreateAsync();
        await using var other = await TestDatabase.CreateAsync();
        await one.ExecuteAsync("CREATE TABLE t (n int); INSERT INTO t VALUES (7)");

        Assert.Equal(7, await one.ScalarAsync<int>("SELECT n FROM t"));
        Assert.Equal(0, await other.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE tablename = 't'"));
    }

    [ServersFact]
    public async Task OwnRedis_StoppedAndStarted_AnswersAtTheSameAddressAndIsEmpty()
    {
        await using var redis = await OwnRedis.StartAsync();
        using (var connection = await ConnectionMultiplexer.ConnectAsync($"{redis.Url.Host}:{redis.Url.Port}"))
        {
            await connection.GetDatabase().StringSetAsync("k", "v");
        }

        await redis.StopAsync();
        await redis.StartAgainAsync();

        using var again = await ConnectionMultiplexer.ConnectAsync($"{redis.Url.Host}:{redis.Url.Port}");
        Assert.False(await again.GetDatabase().KeyExistsAsync("k"));
    }

    [Fact]
    public void ManualTime_Advanced_FiresTimersInOrderOfTheirDueTime()
    {
        var time = new ManualTime();
        var start = time.GetUtcNow();
        var fired = new List<(string Name, TimeSpan At)>();
        using var late = time.CreateTimer(_ => fired.Add(("late", time.GetUtcNow() - start)), null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        using var often = time.CreateTimer(_ => fired.Add(("often", time.GetUtcNow() - start)), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal([("often", TimeSpan.FromSeconds(2)), ("often", TimeSpan.FromSeconds(4)), ("late", TimeSpan.FromSeconds(5))], fired);
        Assert.Equal(start + TimeSpan.FromSeconds(5), time.GetUtcNow());
    }

    [Fact]
    public async Task ManualTime_TaskDelay_EndsWhenTheClockGetsThere()
    {
        var time = new ManualTime();
        var delay = Task.Delay(TimeSpan.FromMinutes(1), time);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await delay.WaitAsync(TimeSpan.FromSeconds(5));
    }
}
