using Capns.Discovery.Worker.Learning.Rules;
using Npgsql;

namespace Capns.Discovery.Worker.Learning;

internal sealed partial class FeedbackLesson
{
    public void Ask(ICollection<NpgsqlBatchCommand> batch)
    {
        batch.Add(LearningWrites.Command(
            """
            SELECT e.payload = $2::jsonb FROM discovery.learning_applied a
            LEFT JOIN discovery.learning_events e ON e.event_id = $3 WHERE a.key = $1
            """,
            _key, feedback.Payload, feedback.EventId));
        batch.Add(LearningWrites.Command("SELECT x, tool_id, agent_id FROM discovery.learning_applied WHERE key = $1", ExecutionKey));
        batch.Add(LearningWrites.Command(
            "SELECT patterns FROM discovery.learning_corrections WHERE execution_id = nullif($1, '')::uuid AND tool_id = $2",
            feedback.ExecutionId?.ToString() ?? "", feedback.ToolId));
        batch.Add(ExecutionKey is { } key ? UsageRows.AskApplied(key) : UsageRows.Ask(feedback.AgentId, feedback.ToolId));
        batch.Add(LearningWrites.Command(
            "SELECT n, s, keywords FROM discovery.context_suggestions WHERE pattern = $1 AND tool_id = $2",
            feedback.Context?.Pattern, feedback.ToolId));
        batch.Add(LearningWrites.Command(
            "SELECT strength, source FROM discovery.graph_relations WHERE from_id = $1 AND type = 'SIMILAR_TO' AND to_id = $2",
            Pair?.First ?? Guid.Empty, Pair?.Second ?? Guid.Empty));
        SessionRows.Ask(batch, SessionKey, feedback.ToolId);
    }

    public async Task ReadAsync(NpgsqlDataReader answers, CancellationToken cancellationToken)
    {
        Refusal = await OneAsync(
            answers,
            row => (LearningResult?)(row.IsDBNull(0) || row.GetBoolean(0) ? LearningResult.Repeated : LearningResult.Reused),
            cancellationToken);
        _corrected = await OneAsync(
            answers,
            row => (Applied?)new Applied(row.GetDecimal(0), row.GetGuid(1), row.IsDBNull(2) ? null : row.GetString(2)),
            cancellationToken);
        _pendingPatterns = await OneAsync(answers, row => row.GetFieldValue<string[]>(0), cancellationToken) ?? [];
        if (Refusal is null && _corrected is { } applied && applied.ToolId != feedback.ToolId)
        {
            Refusal = LearningResult.OtherTool;
        }

        _usage = await UsageRows.ReadAsync(answers, cancellationToken);
        _suggestion = await OneAsync(
            answers,
            row => (Suggestion?)new Suggestion(row.GetInt32(0), row.GetDecimal(1), row.GetFieldValue<string[]>(2)),
            cancellationToken);
        _similar = await OneAsync(answers, row => (Similar?)new Similar(row.GetDecimal(0), row.GetString(1)), cancellationToken);
        var session = await SessionRows.ReadAsync(answers, cancellationToken);
        Session = SessionKey is null ? SessionChange.None : SessionRule.Named(session, feedback.ToolId, feedback.Companions, feedback.At);
    }

    /// <summary>The only row of an answer; afterwards the reader stands behind it.</summary>
    private static async Task<T?> OneAsync<T>(
        NpgsqlDataReader answers, Func<NpgsqlDataReader, T?> read, CancellationToken cancellationToken)
    {
        var value = await answers.ReadAsync(cancellationToken) ? read(answers) : default;
        await answers.NextResultAsync(cancellationToken);
        return value;
    }
}
