using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>Reads the payload of <c>tool.execution.requested</c>, field by field (platform spec 3.12, 3.14).</summary>
/// <remarks>Never throws. Unknown members are ignored; a known one with a wrong type, length or bound is an error that names it.</remarks>
internal static class RequestReader
{
    /// <summary>Longest id from outside, in characters.</summary>
    public const int MaxId = 128;

    /// <summary>Longest capability URN, in characters.</summary>
    public const int MaxCap = 4096;

    /// <summary>Largest <c>parameters</c>, in bytes of UTF-8.</summary>
    public const int MaxParameterBytes = 256 * 1024;

    /// <summary>Largest <c>context</c> and <c>reasoning</c>, in bytes of UTF-8 each.</summary>
    public const int MaxContextBytes = 32 * 1024;

    /// <summary>Longest routing key of AMQP, in bytes of UTF-8.</summary>
    public const int MaxRoutingKeyBytes = 255;

    /// <summary>Largest amount; the column holds 12 digits before the point.</summary>
    public const decimal MaxAmount = 999_999_999_999m;

    /// <summary>How far ahead a start may lie.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromDays(30);

    private const string ResponsePrefix = EventNames.ExecutionRequested + ".response.";

    /// <summary>Reads a request as far as it can be read.</summary>
    /// <param name="payload">What came.</param>
    /// <param name="now">For the bound of <c>notBefore</c>.</param>
    /// <param name="errors">All that was wrong with it.</param>
    public static ToolExecutionRequest Read(JsonElement payload, DateTimeOffset now, out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        errors = found;
        if (payload.ValueKind != JsonValueKind.Object)
        {
            found.Add(new FieldError("", "type", "A request must be a JSON object."));
            return new ToolExecutionRequest();
        }

        if (StorableJson.CheckReadable(payload) is { } unreadable)
        {
            found.Add(unreadable);
            return new ToolExecutionRequest();
        }

        var unstorable = StorableJson.CheckValues(payload);
        if (unstorable is not null)
        {
            found.Add(unstorable);
        }

        var fields = new JsonFields(payload, "", found);
        var request = WithRules(fields, WithIds(fields, ReadFields(fields)));
        CheckTimes(fields, request, now);

        // The ids are still echoed, so that the caller knows which request was refused.
        return unstorable is null ? request : request with { Parameters = null, Context = null, Reasoning = null };
    }

    private static ToolExecutionRequest ReadFields(JsonFields fields) => new()
    {
        ToolId = fields.Text("toolId", MaxId),
        Cap = fields.Text("cap", MaxCap),
        Parameters = fields.Object("parameters", MaxParameterBytes),
        ExecutionId = fields.Uuid("executionId"),
        Version = fields.Text("version", MaxId),
        Operation = fields.Text("operation", MaxId),
        Priority = fields.Enumeration<Priority>("priority", "low, normal, high"),
        Timeout = fields.Integer("timeout", 1, unit: "milliseconds"),
        RetryPolicy = RetryPolicyReader.Read(fields, "retryPolicy", strict: false),
        RetryOnFailure = fields.Flag("retryOnFailure"),
        MaxRetries = fields.Integer("maxRetries", 0, RetryPolicyReader.MaxAttempts - 1),
        MaxCost = fields.Number("maxCost", 0, MaxAmount),
        SecurityLevel = fields.Enumeration<SecurityLevel>("securityLevel", "safe, moderate, restricted, dangerous"),
        ShareResults = fields.Flag("shareResults"),
        Format = fields.Word("format", "text", "interactive", "attachment"),
        NotifyParticipants = fields.Flag("notifyParticipants"),
        DryRun = fields.Flag("dryRun"),
        Cache = fields.Word("cache", "use", "bypass", "refresh"),
        ReplyOn = fields.Word("replyOn", "finished", "accepted"),
        NotBefore = fields.Time("notBefore"),
        ExpiresAt = fields.Time("expiresAt"),
    };

    private static ToolExecutionRequest WithIds(JsonFields fields, ToolExecutionRequest request)
    {
        var context = fields.Fields("context", MaxContextBytes);
        var (contextAgent, contextDiscussion) = (context?.Text("agentId", MaxId), context?.Text("discussionId", MaxId));
        return request with
        {
            RequestId = fields.Text("requestId", MaxId),
            IdempotencyKey = fields.Text("idempotencyKey", MaxId),
            AgentId = fields.Text("agentId", MaxId) ?? contextAgent,
            UserId = fields.Text("userId", MaxId),
            RequestedBy = fields.Text("requestedBy", MaxId),
            DiscussionId = fields.Text("discussionId", MaxId) ?? contextDiscussion,
            ConversationId = fields.Text("conversationId", MaxId),
            OperationId = fields.Text("operationId", MaxId),
            SessionId = fields.Text("sessionId", MaxId),
            ProjectId = fields.Text("projectId", MaxId),
            WorkflowRunId = fields.Text("workflowRunId", MaxId),
            Context = context is null ? null : fields.Any("context"),
        };
    }

    private static ToolExecutionRequest WithRules(JsonFields fields, ToolExecutionRequest request)
    {
        if (fields.Any("auth") is { } auth && auth.ValueKind != JsonValueKind.Object)
        {
            // The value is not shown: it may be a token.
            fields.Note("auth", "type", "must be an object with member token");
        }

        fields.Require("parameters", "a JSON object, {} when the tool takes none");
        return request with { Reasoning = Reasoning(fields), ResponseEventType = ResponseEventType(fields) };
    }

    private static JsonElement? Reasoning(JsonFields parent)
    {
        if (parent.Fields("reasoning", MaxContextBytes) is not { } fields)
        {
            return null;
        }

        fields.Text("text", MaxContextBytes, 0);
        fields.Number("confidence", 0, 1);
        var alternatives = fields.Items("alternatives", 100) ?? [];
        for (var index = 0; index < alternatives.Count; index++)
        {
            if (alternatives[index].ValueKind != JsonValueKind.Object)
            {
                fields.Note($"alternatives/{index}", "type", $"must be an object {{toolId, reason}}; it is {Preview.Of(alternatives[index])}");
                continue;
            }

            var alternative = new JsonFields(alternatives[index], $"{fields.Path}/alternatives/{index}", fields.Errors);
            alternative.Text("toolId", MaxId);
            alternative.Text("reason", MaxContextBytes, 0);
        }

        return parent.Any("reasoning");
    }

    private static string? ResponseEventType(JsonFields fields)
    {
        const string Name = "responseEventType";
        if (fields.Text(Name, int.MaxValue) is not { } text)
        {
            return null;
        }

        if (!text.StartsWith(ResponsePrefix, StringComparison.Ordinal) || text.Length == ResponsePrefix.Length)
        {
            fields.Note(Name, "pattern", $"must have the form {ResponsePrefix}<text>; it is {Preview.Of(text)}");
            return null;
        }

        var bytes = System.Text.Encoding.UTF8.GetByteCount(text);
        if (bytes > MaxRoutingKeyBytes)
        {
            fields.Note(Name, "maxBytes", $"must have at most {MaxRoutingKeyBytes} bytes; it has {bytes}");
            return null;
        }

        return text;
    }

    private static void CheckTimes(JsonFields fields, ToolExecutionRequest request, DateTimeOffset now)
    {
        if (request.NotBefore > now + MaxDelay)
        {
            fields.Note("notBefore", "maximum", $"must be at most {MaxDelay.TotalDays} days ahead, that is before {now + MaxDelay:O}; it is {request.NotBefore:O}");
        }

        if (request.ExpiresAt <= request.NotBefore)
        {
            fields.Note("expiresAt", "minimum", $"must be after notBefore, {request.NotBefore:O}; it is {request.ExpiresAt:O}");
        }
    }
}
