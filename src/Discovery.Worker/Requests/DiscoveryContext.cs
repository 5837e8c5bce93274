using System.Text;
using System.Text.Json;
using Capns.Messaging.Inbound;

namespace Capns.Discovery.Worker.Requests;

/// <summary>What a request says of the situation it is asked in: text, or <c>{topic, userIntent, discussionId, recentToolIds[], keywords[]}</c> (platform spec 3.20).</summary>
internal sealed record DiscoveryContext
{
    /// <summary>UTF-8 bytes of <c>context</c> as it was sent (platform spec 3.12).</summary>
    public const int Largest = 32 * 1024;

    /// <summary>Nothing was said.</summary>
    public static DiscoveryContext None { get; } = new();

    /// <summary>What it is about; a context that is text is its own topic.</summary>
    public string? Topic { get; init; }

    /// <summary>What the user wants.</summary>
    public string? UserIntent { get; init; }

    /// <summary>Discussion.</summary>
    public string? DiscussionId { get; init; }

    /// <summary>Uuids or slugs of tools that were used a moment ago.</summary>
    public IReadOnlyList<string> RecentToolIds { get; init; } = [];

    /// <summary>Words.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    /// <summary>Reads it; members that are not named are ignored.</summary>
    /// <param name="context">As it was sent.</param>
    /// <param name="errors">What is wrong with it; nothing is read then.</param>
    public static DiscoveryContext Read(JsonElement? context, out IReadOnlyList<PayloadError> errors)
    {
        errors = [];
        if (context is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given)
        {
            return None;
        }

        var bytes = Encoding.UTF8.GetByteCount(given.GetRawText());
        if (bytes > Largest)
        {
            errors = [new PayloadError("/context", "maxLength", $"context may have at most {Largest} bytes, but has {bytes}.")];
            return None;
        }

        switch (given.ValueKind)
        {
            case JsonValueKind.String:
                return new DiscoveryContext { Topic = Text(given.GetString()) };
            case JsonValueKind.Object:
                var wrong = new List<PayloadError>();
                var read = new DiscoveryContext
                {
                    Topic = Text(given, "topic", wrong),
                    UserIntent = Text(given, "userIntent", wrong),
                    DiscussionId = Text(given, "discussionId", wrong),
                    RecentToolIds = Texts(given, "recentToolIds", wrong),
                    Keywords = Texts(given, "keywords", wrong),
                };
                errors = wrong;
                return wrong.Count == 0 ? read : None;
            default:
                errors = [new PayloadError("/context", "type", "context must be a string or an object.")];
                return None;
        }
    }

    private static string? Text(JsonElement context, string name, List<PayloadError> wrong)
    {
        if (!context.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            wrong.Add(new PayloadError($"/context/{name}", "type", $"context.{name} must be a string."));
            return null;
        }

        return Text(value.GetString());
    }

    private static IReadOnlyList<string> Texts(JsonElement context, string name, List<PayloadError> wrong)
    {
        if (!context.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(one => one.ValueKind != JsonValueKind.String))
        {
            wrong.Add(new PayloadError($"/context/{name}", "type", $"context.{name} must be a list of strings."));
            return [];
        }

        if (value.GetArrayLength() > DiscoveryBounds.LongestList)
        {
            wrong.Add(new PayloadError(
                $"/context/{name}", "maxItems", $"context.{name} may have at most {DiscoveryBounds.LongestList} entries, but has {value.GetArrayLength()}."));
            return [];
        }

        return [.. value.EnumerateArray().Select(one => one.GetString()!.Trim()).Where(one => one.Length > 0)];
    }

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
