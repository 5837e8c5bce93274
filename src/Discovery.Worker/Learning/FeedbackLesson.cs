using Capns.Discovery.Worker.Learning.Rules;

namespace Capns.Discovery.Worker.Learning;

/// <summary>Learns from feedback (platform spec 7.3, rules 2, 3, 5 and 6).</summary>
internal sealed partial class FeedbackLesson(Feedback feedback) : ILesson
{
    private readonly string _key = UsageRows.FeedbackKey(feedback.EventId);
    private Usage? _usage;
    private Applied? _corrected;
    private string[] _pendingPatterns = [];
    private Suggestion? _suggestion;
    private Similar? _similar;

    public DateTimeOffset At => feedback.At;

    public LearningResult? Refusal { get; private set; }

    public SessionChange Session { get; private set; } = SessionChange.None;

    private string? SessionKey => feedback.Companions.Count > 0 ? feedback.SessionKey : null;

    private ToolPair? Pair => feedback.Replaced is { } replaced ? ToolPair.Of(feedback.ToolId, replaced) : null;

    private string? ExecutionKey => feedback.ExecutionId is { } id ? UsageRows.ExecutionKey(id) : null;

    public void Write(LearningWrites writes)
    {
        UsageRows.Applied(writes, _key, "feedback", feedback.X, feedback.ToolId, feedback.AgentId);
        Record(writes);
        if (feedback.ExecutionId is null)
        {
            CountAsUse(writes);
        }
        else if (_corrected is { } applied)
        {
            Correct(writes, applied);
        }
        else
        {
            Wait(writes);
        }

        if (SessionKey is { } key)
        {
            SessionRows.Write(writes, key, Session, feedback.At);
        }

        Suggest(writes);
        Compare(writes);
    }

    private void Record(LearningWrites writes) => writes.Add(
        """
        INSERT INTO discovery.learning_events (event_id, tool_id, agent_id, execution_id, outcome, effectiveness, payload, received_at)
        VALUES ($1, $2, $3, nullif($4, '')::uuid, $5, $6, $7::jsonb, $8)
        """,
        feedback.EventId, feedback.ToolId.ToString(), feedback.AgentId, feedback.ExecutionId?.ToString() ?? "", feedback.Outcome, feedback.X,
        feedback.Payload, writes.Now);

    private void CountAsUse(LearningWrites writes)
    {
        var usage = Usage.Observed(_usage, feedback.X, feedback.Ms, feedback.At).In(feedback.Context?.Pattern);
        UsageRows.Write(writes, feedback.AgentId, feedback.ToolId, usage);
        UsageRows.Quality(writes, feedback.ToolId, 1, feedback.X, _usage is null ? 1 : 0);
        UsageRows.Day(writes, feedback.ToolId, feedback.At, runs: 0, cost: 0);
    }

    // What counts from now on is this x: later feedback on the same execution takes its place.
    private void Correct(LearningWrites writes, Applied applied)
    {
        writes.Add("UPDATE discovery.learning_applied SET x = $2 WHERE key = $1", ExecutionKey, feedback.X);
        UsageRows.Quality(writes, feedback.ToolId, 0, feedback.X - applied.X, 0);
        if (applied.AgentId is { } agent && _usage is { } usage)
        {
            UsageRows.Write(writes, agent, feedback.ToolId, usage.Corrected(applied.X, feedback.X).In(feedback.Context?.Pattern));
        }
    }

    private void Wait(LearningWrites writes) => writes.Add(
        """
        INSERT INTO discovery.learning_corrections (execution_id, tool_id, x, patterns, at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (execution_id, tool_id) DO UPDATE SET x = excluded.x, patterns = excluded.patterns, at = excluded.at
        """,
        feedback.ExecutionId!.Value, feedback.ToolId, feedback.X,
        (feedback.Context is { } context ? Usage.Add(_pendingPatterns, context.Pattern) : _pendingPatterns).ToArray(), writes.Now);

    private void Suggest(LearningWrites writes)
    {
        if (feedback.Context is not { } context)
        {
            return;
        }

        var (n, s) = ((_suggestion?.N ?? 0) + 1, (_suggestion?.S ?? 0) + feedback.X);
        writes.Add(
            """
            INSERT INTO discovery.context_suggestions (pattern, tool_id, keywords, n, s, strength, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (pattern, tool_id) DO UPDATE SET keywords = excluded.keywords, n = excluded.n, s = excluded.s, strength = excluded.strength,
                updated_at = excluded.updated_at
            """,
            context.Pattern, feedback.ToolId, FeedbackContext.Merge(context.Keywords, _suggestion?.Keywords ?? []).ToArray(), n, s,
            Numbers.Suggestion(n, s), writes.Now);
        writes.Context(context.Pattern);
    }

    private void Compare(LearningWrites writes)
    {
        // What people have said stands.
        if (Pair is not { } pair || _similar?.Source == "manual")
        {
            return;
        }

        writes.Add(
            """
            INSERT INTO discovery.graph_relations (from_id, type, to_id, strength, source, updated_at) VALUES ($1, 'SIMILAR_TO', $2, $3, 'learned', $4)
            ON CONFLICT (from_id, type, to_id) DO UPDATE SET strength = excluded.strength, source = excluded.source, updated_at = excluded.updated_at
            """,
            pair.First, pair.Second, Numbers.Replaced(_similar?.Score, feedback.ReplacementWorked), writes.Now);
        writes.Tool(pair.First);
        writes.Tool(pair.Second);
    }

    private readonly record struct Applied(decimal X, Guid ToolId, string? AgentId);

    private readonly record struct Suggestion(int N, decimal S, string[] Keywords);

    private readonly record struct Similar(decimal Score, string Source);
}
