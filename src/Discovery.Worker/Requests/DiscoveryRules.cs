using System.Text.Json;
using Capns.Contracts.Discovery;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Discovery.Worker.Search.Capabilities;
using Capns.Messaging.Inbound;

namespace Capns.Discovery.Worker.Requests;

/// <summary>What makes a discovery request answerable (platform spec 3.12, 3.20). Pure.</summary>
internal static class DiscoveryRules
{
    /// <summary>Reads and checks a payload.</summary>
    /// <returns>The question, or why it is refused.</returns>
    public static (DiscoveryQuestion? Question, ErrorDetail? Refusal) Read(JsonElement payload)
    {
        if (!PayloadReader.TryRead<ToolDiscoveryRequest>(payload, out var request, out var errors))
        {
            return (null, Error(ErrorCodes.InvalidParameters, errors));
        }

        var context = DiscoveryContext.Read(request!.Context, out var wrong);
        IReadOnlyList<PayloadError> bounds = [.. DiscoveryBounds.Check(request), .. ModeErrors(request), .. wrong];
        if (bounds.Count > 0)
        {
            return (null, Error(ErrorCodes.InvalidParameters, bounds));
        }

        var capabilities = RequestedCapabilities.Read(request.Capabilities ?? [], out var caps);
        return capabilities is null ? (null, Error(ErrorCodes.InvalidCap, caps))
            : Missing(request) is { } missing ? (null, Error(ErrorCodes.InvalidRequest, missing))
            : (new DiscoveryQuestion(request, context, capabilities), null);
    }

    /// <summary>A refusal that says why.</summary>
    public static ErrorDetail Error(ErrorCode code, string message) => new()
    {
        Type = code.Type,
        Code = code.Code,
        Message = message,
        Recoverable = code.Recoverable,
    };

    private static ErrorDetail Error(ErrorCode code, IReadOnlyList<PayloadError> errors) =>
        Error(code, string.Join(' ', errors.Select(error => error.Message))) with
        {
            Details = JsonSerializer.SerializeToElement(
                new Dictionary<string, IReadOnlyList<PayloadError>> { ["errors"] = errors }, WireJson.Options),
        };

    private static IEnumerable<PayloadError> ModeErrors(ToolDiscoveryRequest request) =>
        request.Mode is null || DiscoveryMode.All.Contains(request.Mode, StringComparer.Ordinal)
            ? []
            : [new PayloadError("/mode", "enum", $"mode must be one of {string.Join(", ", DiscoveryMode.All)}, but is \"{Cut(request.Mode)}\".")];

    private static string? Missing(ToolDiscoveryRequest request)
    {
        if (Empty(request.AgentId) && Empty(request.UserId))
        {
            return "One of agentId and userId is required; none is given.";
        }

        if (DiscoveryMode.NeedsTool(request.Mode ?? DiscoveryMode.Recommend) && Empty(request.ToolId))
        {
            return $"toolId is required for mode {request.Mode}; it is not given.";
        }

        // agentId alone is enough too (platform spec 3.20); a user needs something to look for.
        var asks = !Empty(request.AgentId) || !Empty(request.Query) || !Empty(request.Intent) || !Empty(request.ToolId)
            || request.Context is { ValueKind: JsonValueKind.Object or JsonValueKind.String }
            || request.Capabilities is { Count: > 0 } || request.Categories is { Count: > 0 } || request.Tags is { Count: > 0 };
        return asks ? null : "At least one of query, context, capabilities, categories, tags, toolId and agentId is required; none is given.";
    }

    private static bool Empty(string? text) => string.IsNullOrWhiteSpace(text);

    private static string Cut(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
