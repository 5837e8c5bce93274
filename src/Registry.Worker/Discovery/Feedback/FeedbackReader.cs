using System.Runtime.InteropServices;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Core.Json;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Discovery.Feedback;

/// <summary>Reads feedback, or says all that is wrong with it (platform spec 3.12, 3.22). Pure.</summary>
internal static class FeedbackReader
{
    /// <summary>Characters of an outside id.</summary>
    public const int LongestId = 128;

    /// <summary>Tools in <c>companionToolIds</c>.</summary>
    public const int MostCompanions = 20;

    /// <summary>UTF-8 bytes of <c>context</c> as it was sent.</summary>
    public const int LargestContext = 32 * 1024;

    /// <summary>Deepest nesting: messages may have 64 levels, envelope included.</summary>
    public const int MaxDepth = 32;

    /// <summary>How far ahead a caller's clock may be.</summary>
    public static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(5);

    /// <summary>Earlier than any use of a tool.</summary>
    public static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Null: see the errors. Unknown members are ignored.</summary>
    /// <remarks>The bounds are those of discovery, which must have no reason to refuse what was accepted here.</remarks>
    public static FeedbackOrder? Read(JsonElement body, DateTimeOffset now, out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        errors = found;
        if (Unreadable(body) is { } unreadable)
        {
            found.Add(unreadable);
            return null;
        }

        var fields = new JsonFields(body, "", found);
        var order = Read(fields);
        fields.Require("eventId", $"unique for ever, 1 to {LongestId} characters");
        fields.Require("toolId", "uuid or slug of the tool");
        fields.Require("outcome", "success, failure or partial");
        fields.Require("timestamp", "an ISO 8601 time");
        if (order is { ReplacedToolId: not null, ReplacementWorked: null })
        {
            fields.Require("replacementWorked", "true or false, when replacedToolId is given");
        }

        CheckTime(fields, order.Timestamp, now);
        return found.Count == 0 ? order : null;
    }

    private static FieldError? Unreadable(JsonElement body) =>
        body.ValueKind != JsonValueKind.Object ? new FieldError("", "type", $"The body must be an object; it is {Preview.Of(body)}.")
        : JsonTextGuard.FindProblem(body, MaxDepth) is { } problem ? new FieldError("", "text", $"The body {problem}.")
        : StorableJson.Check(body);

    private static void CheckTime(JsonFields fields, DateTimeOffset timestamp, DateTimeOffset now)
    {
        if (timestamp != default && timestamp < Earliest)
        {
            fields.Note("timestamp", "minimum", $"must not be before {Earliest:O}; it is {timestamp:O}");
        }
        else if (timestamp > now + MostAhead)
        {
            fields.Note("timestamp", "maximum", $"must be at most {MostAhead.TotalMinutes} minutes ahead of {now:O}; it is {timestamp:O}");
        }
    }

    /// <summary>An id: not blank, and no longer than its UTF-16 form may be.</summary>
    private static string? Id(JsonFields fields, string name)
    {
        var text = fields.Text(name, LongestId)?.Trim();
        if (text is { Length: 0 or > LongestId })
        {
            fields.Note(name, "length", $"must have 1 to {LongestId} characters, not only blanks; it has {text.Length}");
        }

        return text;
    }

    private static IReadOnlyList<string>? Companions(JsonFields fields)
    {
        var companions = fields.Texts("companionToolIds", MostCompanions, LongestId);
        return companions is null ? null : [.. companions.Select(id => id.Trim())];
    }

    private static FeedbackOrder Read(JsonFields fields) => new()
    {
        EventId = Id(fields, "eventId")!,
        ToolId = Id(fields, "toolId")!,
        AgentId = Id(fields, "agentId"),
        ExecutionId = fields.Uuid("executionId"),
        Outcome = fields.Word("outcome", "success", "failure", "partial")!,
        Effectiveness = fields.Number("effectiveness", 0, 1),
        UserSatisfaction = fields.Number("userSatisfaction", 0, 1),
        QualityScore = fields.Number("qualityScore", 0, 1),
        Context = Context(fields),
        SessionId = Id(fields, "sessionId"),
        DiscussionId = Id(fields, "discussionId"),
        WorkflowRunId = Id(fields, "workflowRunId"),
        CompanionToolIds = Companions(fields),
        ReplacedToolId = Id(fields, "replacedToolId"),
        ReplacementWorked = fields.Flag("replacementWorked"),
        ExecutionTime = fields.Integer("executionTime", 0, unit: "milliseconds"),
        Timestamp = fields.Time("timestamp") ?? default,
    };

    private static JsonElement? Context(JsonFields fields)
    {
        if (fields.Any("context") is not { } context)
        {
            return null;
        }

        if (context.ValueKind is not (JsonValueKind.Object or JsonValueKind.String))
        {
            fields.Note("context", "type", $"must be text or an object; it is {Preview.Of(context)}");
            return null;
        }

        // As it is passed on, some characters are longer.
        var bytes = Math.Max(JsonMarshal.GetRawUtf8Value(context).Length, JsonSerializer.SerializeToUtf8Bytes(context, WireJson.Options).Length);
        if (bytes > LargestContext)
        {
            fields.Note("context", "maxBytes", $"must have at most {LargestContext} bytes; it has {bytes}");
        }

        return context;
    }
}
