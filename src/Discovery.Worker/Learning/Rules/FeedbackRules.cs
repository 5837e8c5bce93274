using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Contracts.Learning;
using Capns.Discovery.Worker.Catalogue;
using Capns.Messaging.Inbound;

namespace Capns.Discovery.Worker.Learning.Rules;

/// <summary>What makes feedback something to learn from (platform spec 3.12, 3.22). Pure.</summary>
internal static class FeedbackRules
{
    /// <summary>How far ahead a sender's clock may be.</summary>
    public static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(5);

    /// <summary>Earlier than any use of a tool.</summary>
    public static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads, checks and resolves a payload.</summary>
    /// <param name="payload">A JSON object.</param>
    /// <param name="catalogue">Where its tools are looked up.</param>
    /// <param name="now">The time.</param>
    /// <returns>The feedback, or why it is refused: INVALID_PARAMETERS, or TOOL_NOT_FOUND.</returns>
    public static (Feedback? Feedback, ErrorDetail? Refusal) Read(JsonElement payload, CatalogueSnapshot catalogue, DateTimeOffset now)
    {
        if (!PayloadReader.TryRead<ToolLearningEvent>(payload, out var sent, out var errors))
        {
            return (null, Refusals.Of(ErrorCodes.InvalidParameters, errors));
        }

        PayloadError[] wrong = [.. FeedbackBounds.Check(sent!, now)];
        if (wrong.Length > 0)
        {
            return (null, Refusals.Of(ErrorCodes.InvalidParameters, wrong));
        }

        PayloadError[] unknown =
        [
            .. Tools(sent!).Where(tool => catalogue.Find(tool.Id) is null)
                .Select(tool => new PayloadError(tool.Path, "tool", $"There is no tool \"{tool.Id}\".")),
        ];
        return unknown.Length > 0 ? (null, Refusals.Of(ErrorCodes.ToolNotFound, unknown)) : Resolved(sent!, catalogue, now);
    }

    private static (Feedback? Feedback, ErrorDetail? Refusal) Resolved(ToolLearningEvent sent, CatalogueSnapshot catalogue, DateTimeOffset now)
    {
        var tool = catalogue.Find(sent.ToolId)!.Id;
        var replaced = sent.ReplacedToolId is { } other ? catalogue.Find(other)!.Id : (Guid?)null;
        if (replaced == tool)
        {
            return (null, Refusals.Of(
                ErrorCodes.InvalidParameters, [new PayloadError("/replacedToolId", "other", "replacedToolId must name another tool than toolId.")]));
        }

        return (new Feedback
        {
            EventId = sent.EventId,
            ToolId = tool,
            AgentId = sent.AgentId,
            ExecutionId = sent.ExecutionId,
            Outcome = JsonSerializer.SerializeToElement(sent.Outcome, WireJson.Options).GetString()!,
            X = X(sent),
            Context = FeedbackContext.Of(sent.Context),
            SessionKey = SessionRule.Key(sent.WorkflowRunId, sent.DiscussionId, conversationId: null, sent.SessionId, sent.AgentId),
            Companions = [.. (sent.CompanionToolIds ?? []).Select(id => catalogue.Find(id)!.Id).Where(id => id != tool).Distinct()],
            Replaced = replaced,
            ReplacementWorked = sent.ReplacementWorked ?? false,
            Ms = sent.ExecutionTime ?? 0,
            At = (sent.Timestamp < now ? sent.Timestamp : now).ToUniversalTime(),
            Payload = JsonSerializer.Serialize(sent, WireJson.Options),
        }, null);
    }

    private static decimal X(ToolLearningEvent sent) => Math.Round(
        sent.Effectiveness ?? sent.Outcome switch
        {
            LearningOutcome.Success => 1m,
            LearningOutcome.Partial => 0.5m,
            _ => 0m,
        },
        Numbers.PlacesOfX,
        MidpointRounding.AwayFromZero);

    private static IEnumerable<(string Path, string Id)> Tools(ToolLearningEvent sent) =>
    [
        ("/toolId", sent.ToolId),
        .. sent.ReplacedToolId is { } replaced ? new[] { ("/replacedToolId", replaced) } : [],
        .. (sent.CompanionToolIds ?? []).Select((id, at) => ($"/companionToolIds/{at}", id)),
    ];
}
