using Capns.Contracts.Running;
using Capns.Messaging.Broker;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Topology;
using Capns.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace Capns.Messaging.Tests.Broker;

public sealed class BrokerConnectionTests
{
    [ServersFact]
    public async Task Process_StartedBeforeTheBroker_ConsumesAndPublishesWhenItIsThere()
    {
        await using var broker = await TestBroker.CreateAsync();
        using var door = new TcpDoor(broker.Url.Host, broker.Url.Port);
        var url = new UriBuilder(broker.Url) { Host = "127.0.0.1", Port = door.Port }.Uri;
        var collector = new Collector<RunLeaseRenewed>();

        await using var host = await TestHost.StartAsync(
            new BusSettings { RabbitMqUrl = url },
            (services, bus) => bus.CapnsEndpoint(services, QueueNames.RunReports, endpoint => endpoint.Instance(collector)),
            waitUntilStarted: false);
        Assert.False(host.Services.GetRequiredService<IBrokerHealth>().IsOpen);
        var publishing = host.Publisher.PublishAsync(host.Documents.ToQueue(QueueNames.RunReports, Example.RunLeaseRenewed));
        Assert.Null(await broker.QueueAsync(QueueNames.RunReports));

        door.Open();
        await publishing;

        Assert.Equal(Example.RunLeaseRenewed, (await collector.NextAsync()).Message);
        Assert.True(host.Services.GetRequiredService<IBrokerHealth>().IsOpen);
    }

    [ServersFact]
    public async Task Process_ToldToStopWhileTheBrokerIsAway_DoesNotWaitForIt()
    {
        await using var broker = await TestBroker.CreateAsync();
        using var door = new TcpDoor(broker.Url.Host, broker.Url.Port);
        var host = await TestHost.StartAsync(
            new BusSettings { RabbitMqUrl = new UriBuilder(broker.Url) { Host = "127.0.0.1", Port = door.Port }.Uri },
            (services, bus) => bus.CapnsEndpoint(services, QueueNames.RunReports, _ => { }),
            waitUntilStarted: false);

        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(15));
    }

    [ServersFact]
    public async Task Conflict_WithWhatTheBrokerHolds_StopsTheHostAndNamesTheEntity()
    {
        await using var broker = await TestBroker.CreateAsync();
        await using var channel = await broker.OpenChannelAsync();
        await channel.ExchangeDeclareAsync("tool.execution.completed", ExchangeType.Direct, durable: true);
        var settings = new BusSettings { RabbitMqUrl = broker.Url };
        var exitCodes = new List<int>();
        await using var connection = new BrokerConnection(
            settings, new BusTopology(settings), new FatalStop(exitCodes.Add), TimeProvider.System, NullLogger<BrokerConnection>.Instance);

        var conflict = await Assert.ThrowsAsync<TopologyConflictException>(() => connection.EnsureAsync(CancellationToken.None));

        Assert.Equal("exchange tool.execution.completed", conflict.Entity);
        Assert.Equal([FatalStop.Configuration], exitCodes);
        Assert.False(connection.IsOpen);
    }
}
