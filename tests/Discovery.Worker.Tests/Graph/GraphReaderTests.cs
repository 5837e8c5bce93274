using System.Net;
using System.Net.Sockets;
using Capns.Hosting.Configuration;
using Capns.Testing;
using Npgsql;
using Xunit;
using static Capns.Discovery.Worker.Tests.Graph.GraphExample;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>Answers go on whatever is away, and say what they are worth.</summary>
public sealed class GraphReaderTests
{
    [GraphFact]
    public async Task Read_WithoutAGraphServer_IsPostgreSqlsAndNotDegraded()
    {
        await using var test = await TestGraph.CreateAsync("postgresql");
        await test.Write().Relate(Requires(1, 2)).CommitAsync();
        await using var world = new GraphWorld(test, null);

        var answer = await world.Reader.NeighboursAsync([Id(1)], default);

        Assert.Equal(("postgresql", false, false), (answer.Store, answer.Degraded, answer.IsAway));
        Assert.Single(answer.Value!);
    }

    [GraphFact]
    public async Task Read_OnceTheWatchHasBroughtTheGraphUpToDate_IsTheServers()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await test.Write().Relate(Requires(1, 2)).CommitAsync();
        await using var world = new GraphWorld(test, test.Executor);

        // Before the watch has looked nothing is known of the server.
        Assert.Equal(("postgresql", true), await world.StoreAsync());
        await world.Watch.StartAsync(default);
        await Eventually.TrueAsync(async () => await world.StoreAsync() == ("falkordb", false), "the graph server to answer");
        await test.Write().Relate(Requires(1, 3)).CommitAsync();
        await Eventually.TrueAsync(async () => (await world.Reader.NeighboursAsync([Id(1)], default)).Value!.Count == 2, "the change to be in the graph");
        await Eventually.TrueAsync(() => world.Reader.Epoch == 3, "the watch to have seen it");
        await world.Watch.StopAsync(default);
    }

    [GraphFact]
    public async Task Read_WhileTheServerIsAwayAndBack_GoesOnAndConverges()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await test.Write().Relate(Requires(1, 2)).CommitAsync();
        var server = new SwitchedExecutor(test.Executor!);
        await using var world = new GraphWorld(test, server);
        await world.Watch.StartAsync(default);
        await Eventually.TrueAsync(async () => await world.StoreAsync() == ("falkordb", false), "the graph server to answer");

        server.IsAway = true;
        Assert.Equal(("postgresql", true), await world.StoreAsync());
        await test.Write().Relate(Requires(1, 3)).CommitAsync();
        Assert.Equal(2, (await world.Reader.NeighboursAsync([Id(1)], default)).Value!.Count);
        // It comes back without what it held.
        await test.LoseAsync();
        server.IsAway = false;

        await Eventually.TrueAsync(async () => await world.StoreAsync() == ("falkordb", false), "the graph server to answer again");
        Assert.Equal(2, (await world.Reader.NeighboursAsync([Id(1)], default)).Value!.Count);
        await test.AssertSameAsync();
        await world.Watch.StopAsync(default);
    }

    [GraphFact]
    public async Task Read_AServerThatHangs_IsAskedOnceOnly()
    {
        await using var test = await TestGraph.CreateAsync("postgresql");
        var server = new HangingExecutor();
        await using var world = new GraphWorld(test, server);
        world.Status.Answered(ready: true, epoch: 1);

        Assert.Equal(("postgresql", true), await world.StoreAsync());
        Assert.Equal(("postgresql", true), await world.StoreAsync());

        Assert.Equal(1, server.Asked);
    }

    [GraphFact]
    public async Task Read_APostgreSqlThatHangs_IsAskedOnceUntilItHasAnsweredTheWatch()
    {
        await using var test = await TestGraph.CreateAsync("postgresql");
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        await using var hanging = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Username=x;Password=x;Database=x");
        await using var world = new GraphWorld(test, null, hanging);

        Assert.True((await world.Reader.UsesAsync("a", default)).IsAway);
        using var asked = await silent.AcceptTcpClientAsync();
        Assert.True((await world.Reader.UsesAsync("a", default)).IsAway);
        Assert.True((await world.Reader.DependenciesAsync(Id(1), false, default)).IsAway);
        Assert.False(silent.Pending());

        world.Status.Truth(1, 1, 0);
        Assert.True((await world.Reader.DependenciesAsync(Id(1), false, default)).IsAway);
        Assert.True(silent.Pending());
    }

    [GraphFact]
    public async Task Read_WithNobodyThere_SaysSo()
    {
        await using var test = await TestGraph.CreateAsync("postgresql");
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Password=x;Database=x;Timeout=1");
        await using var world = new GraphWorld(test, new HangingExecutor(), nowhere);

        var uses = await world.Reader.UsesAsync("a", default);
        Assert.Equal((true, true, null), (uses.IsAway, uses.Degraded, uses.Store));
        Assert.True((await world.Reader.DependenciesAsync(Id(1), false, default)).IsAway);
        Assert.True((await world.Reader.SuggestionsAsync(["p"], [], default)).IsAway);
    }

    [GraphFact]
    public async Task Read_AgainAtTheSameEpoch_IsTheKeptAnswer()
    {
        await using var test = await TestGraph.CreateAsync("postgresql");
        await test.Write().Relate(Requires(1, 2) with { Reason = "because" }).Use("a", Use(1, 3, 0.5)).CommitAsync();
        await using var world = new GraphWorld(test, null, redis: RedisSettings.Read(new EnvironmentReader(name => name == "REDIS_URL" ? TestRedis.Url.ToString() : null)));
        await Eventually.TrueAsync(() => world.Redis.IsAvailable, "Redis to be connected");
        // Other tests' graphs have epochs and questions of their own.
        var epoch = BitConverter.ToInt64(Guid.NewGuid().ToByteArray()) & long.MaxValue;
        world.Status.Truth(epoch, epoch, 0);

        var first = await world.Reader.NeighboursAsync([Id(1)], default);
        await test.Catalogue.Database.ExecuteAsync("DELETE FROM discovery.graph_relations");
        var kept = await world.Reader.NeighboursAsync([Id(1)], default);
        Assert.Equal(first.Value, kept.Value);
        Assert.Equal("postgresql", kept.Store);
        Assert.Equivalent(await world.Reader.UsesAsync("a", default), await world.Reader.UsesAsync("a", default), strict: true);

        world.Status.Truth(epoch + 1, epoch + 1, 0);
        Assert.Empty((await world.Reader.NeighboursAsync([Id(1)], default)).Value!);
    }
}
