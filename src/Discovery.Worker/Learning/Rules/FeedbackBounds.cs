using System.Text;
using System.Text.Json;
using Capns.Contracts.Learning;
using Capns.Core.Json;
using Capns.Messaging.Inbound;

namespace Capns.Discovery.Worker.Learning.Rules;

/// <summary>The bounds of feedback's fields (platform spec 3.12, 3.22). Pure.</summary>
internal static class FeedbackBounds
{
    /// <summary>Characters of an outside id.</summary>
    public const int LongestId = 128;

    /// <summary>Companions of one event.</summary>
    public const int MostCompanions = 20;

    /// <summary>UTF-8 bytes of <c>context</c> as it was sent.</summary>
    public const int LargestContext = 32 * 1024;

    private const int DeepestContext = 64;

    // Characters; a double needs 25.
    private const int LongestNumber = 128;

    /// <summary>Every field that is out of its bounds, each with its value and the bound.</summary>
    public static IEnumerable<PayloadError> Check(ToolLearningEvent sent, DateTimeOffset now) =>
        [.. Ids(sent), .. Numbers(sent), .. Lists(sent), .. Context(sent.Context), .. Time(sent.Timestamp, now)];

    private static IEnumerable<PayloadError> Ids(ToolLearningEvent sent)
    {
        foreach (var (name, text, required) in new[]
        {
            ("eventId", sent.EventId, true),
            ("toolId", sent.ToolId, true),
            ("agentId", sent.AgentId, true),
            ("workflowRunId", sent.WorkflowRunId, false),
            ("discussionId", sent.DiscussionId, false),
            ("sessionId", sent.SessionId, false),
            ("replacedToolId", sent.ReplacedToolId, false),
        })
        {
            foreach (var error in Id($"/{name}", name, text, required))
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<PayloadError> Id(string path, string name, string? text, bool required)
    {
        if (required && string.IsNullOrWhiteSpace(text))
        {
            yield return new PayloadError(path, "minLength", $"{name} must not be empty.");
        }

        if (text?.Length > LongestId)
        {
            yield return new PayloadError(path, "maxLength", $"{name} may have at most {LongestId} characters, but has {text.Length}.");
        }

        // PostgreSQL takes no such text.
        if (text?.Contains('\0', StringComparison.Ordinal) == true)
        {
            yield return new PayloadError(path, "pattern", $"{name} must not hold the character U+0000.");
        }
    }

    private static IEnumerable<PayloadError> Numbers(ToolLearningEvent sent)
    {
        foreach (var (name, value) in new[]
        {
            ("effectiveness", sent.Effectiveness), ("userSatisfaction", sent.UserSatisfaction), ("qualityScore", sent.QualityScore),
        })
        {
            if (value is < 0 or > 1)
            {
                yield return new PayloadError($"/{name}", "range", FormattableString.Invariant($"{name} must be from 0 to 1, but is {value}."));
            }
        }

        if (sent.ExecutionTime is < 0)
        {
            yield return new PayloadError("/executionTime", "range", $"executionTime must be at least 0 ms, but is {sent.ExecutionTime}.");
        }

        if (sent.Outcome == LearningOutcome.Unknown)
        {
            yield return new PayloadError("/outcome", "enum", "outcome must be one of success, failure, partial.");
        }
    }

    private static IEnumerable<PayloadError> Lists(ToolLearningEvent sent)
    {
        if (sent.ReplacedToolId is not null && sent.ReplacementWorked is null)
        {
            yield return new PayloadError("/replacementWorked", "required", "replacementWorked is required with replacedToolId.");
        }

        if (sent.CompanionToolIds is not { } companions)
        {
            yield break;
        }

        if (companions.Count > MostCompanions)
        {
            yield return new PayloadError(
                "/companionToolIds", "maxItems", $"companionToolIds may have at most {MostCompanions} members, but has {companions.Count}.");
        }

        for (var at = 0; at < companions.Count; at++)
        {
            foreach (var error in Id($"/companionToolIds/{at}", $"companionToolIds[{at}]", companions[at], required: true))
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<PayloadError> Context(JsonElement? context)
    {
        if (context is not { } given || given.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            yield break;
        }

        if (given.ValueKind is not (JsonValueKind.Object or JsonValueKind.String))
        {
            yield return new PayloadError("/context", "type", "context must be a string or an object.");
            yield break;
        }

        var bytes = Encoding.UTF8.GetByteCount(given.GetRawText());
        if (bytes > LargestContext)
        {
            yield return new PayloadError("/context", "maxLength", $"context may have at most {LargestContext} bytes, but has {bytes}.");
        }
        else if (JsonTextGuard.FindProblem(given, DeepestContext) is { } problem)
        {
            yield return new PayloadError("/context", "text", $"context {problem}.");
        }
        else if (!IsStorable(given))
        {
            yield return new PayloadError(
                "/context", "pattern", "context must hold neither the character U+0000 nor a number beyond 64 bits of floating point.");
        }
    }

    // What PostgreSQL's jsonb refuses.
    private static bool IsStorable(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => IsStorable(value.GetString()!),
        JsonValueKind.Number => value.TryGetDouble(out var number) && double.IsFinite(number) && value.GetRawText().Length <= LongestNumber,
        JsonValueKind.Array => value.EnumerateArray().All(IsStorable),
        JsonValueKind.Object => value.EnumerateObject().All(member => IsStorable(member.Name) && IsStorable(member.Value)),
        _ => true,
    };

    private static bool IsStorable(string text) => !text.Contains('\0', StringComparison.Ordinal);

    private static IEnumerable<PayloadError> Time(DateTimeOffset timestamp, DateTimeOffset now)
    {
        if (timestamp < FeedbackRules.Earliest)
        {
            yield return new PayloadError(
                "/timestamp", "range", FormattableString.Invariant($"timestamp must not be before {FeedbackRules.Earliest:O}, but is {timestamp:O}."));
        }

        if (timestamp > now + FeedbackRules.MostAhead)
        {
            yield return new PayloadError(
                "/timestamp", "range",
                FormattableString.Invariant($"timestamp may be at most {FeedbackRules.MostAhead.TotalMinutes} minutes ahead of {now:O}, but is {timestamp:O}."));
        }
    }
}
