using System.Diagnostics;
using System.Text.Json;
using Capns.Contracts.Discovery;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Testing;

namespace Capns.Messaging.Tests.Outbound;

public sealed class OutboundDocumentsTests
{
    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static readonly ToolExecutionAccepted Accepted = new()
    {
        ExecutionId = Guid.Parse("0195561f-3a80-7a51-8f1e-2c4b6d8e0f12"),
        State = ExecutionState.ApprovalRequired,
    };

    private readonly OutboundDocuments _documents = new(new BusSettings { RabbitMqUrl = new Uri("amqp://h"), ServiceName = "svc" }, new ManualTime());

    [Fact]
    public void Document_HasEveryMemberOfTheSpecificationInItsPlace()
    {
        var message = _documents.Event(Accepted, new OutboundContext { CorrelationId = "corr-77", TraceParent = Trace, TraceState = "a=b" });
        var document = JsonElement.Parse(message.Body.Span);

        Assert.Equal(
            ["specversion", "id", "source", "type", "time", "timestamp", "datacontenttype", "subject", "version", "correlationid", "traceparent", "tracestate", "data"],
            document.EnumerateObject().Select(member => member.Name));
        Assert.Equal("1.0", Text(document, "specversion"));
        Assert.Equal(message.Id.ToString(), Text(document, "id"));
        Assert.Equal(7, message.Id.Version);
        Assert.Equal("svc", Text(document, "source"));
        Assert.Equal("tool.execution.accepted", Text(document, "type"));
        Assert.Equal("2026-03-02T09:15:00.000Z", Text(document, "time"));
        Assert.Equal(Text(document, "time"), Text(document, "timestamp"));
        Assert.Equal("application/json", Text(document, "datacontenttype"));
        Assert.Equal("0195561f-3a80-7a51-8f1e-2c4b6d8e0f12", Text(document, "subject"));
        Assert.Equal("1.0.0", Text(document, "version"));
        Assert.Equal("corr-77", Text(document, "correlationid"));
        Assert.Equal(Trace, Text(document, "traceparent"));
        Assert.Equal("approval-required", document.GetProperty("data").GetProperty("state").GetString());
    }

    [Fact]
    public void Properties_RepeatTheDocument()
    {
        var message = _documents.Event(Accepted, new OutboundContext { CorrelationId = "corr-77", TraceParent = Trace });

        Assert.Equal(("tool.execution.accepted", "tool.execution.accepted", "tool.execution.accepted"), (message.Exchange, message.RoutingKey, message.Type));
        Assert.Equal("application/cloudevents+json", message.ContentType);
        Assert.Equal("corr-77", message.CorrelationId);
        Assert.Equal(
            new Dictionary<string, string> { ["source"] = "svc", ["version"] = "1.0.0", ["schemaVersion"] = "1.0", ["correlationId"] = "corr-77", ["traceparent"] = Trace },
            message.Headers.OrderBy(header => header.Key).ToDictionary());
    }

    [Fact]
    public void Members_ThatAreAbsent_AreLeftOut()
    {
        var document = JsonElement.Parse(_documents.Event(Accepted).Body.Span);

        Assert.False(document.TryGetProperty("correlationid", out _));
        Assert.False(document.TryGetProperty("traceparent", out _));
        Assert.False(document.GetProperty("data").TryGetProperty("approvalId", out _));
    }

    [Fact]
    public void CorrelationId_ThatDoesNotFitTheProperty_StaysInTheDocument()
    {
        var id = new string('é', 128);
        var message = _documents.Event(Accepted, new OutboundContext { CorrelationId = id });

        Assert.Null(message.CorrelationId);
        Assert.Equal(id, Text(JsonElement.Parse(message.Body.Span), "correlationid"));
    }

    [Fact]
    public void Subject_OfRecommendations_IsTheAgentElseTheUser()
    {
        var recommendation = new ToolRecommendationUpdated
        {
            UserId = "u",
            Trigger = "discovery",
            Mode = "recommend",
            GeneratedAt = DateTimeOffset.UnixEpoch,
            GraphEpoch = 1,
            Degraded = false,
            Recommendations = [],
        };

        Assert.Equal("u", Text(JsonElement.Parse(_documents.Event(recommendation).Body.Span), "subject"));
        Assert.Equal("a", Text(JsonElement.Parse(_documents.Event(recommendation with { AgentId = "a" }).Body.Span), "subject"));
    }

    [Fact]
    public void CurrentActivity_OfTheSameTrace_IsTheCloserParent()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).SetParentId(Trace).Start();

        Assert.Equal(activity.Id, _documents.Event(Accepted, new OutboundContext { TraceParent = Trace }).Headers["traceparent"]);
        Assert.Equal(activity.Id, _documents.Event(Accepted).Headers["traceparent"]);
    }

    [Fact]
    public void CurrentActivity_OfAnotherTrace_DoesNotReplaceTheRequests()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(Trace, _documents.Event(Accepted, new OutboundContext { TraceParent = Trace }).Headers["traceparent"]);
    }

    [Fact]
    public void Parameters_AsDeepAsAPublicBodyMayBe_ReachTheRunner()
    {
        var arrays = InboundBody.MaxDepth - 1;
        var parameters = Example.Json($$"""{"a":{{new string('[', arrays)}}{{new string(']', arrays)}} }""");

        var body = _documents.ToQueue("q", Example.RunTool with { Parameters = parameters }).Body;

        var data = InboundBody.ParseObject(body, maxDepth: WireJson.MaxDepth).GetProperty("data");
        Assert.Equal(parameters.GetRawText().Replace(" ", "", StringComparison.Ordinal), data.Deserialize<RunTool>(WireJson.Options)!.Parameters.GetRawText());
    }

    [Fact]
    public void EveryDocument_HasAnIdOfItsOwn() => Assert.NotEqual(_documents.Event(Accepted).Id, _documents.Event(Accepted).Id);

    private static string? Text(JsonElement document, string member) => document.GetProperty(member).GetString();
}
