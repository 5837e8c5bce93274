using System.Reflection;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Bolt;
using Capns.Discovery.Worker.Graph.Falkor;
using Capns.Discovery.Worker.Graph.Projection;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Xunit;
using Xunit.Sdk;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>The truth in a database of the test's own, and a store that holds the same.</summary>
internal sealed class TestGraph : IAsyncDisposable
{
    private readonly string _name = $"capns_test_{Guid.CreateVersion7():N}";
    private readonly ICypherExecutor? _executor;

    private TestGraph(TestCatalogue catalogue, string store, Uri falkorDb)
    {
        FalkorAddress = new FalkorAddress(
            falkorDb.Host,
            falkorDb.Port,
            falkorDb.UserInfo.Split(':') is [_, var password] ? password : null,
            _name,
            Tls: false,
            TimeSpan.FromSeconds(5));
        Catalogue = catalogue;
        Truth = new PostgresToolGraph(catalogue.Source);
        _executor = store switch
        {
            "postgresql" => null,
            "falkordb" => new FalkorCypher(FalkorAddress),
            "neo4j" => Neo4j(),
            _ => throw new ArgumentOutOfRangeException(nameof(store), store, "There is no such store."),
        };
        Graph = _executor is null ? Truth : new CypherToolGraph(_executor);
    }

    public TestCatalogue Catalogue { get; }

    /// <summary>The store under test.</summary>
    public IToolGraph Graph { get; }

    public IToolGraph Truth { get; }

    /// <summary>Null: PostgreSQL itself.</summary>
    public ICypherExecutor? Executor => _executor;

    public GraphTruthWriter Write() => new(Catalogue.Source);

    /// <summary>Another projector of the same graph, as another instance has one.</summary>
    public GraphProjector Projector(ICypherExecutor? executor = null) => new(
        new GraphTruth(Catalogue.Source), Catalogue.Source, executor ?? _executor!, NullLogger<GraphProjector>.Instance);

    public FalkorAddress FalkorAddress { get; }

    /// <param name="store">As <see cref="IToolGraph.Store"/>.</param>
    /// <param name="falkorDb">Absent: the tests' shared one.</param>
    public static async Task<TestGraph> CreateAsync(string store, Uri? falkorDb = null)
    {
        var test = new TestGraph(await TestCatalogue.CreateAsync(), store, falkorDb ?? ServerUrls.FalkorDb);
        if (store == "neo4j")
        {
            // There is one graph for all tests; an earlier one has left its own.
            await new GraphTruth(test.Catalogue.Source).WishRebuildAsync(CancellationToken.None);
            await test.UpdateAsync();
        }

        return test;
    }

    /// <summary>Brings the store up to date.</summary>
    public async Task UpdateAsync()
    {
        if (_executor is not null)
        {
            await Projector().ProjectAsync(CancellationToken.None);
        }
    }

    /// <summary>The store holds what the truth says: neither less nor more.</summary>
    public async Task AssertSameAsync()
    {
        var difference = GraphCheck.Compare(await Truth.DumpAsync(CancellationToken.None), await Graph.DumpAsync(CancellationToken.None));
        Assert.Equal([], difference.Missing);
        Assert.Equal([], difference.Surplus);
    }

    /// <summary>Takes everything away, as a server that lost its data; FalkorDB only.</summary>
    public Task LoseAsync() => DropAsync();

    public async ValueTask DisposeAsync()
    {
        if (Graph.Store == "falkordb")
        {
            await DropAsync();
        }

        if (_executor is not null)
        {
            await _executor.DisposeAsync();
        }

        await Catalogue.DisposeAsync();
    }

    private static BoltCypher Neo4j()
    {
        Assert.True(BoltAddress.TryParse(ServerUrls.Neo4j!, out var address, out var error), error);
        return new BoltCypher(new BoltDriver(new BoltOptions { Address = address! }));
    }

    private async Task DropAsync()
    {
        var options = new ConfigurationOptions { Password = FalkorAddress.Password };
        options.EndPoints.Add(FalkorAddress.Host, FalkorAddress.Port);
        using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        await connection.GetDatabase().KeyDeleteAsync(_name);
    }
}

/// <summary>A theory's stores: PostgreSQL and FalkorDB always, Neo4j where one is named.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class StoresAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        ServerUrls.Neo4j is null ? [["postgresql"], ["falkordb"]] : [["postgresql"], ["falkordb"], ["neo4j"]];
}
