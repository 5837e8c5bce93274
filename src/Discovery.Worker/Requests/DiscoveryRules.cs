using System.Text.Json;
using Capns.Contracts.Discovery;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Messaging.Inbound;

namespace Capns.Discovery.Worker.Requests;

/// <summary>What makes a discovery request answerable (platform spec 3.12, 3.20). Pure.</summary>
internal static class DiscoveryRules
{
    /// <summary>Characters of <c>query</c> and <c>intent</c>.</summary>
    public const int LongestQuery = 500;

    /// <summary>Characters of an outside id.</summary>
    public const int LongestId = 128;

    /// <summary>UTF-8 bytes of <c>context</c> as it was sent.</summary>
    public const int LargestContext = 32 * 1024;

    /// <summary>Tools in one answer.</summary>
    public const int MostTools = 50;

    /// <summary>Tools in an answer when the request says nothing.</summary>
    public const int UsualTools = 5;

    /// <summary>Modes; the first is the default, the last three need <c>toolId</c>.</summary>
    public static readonly IReadOnlyList<string> Modes = ["recommend", "search", "similar", "related", "dependencies"];

    /// <summary>True for the modes that start from a tool and need the graph.</summary>
    public static bool NeedsGraph(string mode) => mode is "similar" or "related" or "dependencies";

    /// <summary>The mode asked for.</summary>
    public static string Mode(ToolDiscoveryRequest request) => request.Mode ?? Modes[0];

    /// <summary>Reads and checks a payload.</summary>
    /// <returns>The request, or why it is refused.</returns>
    public static (ToolDiscoveryRequest? Request, ErrorDetail? Refusal) Read(JsonElement payload)
    {
        if (!PayloadReader.TryRead<ToolDiscoveryRequest>(payload, out var request, out var errors))
        {
            return (null, Error(ErrorCodes.InvalidParameters, string.Join(' ', errors.Select(error => error.Message)), errors));
        }

        var bounds = Bounds(request!).ToList();
        if (bounds.Count > 0)
        {
            return (null, Error(ErrorCodes.InvalidParameters, string.Join(' ', bounds.Select(error => error.Message)), bounds));
        }

        return Missing(request!) is { } missing ? (null, Error(ErrorCodes.InvalidRequest, missing, [])) : (request, null);
    }

    private static IEnumerable<PayloadError> Bounds(ToolDiscoveryRequest request)
    {
        foreach (var (name, text, longest) in new[]
        {
            ("requestId", request.RequestId, LongestId),
            ("agentId", request.AgentId, LongestId),
            ("userId", request.UserId, LongestId),
            ("toolId", request.ToolId, LongestId),
            ("query", request.Query, LongestQuery),
            ("intent", request.Intent, LongestQuery),
        })
        {
            if (text?.Length > longest)
            {
                yield return new PayloadError($"/{name}", "maxLength", $"{name} may have at most {longest} characters, but has {text.Length}.");
            }

            // PostgreSQL takes no such text; looked for, the request would fail until it was dead-lettered.
            if (text?.Contains('\0', StringComparison.Ordinal) == true)
            {
                yield return new PayloadError($"/{name}", "pattern", $"{name} must not hold the character U+0000.");
            }
        }

        if (request.Limit is < 1 or > MostTools)
        {
            yield return new PayloadError("/limit", "range", $"limit must be a whole number from 1 to {MostTools}, but is {request.Limit}.");
        }

        if (request.Mode is not null && !Modes.Contains(request.Mode, StringComparer.Ordinal))
        {
            yield return new PayloadError("/mode", "enum", $"mode must be one of {string.Join(", ", Modes)}, but is \"{Cut(request.Mode)}\".");
        }

        if (request.MaxExecutionTime is < 1)
        {
            yield return new PayloadError("/maxExecutionTime", "range", $"maxExecutionTime must be at least 1 ms, but is {request.MaxExecutionTime}.");
        }

        if (request.CostLimit is < 0)
        {
            yield return new PayloadError("/costLimit", "range", FormattableString.Invariant($"costLimit must be at least 0, but is {request.CostLimit}."));
        }

        if (ContextError(request.Context) is { } context)
        {
            yield return context;
        }
    }

    private static PayloadError? ContextError(JsonElement? context)
    {
        if (context is not { } given || given.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return null;
        }

        if (given.ValueKind is not (JsonValueKind.Object or JsonValueKind.String))
        {
            return new PayloadError("/context", "type", "context must be a string or an object.");
        }

        var bytes = System.Text.Encoding.UTF8.GetByteCount(given.GetRawText());
        return bytes > LargestContext
            ? new PayloadError("/context", "maxLength", $"context may have at most {LargestContext} bytes, but has {bytes}.")
            : null;
    }

    private static string? Missing(ToolDiscoveryRequest request)
    {
        if (Empty(request.AgentId) && Empty(request.UserId))
        {
            return "One of agentId and userId is required; none is given.";
        }

        if (NeedsGraph(Mode(request)) && Empty(request.ToolId))
        {
            return $"toolId is required for mode {request.Mode}; it is not given.";
        }

        // agentId alone is enough too (platform spec 3.20); a user needs something to look for.
        var asks = !Empty(request.AgentId) || !Empty(request.Query) || !Empty(request.Intent) || !Empty(request.ToolId)
            || request.Context is { ValueKind: JsonValueKind.Object or JsonValueKind.String }
            || request.Capabilities is { Count: > 0 } || request.Categories is { Count: > 0 } || request.Tags is { Count: > 0 };
        return asks ? null : "At least one of query, context, capabilities, categories, tags, toolId and agentId is required; none is given.";
    }

    private static ErrorDetail Error(ErrorCode code, string message, IReadOnlyList<PayloadError> errors) => new()
    {
        Type = code.Type,
        Code = code.Code,
        Message = message,
        Recoverable = code.Recoverable,
        Details = errors.Count == 0
            ? null
            : JsonSerializer.SerializeToElement(new Dictionary<string, IReadOnlyList<PayloadError>> { ["errors"] = errors }, WireJson.Options),
    };

    private static bool Empty(string? text) => string.IsNullOrWhiteSpace(text);

    private static string Cut(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
