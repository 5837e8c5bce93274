using System.Text;
using Capns.Contracts.Executions;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Inbound;
using Capns.Messaging.Topology;
using Capns.Testing;
using MassTransit;
using RabbitMQ.Client;

namespace Capns.Messaging.Tests.Endpoints;

public sealed class InboundFormatsTests(OwnBroker own) : IClassFixture<OwnBroker>
{
    private const string Payload = """{"toolId":"math-calculator","parameters":{"a":1},"requestId":"r-1","agentId":"agent-1"}""";

    public static TheoryData<string, string?, string, string?> Bodies => new()
    {
        { "CloudEventStructured", "application/cloudevents+json", $$"""{"specversion":"1.0","id":"1","source":"test","type":"tool.execution.requested","data":{{Payload}}}""", null },
        { "CloudEventBinary", "application/json", Payload, "cloudEvents:" },
        { "PlatformEnvelope", "text/plain", $$"""{"id":"1","type":"tool.execution.requested","source":"test","timestamp":"2026-03-02T09:15:00Z","version":"1.0.0","data":{{Payload}}}""", null },
        { "BareJson", null, Payload, null },
        { "BareJson", "no media type at all;;;", Payload, null },
        { "MassTransitEnvelope", "application/vnd.masstransit+json", $$"""{"messageId":"0195561f-3a80-7a51-8f1e-2c4b6d8e0f12","sourceAddress":"rabbitmq://localhost/test","messageType":["urn:message:tool.execution.requested"],"message":{{Payload}}}""", null },
    };

    [ServersTheory]
    [MemberData(nameof(Bodies))]
    public async Task Consumer_OfAnyFormat_GetsTheEvent(string format, string? contentType, string body, string? cloudEventPrefix)
    {
        var collector = new Collector<InboundEvent>();
        await using var host = await StartAsync(collector);
        await PublishAsync(body, contentType, cloudEventPrefix is null ? null : new()
        {
            [cloudEventPrefix + "specversion"] = "1.0",
            [cloudEventPrefix + "type"] = "tool.execution.requested",
            [cloudEventPrefix + "source"] = "test",
            [cloudEventPrefix + "id"] = "1",
        });

        var inbound = (await collector.NextAsync()).Message;

        Assert.Equal(Enum.Parse<BodyFormat>(format), inbound.Format);
        Assert.Equal("tool.execution.requested", inbound.EventName);
        Assert.Equal("math-calculator", inbound.Payload.GetProperty("toolId").GetString());
        Assert.Equal("r-1", inbound.CorrelationId);
        Assert.False(inbound.Redelivered);
    }

    [ServersFact]
    public async Task Consumer_OfAMassTransitPublisherWithDefaults_GetsTheEventAndCanReadIt()
    {
        var collector = new Collector<InboundEvent>();
        await using var host = await StartAsync(collector);
        var url = own.Broker.Url;
        var client = Bus.Factory.CreateUsingRabbitMq(configure => configure.Host(url.Host, (ushort)url.Port, own.Broker.VirtualHost, login =>
        {
            login.Username(own.Broker.VirtualHost);
            login.Password(own.Broker.VirtualHost);
        }));
        await client.StartAsync();
        await client.Publish(new ToolExecutionRequest
        {
            ToolId = "math-calculator",
            Parameters = System.Text.Json.JsonElement.Parse("""{"a":1}"""),
            Priority = Contracts.Priority.High,
            MaxCost = 0.5m,
            SecurityLevel = Contracts.SecurityLevel.Moderate,
            NotBefore = new DateTimeOffset(2026, 3, 2, 9, 15, 0, TimeSpan.Zero),
        });

        var inbound = (await collector.NextAsync()).Message;
        await client.StopAsync();

        Assert.Equal(BodyFormat.MassTransitEnvelope, inbound.Format);
        Assert.True(PayloadReader.TryRead<ToolExecutionRequest>(inbound.Payload, out var request, out var errors), string.Join(' ', errors));
        Assert.Equal(Contracts.Priority.High, request!.Priority);
        Assert.Equal(0.5m, request.MaxCost);
        Assert.Equal(Contracts.SecurityLevel.Moderate, request.SecurityLevel);
    }

    private Task<TestHost> StartAsync(IConsumer<InboundEvent> consumer) => TestHost.StartAsync(
        own.Settings,
        (services, bus) => bus.CapnsEndpoint(services, QueueNames.ExecutionRequests, endpoint => endpoint.Instance(consumer)));

    private async Task PublishAsync(string body, string? contentType, Dictionary<string, object?>? headers)
    {
        await using var channel = await own.Broker.OpenChannelAsync();
        await channel.BasicPublishAsync(
            "events", "tool.execution.requested", mandatory: true,
            new BasicProperties { ContentType = contentType, Headers = headers }, Encoding.UTF8.GetBytes(body));
    }
}
