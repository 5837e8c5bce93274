using Capns.Messaging.Inbound;
using Capns.Messaging.Replies;

namespace Capns.Messaging.Tests.Inbound;

public sealed class ReplyTargetTests
{
    private static readonly BusSettings Settings = new() { RabbitMqUrl = new Uri("amqp://h") };

    [Theory]
    [InlineData("rabbitmq://other-host/other-vhost/client-1?temporary=true", "client-1")]
    [InlineData("rabbitmq://h/client%2F1", "client/1")]
    [InlineData("exchange:client-1?durable=false", "client-1")]
    public void ResponseAddress_IsItsLastPartAsAnExchange(string address, string exchange)
    {
        var target = Read($$"""{"messageType":[],"message":{},"requestId":"q","responseAddress":"{{address}}"}""", replyTo: "ignored");

        Assert.Equal((exchange, "", BodyFormat.MassTransitEnvelope, "q"), (target!.Exchange, target.RoutingKey, target.Format, target.MassTransitRequestId));
    }

    [Theory]
    [InlineData("my.queue", "my.queue")]
    [InlineData("amq.rabbitmq.reply-to.g1h2AA5yZXBseUAy", "amq.rabbitmq.reply-to.g1h2AA5yZXBseUAy")]
    [InlineData("capns.registry.run-reports", null)]
    [InlineData("capns.anything", null)]
    [InlineData("tool.execution.completed", null)]
    [InlineData("events", null)]
    [InlineData("", null)]
    public void ReplyTo_IsAQueueUnlessItIsOurs(string replyTo, string? queue)
    {
        var target = Read("{}", replyTo);

        Assert.Equal(queue, target?.RoutingKey);
        Assert.Equal(queue is null ? null : "", target?.Exchange);
    }

    [Theory]
    [InlineData("capns.registry.run-reports")]
    [InlineData("tool.execution.requested")]
    [InlineData("events")]
    [InlineData("rpc")]
    [InlineData("events.dlx")]
    [InlineData("amq.fanout")]
    public void ResponseAddress_OfAnExchangeThatIsNotAClients_IsPassedOver(string exchange)
    {
        var target = Read($$"""{"messageType":[],"message":{},"responseAddress":"rabbitmq://h/{{exchange}}"}""", replyTo: "mine");

        Assert.Equal("mine", target!.RoutingKey);
    }

    [Fact]
    public void ReplyTo_LongerThanAQueueNameMayBe_IsPassedOver() => Assert.Null(Read("{}", new string('q', 256)));

    [Fact]
    public void Metadata_OfTheEnvelope_NamesAQueue()
    {
        Assert.Equal("q", Read("""{"type":"tool.execution.requested","data":{},"metadata":{"replyTo":"q"}}""", null)!.RoutingKey);
    }

    [Theory]
    [InlineData("tool.execution.requested.response.42", true)]
    [InlineData("tool.execution.requested.response.", false)]
    [InlineData("tool.execution.completed", false)]
    [InlineData("tool.discovery.requested.response.42", false)]
    public void ResponseEventType_MustBelongToTheRequest(string key, bool accepted)
    {
        var target = Read($$"""{"responseEventType":"{{key}}"}""", null);

        Assert.Equal(accepted ? "events" : null, target?.Exchange);
        Assert.Equal(accepted ? key : null, target?.RoutingKey);
    }

    [Fact]
    public void Target_KeepsTheCorrelation() => Assert.Equal("c", Read("{}", "q", correlationId: "c")!.CorrelationId);

    [Fact]
    public void Request_WithoutAnyTarget_HasNone() => Assert.Null(Read("""{"requestId":"r"}""", null));

    private static ReplyTarget? Read(string body, string? replyTo, string? correlationId = null)
    {
        var reading = InboundBody.Read(
            InboundBodyTests.Delivery(body) with { ReplyTo = replyTo, CorrelationId = correlationId }, InboundBodyTests.QueueOf(Settings));
        Assert.NotNull(reading.Event);
        return reading.Event.ReplyTo;
    }
}
