using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Access.Messages;
using Capns.Messaging;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Discovery;
using Xunit;

namespace Capns.Registry.Worker.Tests.Discovery;

/// <summary>What the registry sends is read by discovery's own reader, under the service name that both have.</summary>
public sealed class DiscoveryMessagesTests
{
    private static readonly BusSettings Settings = new() { RabbitMqUrl = new Uri("amqp://capns@localhost") };
    private static readonly Caller Alice = new() { Kind = CallerKind.User, Id = "alice", Roles = ["user"] };
    private readonly DiscoveryMessages _messages = new(Settings, TimeProvider.System);

    [Fact]
    public void Question_IsAnEventOfSomebodyElseWithItsCallerAndReplyQueue()
    {
        var read = Read(_messages.Question(new JsonObject { ["query"] = "x" }, Alice, "c-1"), QueueNames.DiscoveryRequests, EventNames.DiscoveryRequested);

        Assert.Equal(("c-1", "replies.registry.1", "x"), (read.CorrelationId, read.ReplyTo!.RoutingKey, read.Payload.GetProperty("query").GetString()));
        Assert.Equal("alice", CallerHeader.Read(read.ForwardedCaller!)!.Id);
    }

    [Fact]
    public void Feedback_IsAnEventOfSomebodyElseWithItsCaller()
    {
        var read = Read(_messages.Feedback(JsonElement.Parse("""{"eventId":"e-1"}"""), Alice, "c-2"), QueueNames.DiscoveryLearning, EventNames.LearningRecorded);

        Assert.Equal("e-1", read.Payload.GetProperty("eventId").GetString());
        Assert.Equal("alice", CallerHeader.Read(read.ForwardedCaller!)!.Id);
    }

    private static InboundEvent Read(OutboundMessage message, string queue, string name)
    {
        var delivery = new InboundDelivery
        {
            Body = message.Body,
            ContentType = message.ContentType,
            MessageId = message.Id.ToString(),
            Type = message.Type,
            CorrelationId = message.CorrelationId,
            ReplyTo = "replies.registry.1",
            UserId = "capns",
            RoutingKey = message.RoutingKey,
            Headers = message.Headers.ToDictionary(header => header.Key, header => (object?)header.Value),
        };
        var reading = InboundBody.Read(delivery, new InboundQueue(queue, [name], new BusTopology(Settings), Settings));
        Assert.False(reading.IsOwn);
        return reading.Event!;
    }
}
