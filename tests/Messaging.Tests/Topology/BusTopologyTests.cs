using Capns.Messaging.Topology;

namespace Capns.Messaging.Tests.Topology;

public sealed class BusTopologyTests
{
    private static readonly BusSettings Settings = new() { RabbitMqUrl = new Uri("amqp://localhost"), RunnerPools = ["gpu"] };
    private readonly BusTopology _topology = new(Settings);

    [Theory]
    [InlineData(QueueNames.ExecutionRequests, 64, 32)]
    [InlineData(QueueNames.ExecutionCancellations, 32, 16)]
    [InlineData(QueueNames.RunReports, 64, 32)]
    [InlineData(QueueNames.DeadLetters, 16, 1)]
    [InlineData(QueueNames.DiscoveryRequests, 32, 16)]
    [InlineData(QueueNames.DiscoveryLearning, 100, 1)]
    [InlineData(QueueNames.DiscoveryCatalogue, 50, 1)]
    [InlineData(QueueNames.DiscoveryCommands, 16, 1)]
    public void Queue_OfTheTable_HasItsNumbers(string name, int prefetch, int concurrency)
    {
        var queue = _topology.Queue(name);

        Assert.Equal((prefetch, concurrency), (queue.Prefetch, queue.Concurrency));
    }

    [Fact]
    public void Queue_ButTheOneOfDeadLetters_IsDeadLetteredAfterFiveReturnsUnderItsName()
    {
        foreach (var queue in _topology.Queues.Where(queue => queue.Name != QueueNames.DeadLetters))
        {
            Assert.Equal("quorum", queue.Arguments["x-queue-type"]);
            Assert.Equal(5, queue.Arguments["x-delivery-limit"]);
            Assert.Equal("events.dlx", queue.Arguments["x-dead-letter-exchange"]);
            Assert.Equal(queue.Name, queue.Arguments["x-dead-letter-routing-key"]);
        }

        Assert.DoesNotContain("x-dead-letter-exchange", _topology.Queue(QueueNames.DeadLetters).Arguments.Keys);
    }

    [Fact]
    public void ExecutionEvent_OfOurs_PilesUpInNoQueueButIsLearnedFrom()
    {
        var taken = _topology.Queues.SelectMany(queue => queue.Events.Select(name => (queue.Name, Event: name)))
            .Where(one => one.Event.StartsWith("tool.execution.", StringComparison.Ordinal) && EventNames.Outbound.Contains(one.Event));

        Assert.Equal(
            [(QueueNames.DiscoveryLearning, EventNames.ExecutionCompleted), (QueueNames.DiscoveryLearning, EventNames.ExecutionFailed)],
            taken);
    }

    [Theory]
    [InlineData(QueueNames.DiscoveryLearning, true)]
    [InlineData(QueueNames.DiscoveryCatalogue, true)]
    [InlineData(QueueNames.DiscoveryCommands, true)]
    [InlineData(QueueNames.DiscoveryRequests, false)]
    public void Queue_WhoseOrderMatters_HasASingleActiveConsumer(string name, bool one)
    {
        Assert.Equal(one, _topology.Queue(name).SingleActiveConsumer);
        Assert.Equal(one, _topology.Queue(name).Arguments.ContainsKey("x-single-active-consumer"));
    }

    [Theory]
    [InlineData("gpu", true)]
    [InlineData("default", true)]
    [InlineData("later", false)]
    public void RunnerQueue_OfAnyValidPool_IsKnown(string pool, bool declaredAtStart)
    {
        var name = QueueNames.Runner(pool, Contracts.Priority.Low);

        Assert.False(_topology.Queue(name).RetryInProcess);
        Assert.Equal(declaredAtStart, _topology.Queues.Any(queue => queue.Name == name));
    }

    [Theory]
    [InlineData("capns.runner.Bad.low")]
    [InlineData("capns.runner.a.urgent")]
    [InlineData("capns.runner..low")]
    [InlineData("capns.registry.other")]
    [InlineData("")]
    public void Queue_ThatIsNotThePlatforms_IsRefusedByName(string name)
    {
        Assert.Contains(name, Assert.Throws<ArgumentException>(() => _topology.Queue(name)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryEvent_IsEitherInboundOrOutbound()
    {
        Assert.Empty(EventNames.Inbound.Intersect(EventNames.Outbound));
        Assert.Equal(EventNames.Inbound.Count + EventNames.Outbound.Count, EventNames.All.Count);
    }

    [Fact]
    public void EveryBinding_JoinsThingsThatAreDeclared()
    {
        var exchanges = _topology.Exchanges.Select(exchange => exchange.Name).ToHashSet();
        var queues = _topology.Queues.Select(queue => queue.Name).ToHashSet();

        Assert.All(_topology.Bindings, binding =>
        {
            Assert.Contains(binding.Source, exchanges);
            Assert.Contains(binding.Destination, binding.ToQueue ? queues : exchanges);
        });
    }

    [Fact]
    public void EveryRecordWithAnExchange_HasOneOfTheEventNames()
    {
        var records = typeof(Contracts.Running.RunTool).Assembly.GetExportedTypes()
            .Where(type => type.IsDefined(typeof(MassTransit.EntityNameAttribute), false) && !type.IsDefined(typeof(MassTransit.ExcludeFromTopologyAttribute), false))
            .Select(Messaging.Outbound.OutboundDocuments.NameOf)
            .Where(name => name != EventNames.Control);

        Assert.Empty(records.Except(EventNames.All));
    }

    [Fact]
    public void SharedExchanges_TakeTheirNamesFromTheSettings()
    {
        var topology = new BusTopology(Settings with { EventsExchange = "e", RpcExchange = "r", DeadLetterExchange = "d" });

        Assert.Contains(new ExchangeDefinition("e", "topic"), topology.Exchanges);
        Assert.Contains(new ExchangeDefinition("r", "direct"), topology.Exchanges);
        Assert.Contains(new ExchangeDefinition("d", "topic"), topology.Exchanges);
        Assert.Contains(new BindingDefinition("e", "tool.execution.requested", "tool.execution.requested"), topology.Bindings);
        Assert.Contains(new BindingDefinition("r", "tool.execution.requested", "tool.execution.requested"), topology.Bindings);
        Assert.Contains(new BindingDefinition("tool.execution.failed", "e", ""), topology.Bindings);
        Assert.Equal("d", topology.Queue(QueueNames.RunReports).Arguments["x-dead-letter-exchange"]);
    }
}
