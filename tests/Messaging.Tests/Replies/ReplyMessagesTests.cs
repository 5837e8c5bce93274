using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using Capns.Testing;

namespace Capns.Messaging.Tests.Replies;

public sealed class ReplyMessagesTests
{
    private static readonly Guid ExecutionId = Guid.Parse("0195561f-3a80-7a51-8f1e-2c4b6d8e0f12");
    private static readonly BusSettings Settings = new() { RabbitMqUrl = new Uri("amqp://h") };

    private static readonly ToolExecutionAccepted Accepted = new() { ExecutionId = ExecutionId, State = ExecutionState.Queued };

    private static readonly ErrorDetail Error = new()
    {
        Type = ErrorType.Validation,
        Code = "EXECUTION_NOT_FOUND",
        Message = "There is none.",
        Recoverable = false,
        Details = JsonElement.Parse("""{"limit":3}"""),
    };

    private static readonly ToolRequestRefused Refused = new() { Request = "tool.execution.cancel.requested", Error = Error };

    private static readonly ReplyTarget Target = new()
    {
        Exchange = "",
        RoutingKey = "client",
        Format = BodyFormat.BareJson,
        CorrelationId = "c-1",
    };

    private readonly ReplyMessages _replies = new(new OutboundDocuments(Settings, new ManualTime()), Settings);

    [Fact]
    public void Success_IsTheOutboundDocumentToTheTarget()
    {
        var message = _replies.Success(Target, Accepted);
        var document = JsonElement.Parse(message.Body.Span);

        Assert.Equal(("", "client", "c-1", "application/cloudevents+json"), (message.Exchange, message.RoutingKey, message.CorrelationId, message.ContentType));
        Assert.Equal("tool.execution.accepted", document.GetProperty("type").GetString());
        Assert.Equal("queued", document.GetProperty("data").GetProperty("state").GetString());
    }

    [Fact]
    public void Refusal_IsThePlatformEnvelopeWithAnErrorInPlaceOfData()
    {
        var message = _replies.Refusal(Target, Refused, Error, ExecutionId, new OutboundContext { CorrelationId = "corr" });
        var document = JsonElement.Parse(message.Body.Span);

        Assert.Equal(("application/json", "tool.request.refused"), (message.ContentType, message.Type));
        Assert.Equal(["id", "type", "source", "timestamp", "version", "correlationId", "error"], document.EnumerateObject().Select(member => member.Name));
        Assert.Equal("""{"code":"EXECUTION_NOT_FOUND","message":"There is none.","details":{"limit":3,"executionId":"0195561f-3a80-7a51-8f1e-2c4b6d8e0f12"}}""", document.GetProperty("error").GetRawText());
    }

    [Theory]
    [InlineData(85, true)]
    [InlineData(86, false)]
    public void CorrelationId_LongerThanAnAmqpPropertyTakes_StaysInTheBody(int characters, bool fits)
    {
        // Three bytes each; 255 are what the property takes. Sent with more, the message would never leave the outbox.
        var correlation = new string('漢', characters);
        var target = Target with { CorrelationId = correlation };
        var expected = fits ? correlation : null;

        var refusal = _replies.Refusal(target, Refused, Error, ExecutionId);

        Assert.Equal(expected, refusal.CorrelationId);
        Assert.Equal(correlation, JsonElement.Parse(refusal.Body.Span).GetProperty("correlationId").GetString());
        Assert.Equal(expected, _replies.Success(target, Accepted).CorrelationId);
        Assert.Equal(expected, _replies.Success(target with { Format = BodyFormat.MassTransitEnvelope }, Accepted).CorrelationId);
    }

    [Fact]
    public void ReplyToMassTransit_IsItsEnvelopeWithTheRequestsId()
    {
        var target = Target with { Exchange = "client", RoutingKey = "", Format = BodyFormat.MassTransitEnvelope, MassTransitRequestId = "0195561f-3a80-7a51-8f1e-2c4b6d8e0f77" };

        var message = _replies.Refusal(target, Refused, Error, null);
        var envelope = JsonElement.Parse(message.Body.Span);

        Assert.Equal(("application/vnd.masstransit+json", "client"), (message.ContentType, message.Exchange));
        Assert.Equal("0195561f-3a80-7a51-8f1e-2c4b6d8e0f77", envelope.GetProperty("requestId").GetString());
        Assert.Equal("urn:message:tool.request.refused", envelope.GetProperty("messageType")[0].GetString());
        Assert.Equal("EXECUTION_NOT_FOUND", envelope.GetProperty("message").GetProperty("error").GetProperty("code").GetString());
        Assert.False(envelope.TryGetProperty("correlationId", out _));
    }

    [Fact]
    public void ReplyUnderAnAlternativeName_IsWrapped()
    {
        var target = Target with { Exchange = "events", RoutingKey = "tool.response.7", Wrapped = true };

        var good = JsonElement.Parse(_replies.Success(target, Accepted).Body.Span).GetProperty("data");
        var bad = JsonElement.Parse(_replies.Refusal(target, Refused, Error, null).Body.Span).GetProperty("data");

        Assert.True(good.GetProperty("success").GetBoolean());
        Assert.Equal("queued", good.GetProperty("data").GetProperty("state").GetString());
        Assert.False(bad.GetProperty("success").GetBoolean());
        Assert.Equal("EXECUTION_NOT_FOUND", bad.GetProperty("error").GetProperty("code").GetString());
    }
}
