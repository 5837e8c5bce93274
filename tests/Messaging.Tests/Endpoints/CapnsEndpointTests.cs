using System.Diagnostics;
using System.Text;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Inbound;
using Capns.Messaging.Serialization;
using Capns.Messaging.Topology;
using Capns.Testing;
using MassTransit;
using RabbitMQ.Client;

namespace Capns.Messaging.Tests.Endpoints;

public sealed class CapnsEndpointTests
{
    private const string RunnerQueue = "capns.runner.default.normal";

    private static readonly RunLeaseRenewed Lease = new()
    {
        ExecutionId = Guid.Parse("0195561f-3a80-7a51-8f1e-2c4b6d8e0f12"),
        Attempt = 1,
        Dispatch = 2,
        RunnerId = "r",
        LastSequence = 3,
    };

    [ServersFact]
    public async Task InternalMessage_SentToItsQueue_ArrivesAsItsRecord()
    {
        await using var broker = await TestBroker.CreateAsync();
        var collector = new Collector<RunLeaseRenewed>();
        await using var host = await StartAsync(broker, QueueNames.RunReports, endpoint => endpoint.Instance(collector));
        var message = host.Documents.ToQueue(QueueNames.RunReports, Lease, new() { CorrelationId = "0195561f-3a80-7a51-8f1e-2c4b6d8e0f99" });

        await host.Publisher.PublishAsync(message);

        var context = await collector.NextAsync();
        Assert.Equal(Lease, context.Message);
        Assert.Equal(message.Id, context.MessageId);
        Assert.Equal(Guid.Parse("0195561f-3a80-7a51-8f1e-2c4b6d8e0f99"), context.CorrelationId);
        Assert.False(context.ReceiveContext.Redelivered);
    }

    [ServersTheory]
    [InlineData("{", "not-json")]
    [InlineData("[1]", "not-an-object")]
    [InlineData("""{"type":"tool.nothing","data":{}}""", "unknown-type")]
    [InlineData("""{"type":"tool.discovery.requested","data":{}}""", "wrong-queue")]
    [InlineData("""{"specversion":"2.0","type":"tool.execution.requested","data":{}}""", "unsupported-specversion")]
    public async Task PoisonMessage_IsDeadLetteredWithItsReasonAndAcknowledged(string body, string reason)
    {
        await using var broker = await TestBroker.CreateAsync();
        await using var host = await StartAsync(broker, QueueNames.ExecutionRequests, endpoint => endpoint.Instance(new Collector<InboundEvent>()));
        await PublishAsync(broker, QueueNames.ExecutionRequests, body, new BasicProperties
        {
            MessageId = "m-1",
            Headers = new Dictionary<string, object?> { ["own"] = "kept", ["count"] = 7 },
        });

        var dead = await broker.TakeAsync(QueueNames.DeadLetters);

        Assert.Equal(body, Encoding.UTF8.GetString(dead.Body.Span));
        Assert.Equal("m-1", dead.BasicProperties.MessageId);
        var headers = dead.BasicProperties.Headers!;
        Assert.Equal(reason, Text(headers["x-capns-reason"]));
        Assert.Equal(QueueNames.ExecutionRequests, Text(headers["x-capns-queue"]));
        Assert.NotEmpty(Text(headers["x-capns-detail"]));
        Assert.True(DateTimeOffset.TryParse(Text(headers["x-capns-failed-at"]), out _));
        Assert.Equal("kept", Text(headers["own"]));
        await Eventually.TrueAsync(async () => await ReadyAndUnackedAsync(broker, QueueNames.ExecutionRequests) == 0, "the queue to be empty");
    }

    [ServersTheory]
    [InlineData("""{"type":"capns.run.nothing","data":{}}""", "unknown-type")]
    [InlineData("""{"type":"capns.run.lease","data":{"attempt":"1"}}""", "handler-failed")]
    [InlineData("""{"type":"capns.run.lost","data":{"executionId":"0195561f-3a80-7a51-8f1e-2c4b6d8e0f12","attempt":1,"dispatch":1,"runnerId":"r","lastSequence":1,"reason":"x"}}""", "wrong-queue")]
    public async Task InternalMessage_ThatNobodyCanHandle_IsDeadLettered(string body, string reason)
    {
        await using var broker = await TestBroker.CreateAsync();
        await using var host = await StartAsync(broker, QueueNames.RunReports, endpoint => endpoint.Instance(new Collector<RunLeaseRenewed>()));

        await PublishAsync(broker, QueueNames.RunReports, body);

        Assert.Equal(reason, Text((await broker.TakeAsync(QueueNames.DeadLetters)).BasicProperties.Headers!["x-capns-reason"]));
    }

    [ServersFact]
    public async Task OwnEvent_IsDropped()
    {
        await using var broker = await TestBroker.CreateAsync();
        var collector = new Collector<InboundEvent>();
        await using var host = await StartAsync(broker, QueueNames.ExecutionRequests, endpoint => endpoint.Instance(collector));

        await PublishAsync(broker, QueueNames.ExecutionRequests, """{"type":"tool.execution.requested","source":"capability-registry","data":{"n":1}}""");
        await PublishAsync(broker, QueueNames.ExecutionRequests, """{"type":"tool.execution.requested","source":"other","data":{"n":2}}""");

        Assert.Equal(2, (await collector.NextAsync()).Message.Payload.GetProperty("n").GetInt32());
        Assert.False(collector.HasMore);
        Assert.Equal(0, (await broker.QueueAsync(QueueNames.DeadLetters))!.Messages);
    }

    [ServersFact]
    public async Task HandlerThatFailsOnce_IsRepeatedInTheSameDelivery()
    {
        await using var broker = await TestBroker.CreateAsync();
        var tries = 0;
        var collector = new Collector<RunLeaseRenewed> { Handle = _ => Interlocked.Increment(ref tries) == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask };
        await using var host = await StartAsync(broker, QueueNames.RunReports, endpoint => endpoint.Instance(collector));

        await host.Publisher.PublishAsync(host.Documents.ToQueue(QueueNames.RunReports, Lease));

        Assert.False((await collector.NextAsync()).ReceiveContext.Redelivered);
        Assert.False((await collector.NextAsync()).ReceiveContext.Redelivered);
        await Eventually.TrueAsync(async () => await ReadyAndUnackedAsync(broker, QueueNames.RunReports) == 0, "the message to be acknowledged");
    }

    [ServersFact]
    public async Task HandlerThatAlwaysFails_GetsTheMessageBackFiveTimesAndThenItIsADeadLetter()
    {
        await using var broker = await TestBroker.CreateAsync();
        var collector = new Collector<RunLeaseRenewed> { Handle = _ => throw new InvalidOperationException("always") };
        await using var host = await StartAsync(broker, RunnerQueue, endpoint => endpoint.Instance(collector));

        await host.Publisher.PublishAsync(host.Documents.ToQueue(RunnerQueue, Lease));

        for (var delivery = 0; delivery <= 5; delivery++)
        {
            Assert.Equal(delivery > 0, (await collector.NextAsync()).ReceiveContext.Redelivered);
        }

        var dead = await broker.TakeAsync(QueueNames.DeadLetters);
        Assert.Equal("capns.run.lease", dead.BasicProperties.Type);
        Assert.Equal(RunnerQueue, dead.RoutingKey);
        Assert.False(collector.HasMore);
    }

    [ServersFact]
    public async Task MessageThatWasReturnedTooOften_IsDeadLetteredHereWhereTheBrokerDoesNotCount()
    {
        await using var broker = await TestBroker.CreateAsync();
        var collector = new Collector<RunLeaseRenewed> { Handle = _ => throw new InvalidOperationException("always") };
        await using var host = await StartAsync(broker, RunnerQueue, endpoint => endpoint.Instance(collector));
        var body = host.Documents.ToQueue(RunnerQueue, Lease).Body;

        await PublishAsync(broker, RunnerQueue, Encoding.UTF8.GetString(body.Span), new BasicProperties
        {
            Headers = new Dictionary<string, object?> { ["x-acquired-count"] = 6L },
        });

        await collector.NextAsync();
        var headers = (await broker.TakeAsync(QueueNames.DeadLetters)).BasicProperties.Headers!;
        Assert.Equal("handler-failed", Text(headers["x-capns-reason"]));
        Assert.Contains("6 times", Text(headers["x-capns-detail"]), StringComparison.Ordinal);
        Assert.False(collector.HasMore);
    }

    [ServersFact]
    public async Task Outage_IsWaitedForAndNeverADeadLetter()
    {
        await using var broker = await TestBroker.CreateAsync();
        var tries = 0;
        var collector = new Collector<RunLeaseRenewed> { Handle = _ => Interlocked.Increment(ref tries) <= 1 ? throw new TimeoutException("store away") : Task.CompletedTask };
        await using var host = await StartAsync(
            broker, RunnerQueue, endpoint => endpoint.Instance(collector), isOutage: failure => failure is TimeoutException);

        await host.Publisher.PublishAsync(host.Documents.ToQueue(RunnerQueue, Lease));

        Assert.False((await collector.NextAsync()).ReceiveContext.Redelivered);
        Assert.False((await collector.NextAsync()).ReceiveContext.Redelivered);
        Assert.Equal(0, (await broker.QueueAsync(QueueNames.DeadLetters))!.Messages);
    }

    [ServersFact]
    public async Task Queue_NotAmongThoseToConsume_IsLeftAlone()
    {
        await using var broker = await TestBroker.CreateAsync();
        await using var host = await TestHost.StartAsync(
            new BusSettings { RabbitMqUrl = broker.Url, ConsumeQueues = ["capns.runner.*"] },
            (services, bus) =>
            {
                bus.CapnsEndpoint(services, QueueNames.RunReports, endpoint => endpoint.Instance(new Collector<RunLeaseRenewed>()));
                bus.CapnsEndpoint(services, RunnerQueue, endpoint => endpoint.Instance(new Collector<RunLeaseRenewed>()));
            });

        Assert.Equal(0, (await broker.QueueAsync(QueueNames.RunReports))!.Consumers);
        Assert.Equal(1, (await broker.QueueAsync(RunnerQueue))!.Consumers);
    }

    [ServersFact]
    public async Task ControlSignal_ReachesEveryInstance()
    {
        await using var broker = await TestBroker.CreateAsync();
        var first = new Collector<ControlSignal>();
        var second = new Collector<ControlSignal>();
        await using var one = await StartInstanceAsync(broker, "one", first);
        await using var two = await StartInstanceAsync(broker, "two", second);

        await one.Publisher.PublishAsync(one.Documents.Event(new ControlSignal { Kind = ControlKind.Cancel, ExecutionId = Lease.ExecutionId, Force = true }));

        Assert.Equal(Lease.ExecutionId, (await first.NextAsync()).Message.ExecutionId);
        Assert.True((await second.NextAsync()).Message.Force);
    }

    [ServersFact]
    public async Task Consumer_WhoseConnectionIsClosed_GoesOnConsuming()
    {
        await using var broker = await TestBroker.CreateAsync();
        var collector = new Collector<RunLeaseRenewed>();
        await using var host = await StartAsync(broker, QueueNames.RunReports, endpoint => endpoint.Instance(collector));
        await host.Publisher.PublishAsync(host.Documents.ToQueue(QueueNames.RunReports, Lease));
        await collector.NextAsync();

        await broker.CloseConnectionsAsync();
        await host.Publisher.PublishAsync(host.Documents.ToQueue(QueueNames.RunReports, Lease with { LastSequence = 4 }));

        Assert.Equal(4, (await collector.NextAsync()).Message.LastSequence);
    }

    [ServersFact]
    public async Task MessageBeingHandledWhenTheConnectionIsLost_ComesBackMarkedAsRedelivered()
    {
        await using var broker = await TestBroker.CreateAsync();
        var release = new TaskCompletionSource();
        var collector = new Collector<RunLeaseRenewed> { Handle = _ => release.Task };
        await using var host = await StartAsync(broker, RunnerQueue, endpoint => endpoint.Instance(collector));
        await host.Publisher.PublishAsync(host.Documents.ToQueue(RunnerQueue, Lease));
        Assert.False((await collector.NextAsync()).ReceiveContext.Redelivered);

        await broker.CloseConnectionsAsync();
        // Let go earlier, and the acknowledgement may still find the old connection.
        await Eventually.TrueAsync(
            async () => collector.HasMore || await broker.QueueAsync(RunnerQueue) is { Messages: 1 },
            "the message being back in its queue");
        release.SetResult();

        Assert.True((await collector.NextAsync()).ReceiveContext.Redelivered);
    }

    [ServersFact]
    public async Task BusConsumerOfAClient_WithOneCall_GetsOurEventsAsRecords()
    {
        await using var broker = await TestBroker.CreateAsync();
        await using var host = await TestHost.StartAsync(new BusSettings { RabbitMqUrl = broker.Url });
        var collector = new Collector<RunStarted>();
        var results = new Collector<ToolExecutionAccepted>();
        var client = Bus.Factory.CreateUsingRabbitMq(configure =>
        {
            configure.Host(broker.Url.Host, (ushort)broker.Url.Port, broker.VirtualHost, login =>
            {
                login.Username(broker.VirtualHost);
                login.Password(broker.VirtualHost);
            });
            configure.UseCapnsMessages();
            configure.ReceiveEndpoint("a-client", endpoint =>
            {
                endpoint.Instance(collector);
                endpoint.Instance(results);
            });
        });
        await client.StartAsync();

        await host.Publisher.PublishAsync(host.Documents.ToQueue("a-client", new RunStarted
        {
            ExecutionId = Lease.ExecutionId,
            Attempt = 1,
            Dispatch = 1,
            RunnerId = "r",
            Isolation = "native",
            StartedAt = new DateTimeOffset(2026, 3, 2, 9, 15, 0, TimeSpan.Zero),
        }));

        var context = await collector.NextAsync();
        await client.StopAsync();
        Assert.Equal("native", context.Message.Isolation);
        Assert.NotNull(context.SentTime);
        Assert.False(results.HasMore);
    }

    [ServersFact]
    public async Task Handler_RunsInASpanUnderTheSenders_AndWhatItSendsIsInTheSameTrace()
    {
        const string Parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Messaging.Tracing.TraceContext.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        await using var broker = await TestBroker.CreateAsync();
        Activity? seen = null;
        var collector = new Collector<InboundEvent>
        {
            Handle = _ =>
            {
                seen = Activity.Current;
                return Task.CompletedTask;
            },
        };
        await using var host = await StartAsync(broker, QueueNames.ExecutionRequests, endpoint => endpoint.Instance(collector));

        await PublishAsync(broker, QueueNames.ExecutionRequests, $$"""{"specversion":"1.0","type":"tool.execution.requested","traceparent":"{{Parent}}","data":{"n":1} }""");

        var inbound = (await collector.NextAsync()).Message;
        await Eventually.TrueAsync(() => seen is not null, "the handler");
        Assert.Equal(Parent, inbound.TraceParent);
        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", seen!.TraceId.ToString());
        Assert.Equal("00f067aa0ba902b7", seen.ParentSpanId.ToString());
    }

    private static Task<TestHost> StartAsync(
        TestBroker broker, string queue, Action<IReceiveEndpointConfigurator> configure, Func<Exception, bool>? isOutage = null) => TestHost.StartAsync(
        new BusSettings { RabbitMqUrl = broker.Url },
        (services, bus) => bus.CapnsEndpoint(services, queue, configure, isOutage: isOutage));

    private static Task<TestHost> StartInstanceAsync(TestBroker broker, string id, IConsumer<ControlSignal> consumer) => TestHost.StartAsync(
        new BusSettings { RabbitMqUrl = broker.Url },
        (services, bus) => bus.CapnsInstanceEndpoint(services, id, endpoint => endpoint.Instance(consumer)));

    private static async Task PublishAsync(TestBroker broker, string queue, string body, BasicProperties? properties = null)
    {
        await using var channel = await broker.OpenChannelAsync();
        await channel.BasicPublishAsync("", queue, mandatory: true, properties ?? new BasicProperties(), Encoding.UTF8.GetBytes(body));
    }

    // The passive declaration counts ready messages only; the last acknowledgement is seen when the queue can be drained by us.
    private static async Task<int> ReadyAndUnackedAsync(TestBroker broker, string queue) => (await broker.QueueAsync(queue))!.Messages;

    private static string Text(object? header) => Encoding.UTF8.GetString((byte[])header!);
}
