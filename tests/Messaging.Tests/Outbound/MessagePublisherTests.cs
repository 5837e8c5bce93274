using System.Diagnostics.Metrics;
using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Running;
using Capns.Messaging.Topology;
using Capns.Testing;
using RabbitMQ.Client;

namespace Capns.Messaging.Tests.Outbound;

public sealed class MessagePublisherTests(OwnBroker own) : IClassFixture<OwnBroker>
{
    private static readonly RunLeaseRenewed Lease = new()
    {
        ExecutionId = Guid.Parse("0195561f-3a80-7a51-8f1e-2c4b6d8e0f12"),
        Attempt = 1,
        Dispatch = 1,
        RunnerId = "r",
        LastSequence = 3,
    };

    [ServersFact]
    public async Task Message_Published_HasTheDocumentAndItsProperties()
    {
        await using var host = await TestHost.StartAsync(own.Settings);
        var queue = await own.Broker.ListenAsync("capns.registry.run-reports");
        var message = host.Documents.Create("capns.run.lease", Lease, QueueNames.RunReports, "", new() { CorrelationId = "corr" });

        await host.Publisher.PublishAsync(message);

        var taken = await own.Broker.TakeAsync(queue);
        var properties = taken.BasicProperties;
        Assert.Equal(message.Body.ToArray(), taken.Body.ToArray());
        Assert.Equal(message.Id.ToString(), properties.MessageId);
        Assert.Equal("capns.run.lease", properties.Type);
        Assert.Equal("application/cloudevents+json", properties.ContentType);
        Assert.Equal(DeliveryModes.Persistent, properties.DeliveryMode);
        Assert.Equal(message.Timestamp.ToUnixTimeSeconds(), properties.Timestamp.UnixTime);
        Assert.Equal("capability-registry", properties.AppId);
        Assert.Equal(own.Settings.User, properties.UserId);
        Assert.Equal("corr", properties.CorrelationId);
        Assert.Equal(["correlationId", "schemaVersion", "source", "version"], properties.Headers!.Keys.Order());
    }

    [ServersFact]
    public async Task Message_ThatNoQueueTakes_IsCountedAndNoError()
    {
        await using var host = await TestHost.StartAsync(own.Settings);
        using var counter = new Count("capability_registry_unroutable_total", "event", "capns.run.lease");

        await host.Publisher.PublishAsync(host.Documents.ToQueue("nobody.listens", Lease));

        Assert.Equal(1, counter.Value);
    }

    [ServersFact]
    public async Task Command_ForAPoolThatNoSettingNames_FindsItsQueue()
    {
        await using var host = await TestHost.StartAsync(own.Settings);
        var queue = QueueNames.Runner("named-by-a-tool", Priority.Normal);

        await host.Publisher.PublishAsync(host.Documents.ToQueue(queue, Lease));

        Assert.Equal("capns.run.lease", (await own.Broker.TakeAsync(queue)).BasicProperties.Type);
    }

    [ServersFact]
    public async Task Reply_ToAnExchangeThatIsGone_IsDroppedAndHarmsNoOtherMessage()
    {
        await using var host = await TestHost.StartAsync(own.Settings);
        using var counter = new Count("capability_registry_replies_dropped_total");
        var queue = await own.Broker.ListenAsync("tool.execution.progress");
        var gone = host.Documents.Create("tool.execution.completed", Lease, "a-client-that-left", "");
        var fine = Enumerable.Range(0, 20).Select(_ => host.Documents.Create("tool.execution.progress", Lease, "tool.execution.progress", "")).ToList();

        var report = await host.Publisher.PublishAsync([gone, .. fine]);

        Assert.Equal(21, report.Confirmed.Count);
        Assert.Equal(1, counter.Value);
        Assert.Equal(20, (await own.Broker.QueueAsync(queue))!.Messages);
    }

    [ServersFact]
    public async Task Batch_OfManyMessages_ArrivesCompleteAndInItsOrder()
    {
        await using var host = await TestHost.StartAsync(own.Settings);
        var queue = await own.Broker.ListenAsync("tool.execution.started");
        var batch = Enumerable.Range(0, 1000)
            .Select(number => host.Documents.Create("tool.execution.started", Lease with { LastSequence = number }, "tool.execution.started", ""))
            .ToList();

        var report = await host.Publisher.PublishAsync(batch);

        Assert.Null(report.Failure);
        Assert.Equal(batch.Select(message => message.Id), report.Confirmed);
        await using var channel = await own.Broker.OpenChannelAsync();
        for (var expected = 0; expected < batch.Count; expected++)
        {
            var taken = await channel.BasicGetAsync(queue, autoAck: true);
            Assert.Equal(expected, JsonElement.Parse(taken!.Body.Span).GetProperty("data").GetProperty("lastSequence").GetInt32());
        }
    }

    [ServersFact]
    public async Task Publisher_WhoseConnectionIsClosed_LosesNothing()
    {
        await using var broker = await TestBroker.CreateAsync();
        await using var host = await TestHost.StartAsync(new BusSettings { RabbitMqUrl = broker.Url });
        var queue = await broker.ListenAsync("tool.execution.failed");
        var messages = Enumerable.Range(0, 3000).Select(_ => host.Documents.Create("tool.execution.failed", Lease, "tool.execution.failed", "")).ToList();
        await host.Publisher.PublishAsync(messages[0]);

        var sending = host.Publisher.PublishAsync(messages);
        await Eventually.TrueAsync(async () =>
        {
            await broker.CloseConnectionsAsync();
            return true;
        }, "the broker to close the connections");
        var report = await sending;

        Assert.Null(report.Failure);
        Assert.Equal(3000, report.Confirmed.Count);
        var seen = new HashSet<string?>();
        await using var channel = await broker.OpenChannelAsync();
        while (await channel.BasicGetAsync(queue, autoAck: true) is { } taken)
        {
            seen.Add(taken.BasicProperties.MessageId);
        }

        Assert.Empty(messages.Select(message => message.Id.ToString()).Except(seen));
    }

    private sealed class Count : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _value;

        public Count(string instrument, string? tag = null, string? expected = null)
        {
            _listener.InstrumentPublished = (published, listener) =>
            {
                if (published.Meter.Name == "Capns" && published.Name == instrument)
                {
                    listener.EnableMeasurementEvents(published);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                foreach (var (name, text) in tags)
                {
                    if (name == tag && !Equals(text, expected))
                    {
                        return;
                    }
                }

                Interlocked.Add(ref _value, value);
            });
            _listener.Start();
        }

        public long Value => Interlocked.Read(ref _value);

        public void Dispose() => _listener.Dispose();
    }
}
