using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Executions;
using Capns.Core.Json;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Executions.Commands;

/// <summary>Makes the request of a retry from the execution that has ended (platform spec 4.3). Pure.</summary>
internal static class RetryRequest
{
    private static readonly ExecutionState[] Retryable = [ExecutionState.Failed, ExecutionState.Rejected, ExecutionState.Expired, ExecutionState.Cancelled];

    /// <summary>The payload of a new request, or why there is none.</summary>
    /// <param name="first">The execution.</param>
    /// <param name="body"><c>{parameters?}</c>.</param>
    /// <param name="refusal">NOT_RETRYABLE, INVALID_PARAMETERS.</param>
    public static JsonObject? Make(Execution first, JsonElement body, out ProblemResult? refusal)
    {
        refusal = null;
        if (!Retryable.Contains(first.State()))
        {
            refusal = new ProblemResult(ErrorCodes.NotRetryable, $"Execution {first.CorrelationId} is {Word(first.State())}; only failed, rejected, expired and cancelled ones are tried again.");
            return null;
        }

        if (Parameters(first, body, out refusal) is not { } parameters)
        {
            return null;
        }

        // The provider that was chosen for a capability is asked again for what it did; its version stays the one that was chosen.
        var request = new JsonObject { ["parameters"] = parameters };
        Add(request, "toolId", first.Cap is null ? first.ToolId?.ToString() ?? first.ToolRef : null);
        Add(request, "cap", first.Cap);
        Add(request, "version", first.Cap is null ? first.ToolVersion : null);
        Add(request, "operation", first.Operation);
        Add(request, "priority", first.Priority);
        Add(request, "agentId", first.AgentId);
        Add(request, "userId", first.UserId);
        Add(request, "requestedBy", first.RequestedBy);
        Add(request, "discussionId", first.DiscussionId);
        Add(request, "conversationId", first.ConversationId);
        Add(request, "operationId", first.OperationId);
        Add(request, "sessionId", first.SessionId);
        Add(request, "projectId", first.ProjectId);
        Add(request, "format", first.Format);
        request["shareResults"] = first.ShareResults;
        if (first.Context is { } context)
        {
            request["context"] = JsonNode.Parse(context);
        }

        return request;
    }

    private static JsonNode? Parameters(Execution first, JsonElement body, out ProblemResult? refusal)
    {
        refusal = null;
        if (body.ValueKind != JsonValueKind.Object)
        {
            refusal = new ProblemResult(ErrorCodes.InvalidRequest, $"The body must be an object; it is {Preview.Of(body)}.");
            return null;
        }

        if (StorableJson.CheckReadable(body) is { } unreadable)
        {
            refusal = new ProblemResult(ErrorCodes.InvalidRequest, unreadable.Message, [unreadable]);
            return null;
        }

        if (body.TryGetProperty("parameters", out var given) && given.ValueKind != JsonValueKind.Null)
        {
            return JsonNode.Parse(given.GetRawText());
        }

        // What was stored is what was asked only when nothing of it was redacted.
        if (first is { Parameters: { } stored, PlanJson: not null } && first.Plan.SecretPaths.Count == 0
            && JsonEquality.Instance.Equals(JsonElement.Parse(stored), first.Plan.Parameters))
        {
            return JsonNode.Parse(stored);
        }

        const string Message = "parameters is required: those of the first execution are not kept, because they held secrets or could not be read.";
        refusal = new ProblemResult(ErrorCodes.InvalidParameters, Message, [new FieldError("/parameters", "required", Message)]);
        return null;
    }

    private static void Add(JsonObject request, string name, string? value)
    {
        if (value is not null)
        {
            request[name] = value;
        }
    }

    private static string Word(ExecutionState state) => JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString());
}
