using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Tests.Tools;

namespace Capns.Registry.Worker.Tests.Admission;

/// <summary>Valid requests, to be changed in what a test is about.</summary>
internal static class Requests
{
    public static JsonObject Valid(string toolId = "adder") => new()
    {
        ["toolId"] = toolId,
        ["parameters"] = new JsonObject { ["a"] = 1 },
        ["agentId"] = "agent-001",
        ["requestId"] = "r-77",
    };

    public static InboundEvent Event(JsonNode payload) => Event(payload.Element());

    public static InboundEvent Event(JsonElement payload) => new()
    {
        EventName = "tool.execution.requested",
        Format = BodyFormat.PlatformEnvelope,
        Payload = payload,
        Source = "discussion-orchestration",
        CorrelationId = "corr-1",
    };
}
