using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Executions;
using Capns.Core.Json;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Discovery.Asking;

/// <summary>A body of platform spec 3.20: what the registry itself needs of it is read here, everything else is discovery's to check.</summary>
internal sealed class QuestionBody
{
    /// <summary>Longest body, in bytes: with its envelope it has to fit into a message of 1 MiB.</summary>
    public const int MaxBytes = 1000 * 1024;

    /// <summary>Deepest nesting: messages may have 64 levels, envelope included.</summary>
    public const int MaxDepth = 32;

    private const int LongestId = 128;

    /// <summary>Say how a requester on the bus is answered and who it is; over HTTP the connection does.</summary>
    private static readonly string[] NotForwarded = ["auth", "responseEventType"];

    private readonly JsonElement _body;
    private readonly string _requestId;

    private QuestionBody(JsonElement body, string requestId) => (_body, _requestId) = (body, requestId);

    public string? AgentId { get; private init; }

    public string? UserId { get; private init; }

    public string? ToolId { get; private init; }

    /// <summary>Reads a body.</summary>
    /// <param name="body">As it came.</param>
    /// <param name="requestId">Echoed where the body has no <c>requestId</c>.</param>
    /// <param name="problem">400, 413 or 422.</param>
    public static QuestionBody? Read(JsonElement body, string requestId, out ProblemResult? problem)
    {
        problem = body.ValueKind != JsonValueKind.Object ? new ProblemResult(ErrorCodes.InvalidRequest, $"The body must be an object; it is {Preview.Of(body)}.")
            : JsonTextGuard.FindProblem(body, MaxDepth) is { } wrong ? new ProblemResult(ErrorCodes.InvalidRequest, $"The body {wrong}.")
            : JsonMarshal.GetRawUtf8Value(body).Length is var bytes && bytes > MaxBytes
                ? new ProblemResult(ErrorCodes.PayloadTooLarge, $"The body may have at most {MaxBytes} bytes; it has {bytes}.")
            : null;
        if (problem is not null)
        {
            return null;
        }

        var errors = new List<FieldError>();
        var fields = new JsonFields(body, "", errors);
        var question = new QuestionBody(body, requestId)
        {
            AgentId = fields.Text("agentId", LongestId),
            UserId = fields.Text("userId", LongestId),
            ToolId = fields.Text("toolId", LongestId)?.Trim(),
        };
        problem = errors.Count == 0 ? null : new ProblemResult(ErrorCodes.InvalidParameters, errors[0].Message, errors);
        return problem is null ? question : null;
    }

    /// <summary>The payload as it is sent.</summary>
    public JsonObject For(DiscoveryCaller asker)
    {
        var payload = new JsonObject();
        foreach (var member in _body.EnumerateObject().Where(member => !NotForwarded.Contains(member.Name, StringComparer.Ordinal)))
        {
            payload[member.Name] = JsonNode.Parse(JsonMarshal.GetRawUtf8Value(member.Value));
        }

        payload["requestId"] ??= _requestId;
        Set(payload, "agentId", asker.AgentId);
        Set(payload, "userId", asker.UserId);
        return payload;
    }

    private static void Set(JsonObject payload, string name, string? value)
    {
        payload.Remove(name);
        if (value is not null)
        {
            payload[name] = value;
        }
    }
}
