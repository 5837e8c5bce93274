using System.Diagnostics.Metrics;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Projection;
using Capns.Discovery.Worker.Graph.Reading;
using Capns.Hosting.Configuration;
using Capns.Hosting.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using static Capns.Discovery.Worker.Tests.Graph.GraphExample;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>A reader and what it stands on.</summary>
internal sealed class GraphWorld : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public GraphWorld(TestGraph test, ICypherExecutor? server, NpgsqlDataSource? truth = null, RedisSettings? redis = null)
    {
        _services = new ServiceCollection().AddMetrics().AddSingleton(_ => test.Projector(server)).BuildServiceProvider();
        var settings = server is null ? new GraphSettings() : new GraphSettings { Falkor = test.FalkorAddress };
        Redis = new RedisConnection(redis ?? new RedisSettings(), NullLogger<RedisConnection>.Instance);
        Redis.Start();
        var meter = new GraphMeter(_services.GetRequiredService<IMeterFactory>(), Status, settings, TimeProvider.System);
        var database = truth ?? test.Catalogue.Source;
        Reader = new GraphReader(
            server is null ? null : new CypherToolGraph(server),
            new PostgresToolGraph(database),
            Status,
            new GraphCache(Redis, meter, NullLogger<GraphCache>.Instance),
            TimeProvider.System);
        Watch = new GraphWatch(
            new GraphTruth(database), new GraphStores(server), Status, settings, _services, TimeProvider.System, NullLogger<GraphWatch>.Instance);
    }

    public GraphStatus Status { get; } = new();

    public RedisConnection Redis { get; }

    public GraphReader Reader { get; }

    public GraphWatch Watch { get; }

    public async Task<(string? Store, bool Degraded)> StoreAsync()
    {
        var answer = await Reader.NeighboursAsync([Id(1)], default);
        return (answer.Store, answer.Degraded);
    }

    public async ValueTask DisposeAsync()
    {
        Watch.Dispose();
        await Redis.DisposeAsync();
        await _services.DisposeAsync();
    }
}
