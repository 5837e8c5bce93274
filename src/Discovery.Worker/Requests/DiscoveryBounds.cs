using System.Globalization;
using Capns.Contracts.Discovery;
using Capns.Discovery.Worker.Graph;
using Capns.Messaging.Inbound;

namespace Capns.Discovery.Worker.Requests;

/// <summary>Lengths and ranges of a discovery request's fields (platform spec 3.12, 3.20, 10.5). Pure.</summary>
internal static class DiscoveryBounds
{
    /// <summary>Characters of <c>query</c> and <c>intent</c>.</summary>
    public const int LongestQuery = 500;

    /// <summary>Characters of an outside id, a category or a tag.</summary>
    public const int LongestId = 128;

    /// <summary>Characters of a capability.</summary>
    public const int LongestCapability = 1000;

    /// <summary>Entries of a list.</summary>
    public const int LongestList = 200;

    /// <summary>Tools in one answer.</summary>
    public const int MostTools = 50;

    /// <summary>What is out of bounds, in the order of the fields.</summary>
    public static IEnumerable<PayloadError> Check(ToolDiscoveryRequest request) =>
    [
        .. Texts(request).Select(text => TextError(text.Path, text.Value, text.Longest)).OfType<PayloadError>(),
        .. Lists(request).SelectMany(list => ListErrors(list.Path, list.Values, list.Longest)),
        .. Numbers(request).OfType<PayloadError>(),
    ];

    private static IEnumerable<(string Path, string? Value, int Longest)> Texts(ToolDiscoveryRequest request) =>
    [
        ("requestId", request.RequestId, LongestId),
        ("agentId", request.AgentId, LongestId),
        ("userId", request.UserId, LongestId),
        ("toolId", request.ToolId, LongestId),
        ("query", request.Query, LongestQuery),
        ("intent", request.Intent, LongestQuery),
    ];

    private static IEnumerable<(string Path, IReadOnlyList<string>? Values, int Longest)> Lists(ToolDiscoveryRequest request) =>
    [
        ("capabilities", request.Capabilities, LongestCapability),
        ("categories", request.Categories, LongestId),
        ("tags", request.Tags, LongestId),
        ("preferredCategories", request.PreferredCategories, LongestId),
        ("currentToolIds", request.CurrentToolIds, LongestId),
        ("excludeToolIds", request.ExcludeToolIds, LongestId),
    ];

    private static IEnumerable<PayloadError?> Numbers(ToolDiscoveryRequest request)
    {
        yield return request.Limit is < 1 or > MostTools
            ? new PayloadError("/limit", "range", $"limit must be a whole number from 1 to {MostTools}, but is {request.Limit}.")
            : null;
        yield return request.MaxExecutionTime is < 1
            ? new PayloadError("/maxExecutionTime", "range", $"maxExecutionTime must be at least 1 ms, but is {request.MaxExecutionTime}.")
            : null;
        yield return request.CostLimit is < 0
            ? new PayloadError("/costLimit", "range", string.Create(CultureInfo.InvariantCulture, $"costLimit must be at least 0, but is {request.CostLimit}."))
            : null;
        yield return request.MinStrength is < 0 or > 1 or double.NaN
            ? new PayloadError("/minStrength", "range", string.Create(CultureInfo.InvariantCulture, $"minStrength must be from 0 to 1, but is {request.MinStrength}."))
            : null;
        foreach (var (at, word) in (request.RelationTypes ?? []).Index())
        {
            yield return RelationTypes.TryParse(word, out _)
                ? null
                : new PayloadError(
                    $"/relationTypes/{at}", "enum",
                    $"relationTypes/{at} must be one of {string.Join(", ", RelationTypes.All.Select(type => type.Word()))}, but is \"{(word.Length <= 60 ? word : word[..60])}\".");
        }
    }

    private static IEnumerable<PayloadError> ListErrors(string path, IReadOnlyList<string>? values, int longest)
    {
        if (values is null)
        {
            return [];
        }

        return values.Count > LongestList
            ? [new PayloadError($"/{path}", "maxItems", $"{path} may have at most {LongestList} entries, but has {values.Count}.")]
            : values.Select((value, at) => TextError($"{path}/{at}", value, longest)).OfType<PayloadError>();
    }

    private static PayloadError? TextError(string path, string? text, int longest) =>
        text?.Length > longest ? new PayloadError($"/{path}", "maxLength", $"{path} may have at most {longest} characters, but has {text.Length}.")
        // PostgreSQL takes no such text; looked for, the request would fail until it was dead-lettered.
        : text?.Contains('\0', StringComparison.Ordinal) == true ? new PayloadError($"/{path}", "pattern", $"{path} must not hold the character U+0000.")
        : null;
}
