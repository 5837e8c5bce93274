using Capns.Contracts.Executions;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;
using Capns.Testing;
using MassTransit;

namespace Capns.Messaging.Tests.Replies;

public sealed class MassTransitRequestTests
{
    [ServersFact]
    public async Task RequestClient_WithMassTransitsDefaults_GetsOurReply()
    {
        await using var broker = await TestBroker.CreateAsync();
        TestHost? host = null;
        var accepted = new ToolExecutionAccepted { ExecutionId = Guid.CreateVersion7(), State = ExecutionState.Queued, EstimatedDuration = 7 };
        var collector = new Collector<InboundEvent>
        {
            Handle = context => host!.Publisher.PublishAsync(host.Replies.Success(context.Message.ReplyTo!, accepted, OutboundContext.None)),
        };
        await using var started = host = await TestHost.StartAsync(
            new BusSettings { RabbitMqUrl = broker.Url },
            (services, bus) => bus.CapnsEndpoint(services, QueueNames.ExecutionRequests, endpoint => endpoint.Instance(collector)));
        var client = Bus.Factory.CreateUsingRabbitMq(configure => configure.Host(broker.Url.Host, (ushort)broker.Url.Port, broker.VirtualHost, login =>
        {
            login.Username(broker.VirtualHost);
            login.Password(broker.VirtualHost);
        }));
        await client.StartAsync();

        var response = await client.CreateRequestClient<ToolExecutionRequest>(TimeSpan.FromSeconds(20)).GetResponse<ToolExecutionAccepted>(
            new ToolExecutionRequest { ToolId = "t", Parameters = System.Text.Json.JsonElement.Parse("{}") });
        await client.StopAsync();

        Assert.Equal(accepted, response.Message);
    }
}
