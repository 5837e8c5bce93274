using Capns.Messaging.Topology;
using Capns.Testing;
using RabbitMQ.Client;

namespace Capns.Messaging.Tests.Topology;

public sealed class TopologyDeclarationTests(OwnBroker own) : IClassFixture<OwnBroker>
{
    [ServersFact]
    public async Task Declaration_Twice_ChangesNothing()
    {
        await DeclareAsync(own.Settings);
        await DeclareAsync(own.Settings);

        Assert.NotNull(await own.Broker.QueueAsync(QueueNames.ExecutionRequests));
        Assert.NotNull(await own.Broker.QueueAsync(QueueNames.Runner("isolated", Contracts.Priority.High)));
    }

    [ServersTheory]
    [InlineData("events", "tool.execution.requested", QueueNames.ExecutionRequests)]
    [InlineData("rpc", "tool.execution.requested", QueueNames.ExecutionRequests)]
    [InlineData("tool.execution.requested", "anything", QueueNames.ExecutionRequests)]
    [InlineData(QueueNames.ExecutionRequests, "", QueueNames.ExecutionRequests)]
    [InlineData("events", "tool.execution.cancel.requested", QueueNames.ExecutionCancellations)]
    [InlineData("rpc", "tool.discovery.requested", QueueNames.DiscoveryRequests)]
    [InlineData("tool.registered", "tool.registered", QueueNames.DiscoveryCatalogue)]
    [InlineData("tool.learning.recorded", "tool.learning.recorded", QueueNames.DiscoveryLearning)]
    [InlineData("events", "tool.learning.recorded", QueueNames.DiscoveryLearning)]
    [InlineData("tool.execution.completed", "tool.execution.completed", QueueNames.DiscoveryLearning)]
    [InlineData("tool.execution.failed", "tool.execution.failed", QueueNames.DiscoveryLearning)]
    [InlineData("", QueueNames.DiscoveryCommands, QueueNames.DiscoveryCommands)]
    [InlineData("", "capns.runner.default.normal", "capns.runner.default.normal")]
    [InlineData("events.dlx", "capns.registry.run-reports", QueueNames.DeadLetters)]
    public async Task Message_PublishedThere_ArrivesOnItsQueueAlone(string exchange, string routingKey, string queue)
    {
        await using var broker = await TestBroker.CreateAsync();
        await DeclareAsync(new BusSettings { RabbitMqUrl = broker.Url });
        await using var channel = await broker.OpenChannelAsync();

        await channel.BasicPublishAsync(exchange, routingKey, mandatory: true, new byte[] { 1 });

        await Eventually.TrueAsync(async () => (await broker.QueueAsync(queue))!.Messages == 1, $"a message in {queue}");
        foreach (var other in new BusTopology(own.Settings).Queues.Where(other => other.Name != queue))
        {
            Assert.Equal(0, (await broker.QueueAsync(other.Name))!.Messages);
        }
    }

    [ServersFact]
    public async Task OutboundEvent_PublishedToItsExchange_IsHeardOnEventsUnderItsName()
    {
        await DeclareAsync(own.Settings);
        var heard = await own.Broker.ListenAsync("events", "tool.execution.completed");
        await using var channel = await own.Broker.OpenChannelAsync();

        await channel.BasicPublishAsync("tool.execution.completed", "tool.execution.completed", mandatory: true, new byte[] { 2 });

        Assert.Equal(new byte[] { 2 }, (await own.Broker.TakeAsync(heard)).Body.ToArray());
    }

    [ServersFact]
    public async Task AlternativeName_WhenAccepted_LeadsToTheQueue()
    {
        await using var broker = await TestBroker.CreateAsync();
        await DeclareAsync(new BusSettings { RabbitMqUrl = broker.Url, LegacyEventAliases = true });
        await using var channel = await broker.OpenChannelAsync();

        await channel.BasicPublishAsync("events", "tool.execute.request", mandatory: true, new byte[] { 3 });

        Assert.Equal(new byte[] { 3 }, (await broker.TakeAsync(QueueNames.ExecutionRequests)).Body.ToArray());
    }

    [ServersFact]
    public async Task Declaration_OfAQueueThatExistsOtherwise_NamesIt()
    {
        await using var broker = await TestBroker.CreateAsync();
        await using var channel = await broker.OpenChannelAsync();
        await channel.QueueDeclareAsync(QueueNames.RunReports, durable: true, exclusive: false, autoDelete: false);

        var conflict = await Assert.ThrowsAsync<TopologyConflictException>(() => DeclareAsync(new BusSettings { RabbitMqUrl = broker.Url }));

        Assert.Equal("queue capns.registry.run-reports", conflict.Entity);
    }

    [ServersFact]
    public async Task Pool_NamedLater_GetsItsThreeQueues()
    {
        await using var connection = await new ConnectionFactory { Uri = own.Broker.Url }.CreateConnectionAsync();

        await TopologyDeclaration.DeclarePoolAsync(connection, new BusTopology(own.Settings), "gpu-2", CancellationToken.None);

        foreach (var priority in new[] { "high", "normal", "low" })
        {
            Assert.NotNull(await own.Broker.QueueAsync($"capns.runner.gpu-2.{priority}"));
        }
    }

    private static async Task DeclareAsync(BusSettings settings)
    {
        await using var connection = await new ConnectionFactory { Uri = settings.RabbitMqUrl }.CreateConnectionAsync();
        await TopologyDeclaration.DeclareAsync(connection, new BusTopology(settings), CancellationToken.None);
    }
}
