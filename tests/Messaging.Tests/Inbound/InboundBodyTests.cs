using System.Text;
using Capns.Messaging.Inbound;
using Capns.Messaging.Topology;

namespace Capns.Messaging.Tests.Inbound;

public sealed class InboundBodyTests
{
    private const string Requested = EventNames.ExecutionRequested;
    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static readonly BusSettings Settings = new() { RabbitMqUrl = new Uri("amqp://h") };
    private static readonly InboundQueue Queue = QueueOf(Settings);

    public static TheoryData<string, string?, string?> Poison => new()
    {
        { "", null, "not-json" },
        { "{", null, "not-json" },
        { "{} {}", null, "not-json" },
        { "nul", null, "not-json" },
        { """{"a":"\ud800"}""", null, "not-json" },
        { """{"\udc00":1}""", null, "not-json" },
        { """{"a":1,}""", null, "not-json" },
        { "// x\n{}", null, "not-json" },
        { "[]", null, "not-an-object" },
        { "null", null, "not-an-object" },
        { "\"text\"", null, "not-an-object" },
        { "1", null, "not-an-object" },
        { """[{"specversion":"1.0"}]""", "application/cloudevents-batch+json", "not-an-object" },
        { """{"specversion":"1.0"}""", "application/cloudevents-batch+json; charset=utf-8", "not-an-object" },
        { """{"type":"tool.execution.requested","data":[1]}""", null, "not-an-object" },
        { """{"type":"tool.execution.requested","data":null}""", null, "not-an-object" },
        { """{"specversion":"1.0","type":"tool.execution.requested"}""", null, "not-an-object" },
        { """{"specversion":"1.0","type":"tool.execution.requested","data":"{}"}""", null, "not-an-object" },
        { """{"specversion":"1.0","type":"tool.execution.requested","data_base64":"%%%"}""", null, "not-json" },
        { """{"specversion":"1.0","type":"tool.execution.requested","data_base64":7}""", null, "not-json" },
        { """{"specversion":"1.0","type":"tool.execution.requested","data_base64":"W10="}""", null, "not-an-object" },
        { """{"messageType":["urn:message:tool.execution.requested"]}""", "application/vnd.masstransit+json", "not-an-object" },
        { """{"specversion":"0.3","type":"tool.execution.requested","data":{}}""", null, "unsupported-specversion" },
        { """{"specversion":"2.0","type":"tool.execution.requested","data":{}}""", null, "unsupported-specversion" },
        { """{"specversion":"10","type":"tool.execution.requested","data":{}}""", null, "unsupported-specversion" },
        { """{"type":"tool.execution.requested","data":{}}""", "application/cloudevents+json", "unsupported-specversion" },
        { """{"type":"tool.execution.nothing","data":{}}""", null, "unknown-type" },
        { """{"type":"tool.execute.request","data":{}}""", null, "unknown-type" },
        { """{"specversion":"1.0","data":{}}""", null, "unknown-type" },
        { """{"type":"tool.discovery.requested","data":{}}""", null, "wrong-queue" },
        { """{"type":"tool.execution.completed","data":{}}""", null, "wrong-queue" },
        { """{"messageType":["urn:message:tool.discovery.requested"],"message":{}}""", null, "wrong-queue" },
    };

    public static TheoryData<string, string?, BodyFormat, string> Readable => new()
    {
        { """{"specversion":"1.0","source":"s","type":"tool.execution.requested","data":{"n":1}}""", null, BodyFormat.CloudEventStructured, "s" },
        { """{"specversion":"1.0.2","source":"s","type":"tool.execution.requested","data":{"n":1}}""", "text/html", BodyFormat.CloudEventStructured, "s" },
        { """{"specversion":"1.0","source":"s","type":"tool.execution.requested","data_base64":"eyJuIjoxfQ=="}""", "application/cloudevents+json; charset=utf-8", BodyFormat.CloudEventStructured, "s" },
        { """{"id":"x","type":"tool.execution.requested","source":"s","data":{"n":1},"timestamp":"t","version":"1"}""", "application/json", BodyFormat.PlatformEnvelope, "s" },
        { """{"messageType":["urn:message:Other:Thing","urn:message:tool.execution.requested"],"message":{"n":1},"sourceAddress":"rabbitmq://h/v/host_s?durable=false"}""", null, BodyFormat.MassTransitEnvelope, "host_s" },
        { """{"MessageType":["urn:message:Capns.Contracts:ToolExecutionRequest"],"Message":{"n":1},"SourceAddress":"rabbitmq://h/s"}""", "application/vnd.masstransit+json", BodyFormat.MassTransitEnvelope, "s" },
        { """{"messageType":["urn:message:Capns.Contracts.Executions:ToolExecutionRequest"],"message":{"n":1},"sourceAddress":"queue:s"}""", null, BodyFormat.MassTransitEnvelope, "s" },
        { """{"messageType":["urn:message:Their:OwnName"],"message":{"n":1}}""", null, BodyFormat.MassTransitEnvelope, "anonymous" },
        { """{"messageType":["urn:message:tool.execution.requested",7],"message":{"n":1},"specversion":"1.0"}""", null, BodyFormat.MassTransitEnvelope, "anonymous" },
        { """{"n":1}""", null, BodyFormat.BareJson, "anonymous" },
        { """{"n":1,"type":"tool.execution.requested"}""", null, BodyFormat.BareJson, "anonymous" },
        { """{"n":1,"type":5,"data":{}}""", null, BodyFormat.BareJson, "anonymous" },
        { """{"n":1,"specversion":1}""", null, BodyFormat.BareJson, "anonymous" },
        { "\uFEFF{\"n\":1}", null, BodyFormat.BareJson, "anonymous" },
        { "  \n{\"n\":1}\n ", null, BodyFormat.BareJson, "anonymous" },
        { """{"n":1,"n2":"\ud83d\ude00"}""", null, BodyFormat.BareJson, "anonymous" },
    };

    [Theory]
    [MemberData(nameof(Poison))]
    public void Body_ThatCanNeverBeHandled_SaysWhy(string body, string? contentType, string? reason)
    {
        var reading = InboundBody.Read(Delivery(body) with { ContentType = contentType }, Queue);

        Assert.Null(reading.Event);
        Assert.Equal(reason, reading.Unreadable!.Word);
        Assert.NotEmpty(reading.Unreadable.Detail);
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public void Body_InAnyFormat_IsRead(string body, string? contentType, BodyFormat format, string source)
    {
        var inbound = Event(Delivery(body) with { ContentType = contentType });

        Assert.Equal(format, inbound.Format);
        Assert.Equal(Requested, inbound.EventName);
        Assert.Equal(1, inbound.Payload.GetProperty("n").GetInt32());
        Assert.Equal(source, inbound.Source);
    }

    [Fact]
    public void Source_ThatNoDatabaseKeyCouldHold_IsCut()
    {
        var body = $$"""{"type":"tool.execution.requested","source":"a\u0000{{new string('x', 253)}}\ud83d\ude00{{new string('y', 5000)}}","data":{} }""";

        Assert.Equal("a" + new string('x', 253), InboundBody.Read(Delivery(body), Queue).Event!.Source);
    }

    [Fact]
    public void Body_ThatIsNotUtf8_IsNotJson()
    {
        var reading = InboundBody.Read(Delivery("") with { Body = new byte[] { (byte)'"', 0xC3, (byte)'"' } }, Queue);

        Assert.Equal(UnreadableReason.NotJson, reading.Unreadable!.Reason);
    }

    [Fact]
    public void Body_NestedTooDeeply_IsNotJson()
    {
        var reading = InboundBody.Read(Delivery($$"""{"a":{{new string('[', 70)}}{{new string(']', 70)}} }"""), Queue);

        Assert.Equal(UnreadableReason.NotJson, reading.Unreadable!.Reason);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Body_OfOneMebibyte_IsTheLargest(int beyond, bool read)
    {
        const string Frame = """{"a":""}""";
        var reading = InboundBody.Read(Delivery($$"""{"a":"{{new string('x', InboundBody.MaxBytes - Frame.Length + beyond)}}"}"""), Queue);

        Assert.Equal(read, reading.Event is not null);
        Assert.Equal(read ? null : UnreadableReason.TooLarge, reading.Unreadable?.Reason);
    }

    [Theory]
    [InlineData("cloudEvents:")]
    [InlineData("cloudEvents_")]
    [InlineData("ce-")]
    public void CloudEvent_InHeaders_IsRead(string prefix)
    {
        var inbound = Event(Delivery("""{"n":1}""") with
        {
            Headers = new Dictionary<string, object?>
            {
                [prefix + "specversion"] = Encoding.UTF8.GetBytes("1.0"),
                [prefix + "type"] = Encoding.UTF8.GetBytes(Requested),
                [prefix + "source"] = "s",
                [prefix + "traceparent"] = Trace,
            },
        });

        Assert.Equal((BodyFormat.CloudEventBinary, "s", Trace), (inbound.Format, inbound.Source, inbound.TraceParent));
    }

    [Theory]
    [InlineData("tool.execution.requested", "x", true)]
    [InlineData(null, "tool.execution.requested", true)]
    [InlineData("x", "y", true)]
    [InlineData("tool.discovery.requested", "tool.execution.requested", false)]
    public void BareBody_IsNamedByTypeThenRoutingKeyThenTheQueuesOneEvent(string? type, string routingKey, bool read)
    {
        var reading = InboundBody.Read(Delivery("{}") with { Type = type, RoutingKey = routingKey }, Queue);

        Assert.Equal(read, reading.Event is not null);
    }

    [Fact]
    public void BareBody_OnAQueueOfSeveralInboundEvents_NeedsAName()
    {
        var queue = Queue with { Events = [Requested, EventNames.ExecutionCancelRequested] };

        Assert.Equal(UnreadableReason.UnknownType, InboundBody.Read(Delivery("{}"), queue).Unreadable!.Reason);
        Assert.Equal(EventNames.ExecutionCancelRequested, InboundBody.Read(Delivery("{}") with { RoutingKey = EventNames.ExecutionCancelRequested }, queue).Event!.EventName);
    }

    [Theory]
    [InlineData("u", "a", "u")]
    [InlineData(null, "a", "a")]
    [InlineData("", "", "anonymous")]
    public void Source_ThatIsMissing_IsTheLoginThenTheApplication(string? user, string? application, string expected)
    {
        var inbound = Event(Delivery("""{"type":"tool.execution.requested","data":{}}""") with { UserId = user, AppId = application });

        Assert.Equal(expected, inbound.Source);
    }

    [Theory]
    [InlineData(true, "theirs", "theirs", "theirs")]
    [InlineData(true, "", null, "anonymous")]
    [InlineData(false, "theirs", "other", "other")]
    public void User_OfAMessageThatIsReplayed_IsItsFirstPublisherIfThePlatformSaysSo(bool byThePlatform, string first, string? user, string source)
    {
        var inbound = Event(Delivery("""{"type":"tool.execution.requested","data":{}}""") with
        {
            UserId = byThePlatform ? Queue.Settings.User : "other",
            Headers = new Dictionary<string, object?> { [ReplayedMessage.Header] = first },
        });

        Assert.Equal((user, source), (inbound.AmqpUser, inbound.Source));
    }

    // Who published, for whom it is sent again, and whether the header counts.
    [Theory]
    [InlineData("capns", null, true)]
    [InlineData("other", null, false)]
    [InlineData(null, null, false)]
    [InlineData("capns", "other", false)]
    [InlineData("capns", "", false)]
    [InlineData("capns", "capns", true)]
    [InlineData("other", "capns", false)]
    public void ForwardedCaller_CountsInMessagesOfThePlatformOnly(string? user, string? replayedFor, bool counts)
    {
        const string Caller = """{"kind":"user","id":"olga","roles":["admin"]}""";
        var headers = new Dictionary<string, object?> { [ForwardedCaller.Header] = Encoding.UTF8.GetBytes(Caller) };
        if (replayedFor is not null)
        {
            headers[ReplayedMessage.Header] = replayedFor;
        }

        var settings = Queue.Settings with { PlatformUsers = ["capns", "capns-runner"] };
        var reading = InboundBody.Read(
            Delivery("""{"type":"tool.execution.requested","data":{}}""") with { UserId = user, Headers = headers }, Queue with { Settings = settings });

        Assert.Equal(counts ? Caller : null, reading.Event!.ForwardedCaller);
    }

    [Fact]
    public void InboundEvent_OfOurOwn_IsDropped()
    {
        Assert.True(InboundBody.Read(Delivery("""{"type":"tool.execution.requested","source":"capability-registry","data":{}}"""), Queue).IsOwn);
    }

    [Fact]
    public void OutboundEvent_OfOurOwn_IsReadWhereItIsServed()
    {
        var queue = Queue with { Events = [EventNames.ExecutionCompleted] };

        var reading = InboundBody.Read(Delivery("""{"type":"tool.execution.completed","source":"capability-registry","data":{}}"""), queue);

        Assert.Equal(EventNames.ExecutionCompleted, reading.Event!.EventName);
    }

    [Theory]
    [InlineData("p", "h", "b", "d", "r", "p")]
    [InlineData(null, "h", "b", "d", "r", "h")]
    [InlineData(null, null, "b", "d", "r", "b")]
    [InlineData(null, null, null, "d", "r", "d")]
    [InlineData(null, null, null, null, "r", "r")]
    [InlineData(null, null, null, null, null, null)]
    public void Correlation_IsTakenInItsOrder(string? property, string? header, string? body, string? data, string? request, string? expected)
    {
        static string Member(string name, string? value) => value is null ? "" : $",\"{name}\":\"{value}\"";
        var inbound = Event(Delivery($$"""{"type":"{{Requested}}"{{Member("correlationId", body)}},"data":{"n":1{{Member("correlationId", data)}}{{Member("requestId", request)}}} }""") with
        {
            CorrelationId = property,
            Headers = header is null ? new Dictionary<string, object?>() : new Dictionary<string, object?> { ["correlationId"] = Encoding.UTF8.GetBytes(header) },
        });

        Assert.Equal(expected, inbound.CorrelationId);
    }

    [Fact]
    public void Correlation_LongerThanAnyIdMayBe_IsPassedOver()
    {
        var inbound = Event(Delivery("""{"requestId":"r"}""") with { CorrelationId = new string('x', 129) });

        Assert.Equal("r", inbound.CorrelationId);
    }

    [Theory]
    [InlineData(Trace, null, Trace)]
    [InlineData("nonsense", null, null)]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01", null, null)]
    [InlineData(null, Trace, Trace)]
    public void Trace_IsTakenFromTheHeaderThenTheAttribute(string? header, string? attribute, string? expected)
    {
        var body = attribute is null ? "" : $",\"traceparent\":\"{attribute}\"";
        var inbound = Event(Delivery($$"""{"specversion":"1.0","type":"{{Requested}}"{{body}},"data":{} }""") with
        {
            Headers = new Dictionary<string, object?> { ["traceparent"] = header },
        });

        Assert.Equal(expected, inbound.TraceParent);
    }

    [Theory]
    [InlineData("Bearer abc", "abc")]
    [InlineData("bearer  abc ", "abc")]
    [InlineData("Basic abc", "Basic abc")]
    [InlineData("Bearer ", "")]
    public void Token_IsTheBearersOfTheHeader(string header, string? expected)
    {
        var inbound = Event(Delivery("{}") with { Headers = new Dictionary<string, object?> { ["Authorization"] = Encoding.UTF8.GetBytes(header) } });

        Assert.Equal(expected, inbound.BearerToken);
    }

    [Fact]
    public void Token_InTheHeadersOfAMassTransitEnvelope_IsFound()
    {
        var inbound = Event(Delivery("""{"messageType":[],"message":{},"headers":{"Authorization":"Bearer t"}}"""));

        Assert.Equal("t", inbound.BearerToken);
    }

    [Fact]
    public void MassTransitPayload_OfAnyCase_GetsTheNamesOfItsRecordAndKeepsTheCallersOwn()
    {
        var inbound = Event(Delivery("""
            {"messageType":["urn:message:tool.execution.requested"],"message":
              {"ToolId":"t","PARAMETERS":{"Keep":{"ThisToo":1}},"RetryPolicy":{"MaxAttempts":2,"RetryOn":["timeout"]},"Unheard":[{"Of":1}]} }
            """));

        Assert.Equal(
            """{"toolId":"t","parameters":{"Keep":{"ThisToo":1}},"retryPolicy":{"maxAttempts":2,"retryOn":["timeout"]},"Unheard":[{"Of":1}]}""",
            inbound.Payload.GetRawText());
    }

    [Fact]
    public void PlatformPayload_OfAnotherCase_IsNotGuessed()
    {
        var inbound = Event(Delivery("""{"type":"tool.execution.requested","data":{"ToolId":"t"}}"""));

        Assert.True(inbound.Payload.TryGetProperty("ToolId", out _));
    }

    [Theory]
    [InlineData(512, true)]
    [InlineData(513, false)]
    public void TraceState_IsCarriedUpToWhatTheStandardAsks(int length, bool carried)
    {
        var inbound = Event(Delivery("{}") with
        {
            Headers = new Dictionary<string, object?> { ["traceparent"] = Trace, ["tracestate"] = new string('x', length) },
        });

        Assert.Equal(carried, inbound.TraceState is not null);
    }

    [Fact]
    public void Fingerprint_OfTheSameMessage_IsTheSameAndOfAnyOtherIsNot()
    {
        var delivery = Delivery("""{"type":"tool.execution.requested","data":{}}""");
        var fingerprint = Event(delivery).Fingerprint;

        Assert.Matches("^[0-9a-f]{64}$", fingerprint);
        Assert.Equal(fingerprint, Event(delivery with { Redelivered = true, CorrelationId = "c", RoutingKey = "k" }).Fingerprint);
        Assert.NotEqual(fingerprint, Event(delivery with { MessageId = "m" }).Fingerprint);
        Assert.NotEqual(fingerprint, Event(Delivery("""{"type":"tool.execution.requested","data":{ }}""")).Fingerprint);
        Assert.NotEqual(fingerprint, Event(delivery with { Headers = new Dictionary<string, object?> { ["ce-id"] = "1" } }).Fingerprint);
    }

    [Theory]
    [InlineData("""{"n":1}""", false, null, false)]
    [InlineData("""{"n":1}""", true, null, true)]
    [InlineData("""{"n":1}""", false, "m", true)]
    [InlineData("""{"requestId":"r"}""", false, null, true)]
    [InlineData("""{"idempotencyKey":"k"}""", false, null, true)]
    [InlineData("""{"requestId":""}""", false, null, false)]
    public void Fingerprint_OfABareBodyWithoutAnyId_ExistsOnlyWhenRedelivered(string body, bool redelivered, string? messageId, bool exists)
    {
        var inbound = Event(Delivery(body) with { Redelivered = redelivered, MessageId = messageId });

        Assert.Equal(exists, inbound.Fingerprint is not null);
        Assert.Equal(redelivered, inbound.Redelivered);
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, Requested)]
    public void AlternativeName_CountsOnlyWhenSwitchedOn(bool on, string? expected)
    {
        var reading = InboundBody.Read(Delivery("""{"type":"tool.execute.request","data":{"requestId":"7"}}"""), QueueOf(Settings with { LegacyEventAliases = on }));

        Assert.Equal(expected, reading.Event?.EventName);
        Assert.Equal(on ? "tool.response.7" : null, reading.Event?.ReplyTo?.RoutingKey);
        Assert.Equal(on ? true : null, reading.Event?.ReplyTo?.Wrapped);
    }

    internal static InboundQueue QueueOf(BusSettings settings) =>
        new(QueueNames.ExecutionRequests, [Requested], new BusTopology(settings), settings);

    internal static InboundDelivery Delivery(string body) => new() { Body = Encoding.UTF8.GetBytes(body) };

    private static InboundEvent Event(InboundDelivery delivery)
    {
        var reading = InboundBody.Read(delivery, Queue);
        Assert.True(reading.Event is not null, reading.Unreadable?.Detail);
        return reading.Event;
    }
}
