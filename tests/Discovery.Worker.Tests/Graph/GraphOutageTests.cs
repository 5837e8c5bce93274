using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Falkor;
using Capns.Discovery.Worker.Graph.Projection;
using Capns.Testing;
using StackExchange.Redis;
using Xunit;
using static Capns.Discovery.Worker.Tests.Graph.GraphExample;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>A FalkorDB that is really away, and comes back.</summary>
public sealed class GraphOutageTests
{
    [GraphFact]
    public async Task Server_StoppedUnderLoad_IsNotMissedAndCatchesUp()
    {
        await using var servers = await OwnServers.StartOnlyAsync("graph");
        await using var test = await TestGraph.CreateAsync("falkordb", new Uri(servers.Environment["FALKORDB_URL"]));
        await GraphRandom.ChangeAsync(test, new Random(1), changes: 50);
        await using var world = new GraphWorld(test, test.Executor);
        await world.Watch.StartAsync(default);
        await Eventually.TrueAsync(async () => await world.StoreAsync() == ("falkordb", false), "the graph server to answer");
        using var stop = new CancellationTokenSource();
        var load = LoadAsync(test, world, stop.Token);

        await servers.HaltAsync("graph");
        await Eventually.TrueAsync(async () => await world.StoreAsync() == ("postgresql", true), "PostgreSQL to answer");
        await GraphRandom.ChangeAsync(test, new Random(2), changes: 50);
        await servers.StartAsync("graph");
        await Eventually.TrueAsync(async () => await world.StoreAsync() == ("falkordb", false), "the graph server to answer again", TimeSpan.FromSeconds(30));
        await stop.CancelAsync();

        var (answers, changes) = await load;
        Assert.True(answers > 100 && changes > 5, $"There was hardly any load: {answers} answers, {changes} changes.");
        await test.UpdateAsync();
        await test.AssertSameAsync();
        await world.Watch.StopAsync(default);
    }

    [GraphFact]
    public async Task Server_WithAnotherPassword_IsAway()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await using var executor = new FalkorCypher(test.FalkorAddress with { Password = "wrong" });
        await Assert.ThrowsAsync<GraphAwayException>(() => GraphStores.CheckEchoAsync(executor, default));
    }

    [Fact]
    public async Task Server_WhereNobodyListens_IsAway()
    {
        await using var executor = new FalkorCypher(new FalkorAddress("127.0.0.1", 1, null, "x", Tls: false, TimeSpan.FromSeconds(1)));
        await Assert.ThrowsAsync<GraphAwayException>(() => GraphStores.CheckEchoAsync(executor, default));
        await Assert.ThrowsAsync<GraphAwayException>(() => executor.WriteAsync([new CypherStatement("CREATE (:X)", new GraphRow())], default));
    }

    [GraphFact]
    public async Task Query_ThatIsWrong_IsABugAndNoOutage()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await Assert.ThrowsAsync<RedisServerException>(() => test.Executor!.ReadAsync(new CypherStatement("RETURN nonsense", new GraphRow()), default));
    }

    [GraphFact]
    public async Task Echo_ThatDiffers_IsRefused()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await GraphStores.CheckEchoAsync(test.Executor!, default);
        await Assert.ThrowsAsync<GraphAwayException>(() => GraphStores.CheckEchoAsync(new ChangingExecutor(test.Executor!), default));
    }

    private static async Task<(int Answers, int Changes)> LoadAsync(TestGraph test, GraphWorld world, CancellationToken stop)
    {
        var (answers, changes) = (0, 0);
        var random = new Random(3);
        async Task AskAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                Assert.False((await world.Reader.NeighboursAsync([Id(random.Next(1, GraphRandom.Tools))], default)).IsAway);
                Assert.False((await world.Reader.DependenciesAsync(Id(1), false, default)).IsAway);
                answers += 2;
            }
        }

        async Task ChangeAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await test.Write().Relate(UsedWith(1, 2, ++changes, 0.5)).CommitAsync();
            }
        }

        await Task.WhenAll(AskAsync(), ChangeAsync());
        return (answers, changes);
    }

    /// <summary>Takes a backslash for the start of something.</summary>
    private sealed class ChangingExecutor(ICypherExecutor inner) : ICypherExecutor
    {
        public string Store => inner.Store;

        public Task<IReadOnlyList<IReadOnlyList<object?>>> ReadAsync(CypherStatement statement, CancellationToken cancellationToken) => inner.ReadAsync(
            statement with { Parameters = statement.Parameters.ToDictionary(pair => pair.Key, pair => (object?)((string)pair.Value!).Replace("\\", "", StringComparison.Ordinal)) },
            cancellationToken);

        public Task WriteAsync(IReadOnlyList<CypherStatement> statements, CancellationToken cancellationToken) => inner.WriteAsync(statements, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
