using Capns.Contracts.Executions;

namespace Capns.Discovery.Worker.Learning.Rules;

/// <summary>An execution that is learned from (platform spec 7.3).</summary>
/// <param name="ExecutionId">Learned from once.</param>
/// <param name="ToolId">The tool that ran.</param>
/// <param name="AgentId">For whom. Absent: it teaches nothing of any agent, but of the tool.</param>
/// <param name="Completed">x is 1; else it failed and x is 0.</param>
/// <param name="Ms">How long its last attempt took.</param>
/// <param name="Cost">What it cost.</param>
/// <param name="At">When it ended.</param>
/// <param name="SessionKey">Its session. Absent: none.</param>
internal sealed record Observation(
    Guid ExecutionId, Guid ToolId, string? AgentId, bool Completed, int Ms, decimal Cost, DateTimeOffset At, string? SessionKey)
{
    /// <summary>1 or 0.</summary>
    public decimal X => Completed ? 1 : 0;

    /// <summary>Completed and not from the cache.</summary>
    /// <param name="result">What ended.</param>
    /// <param name="now">A clock that is ahead does not make the future.</param>
    /// <returns>Null when it teaches nothing.</returns>
    public static Observation? Of(ToolExecutionResult result, DateTimeOffset now) => result.Cached || !Guid.TryParse(result.ToolId, out var tool)
        ? null
        : new Observation(
            result.ExecutionId, tool, Given(result.AgentId), true, Math.Max(0, result.ExecutionTime), Math.Max(0, result.Cost),
            Past(result.CompletedAt, now),
            SessionRule.Key(result.WorkflowRunId, result.DiscussionId, result.ConversationId, result.SessionId, result.AgentId));

    /// <summary>Failed in the tool, or for want of time. Refusals, quotas and what broke inside say nothing of a tool.</summary>
    /// <inheritdoc cref="Of(ToolExecutionResult, DateTimeOffset)"/>
    public static Observation? Of(ToolExecutionError error, DateTimeOffset now) =>
        error is not { State: ExecutionState.Failed, ErrorDetail.Type: ErrorType.Execution or ErrorType.Timeout }
        || !Guid.TryParse(error.ToolId, out var tool)
            ? null
            : new Observation(
                error.ExecutionId, tool, Given(error.AgentId), false, Math.Max(0, error.ExecutionTime), Math.Max(0, error.Cost ?? 0),
                Past(error.CompletedAt, now),
                SessionRule.Key(error.WorkflowRunId, error.DiscussionId, error.ConversationId, error.SessionId, error.AgentId));

    private static DateTimeOffset Past(DateTimeOffset at, DateTimeOffset now) => (at < now ? at : now).ToUniversalTime();

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
