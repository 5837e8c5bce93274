using Capns.Discovery.Worker.Learning.Rules;
using Npgsql;

namespace Capns.Discovery.Worker.Learning;

/// <summary>What tools and agents' use of them have told, in PostgreSQL (platform spec 7.3, rules 1 and 2).</summary>
internal static class UsageRows
{
    /// <summary>The columns of <see cref="ReadAsync"/>.</summary>
    private const string Columns = "u.frequency, u.success_sum, u.total_execution_time, u.ewma, u.last_used, u.context_patterns";

    /// <summary>Of an agent and a tool.</summary>
    /// <param name="agent">Absent: nothing is found.</param>
    /// <param name="tool">The tool.</param>
    public static NpgsqlBatchCommand Ask(string? agent, Guid tool) => LearningWrites.Command(
        $"SELECT {Columns} FROM discovery.agent_tool_usage u WHERE u.agent_id = $1 AND u.tool_id = $2", agent, tool);

    /// <summary>Of the agent and the tool of something that was applied.</summary>
    public static NpgsqlBatchCommand AskApplied(string? key) => LearningWrites.Command(
        $"""
        SELECT {Columns} FROM discovery.learning_applied a
        JOIN discovery.agent_tool_usage u ON u.agent_id = a.agent_id AND u.tool_id = a.tool_id WHERE a.key = $1
        """,
        key);

    /// <summary>Reads one answer; afterwards the reader stands behind it.</summary>
    public static async Task<Usage?> ReadAsync(NpgsqlDataReader answers, CancellationToken cancellationToken)
    {
        var usage = await answers.ReadAsync(cancellationToken)
            ? new Usage(
                answers.GetInt32(0), answers.GetDecimal(1), answers.GetInt64(2), answers.GetDecimal(3), answers.GetFieldValue<DateTimeOffset>(4),
                answers.GetFieldValue<string[]>(5))
            : null;
        await answers.NextResultAsync(cancellationToken);
        return usage;
    }

    public static void Write(LearningWrites writes, string agent, Guid tool, Usage usage)
    {
        writes.Add(
            """
            INSERT INTO discovery.agent_tool_usage (agent_id, tool_id, frequency, success_sum, total_execution_time, ewma, last_used, context_patterns)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (agent_id, tool_id) DO UPDATE SET frequency = excluded.frequency, success_sum = excluded.success_sum,
                total_execution_time = excluded.total_execution_time, ewma = excluded.ewma, last_used = excluded.last_used,
                context_patterns = excluded.context_patterns
            """,
            agent, tool, usage.Frequency, usage.SuccessSum, usage.TotalMs, usage.Ewma, usage.LastUsed, usage.Patterns.ToArray());
        writes.Agent(agent);
    }

    /// <summary>Adds to the sums over all agents.</summary>
    /// <param name="writes">Where the statement is added.</param>
    /// <param name="tool">The tool.</param>
    /// <param name="n">Observations more.</param>
    /// <param name="s">Sum of x more; may be negative.</param>
    /// <param name="agents">Agents more.</param>
    public static void Quality(LearningWrites writes, Guid tool, int n, decimal s, int agents)
    {
        writes.Add(
            """
            INSERT INTO discovery.tool_quality (tool_id, n, s, agents, epoch) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (tool_id) DO UPDATE SET n = tool_quality.n + excluded.n, s = tool_quality.s + excluded.s,
                agents = tool_quality.agents + excluded.agents, epoch = excluded.epoch
            """,
            tool, (long)n, s, agents, writes.Epoch);
    }

    /// <summary>Counts a use on its day (UTC).</summary>
    /// <param name="writes">Where the statement is added.</param>
    /// <param name="tool">The tool.</param>
    /// <param name="at">When.</param>
    /// <param name="runs">1 for an execution, 0 for a use that somebody told of.</param>
    /// <param name="cost">What it cost.</param>
    public static void Day(LearningWrites writes, Guid tool, DateTimeOffset at, int runs, decimal cost) => writes.Add(
        """
        INSERT INTO discovery.tool_days (tool_id, day, uses, runs, cost) VALUES ($1, $2, 1, $3, $4)
        ON CONFLICT (tool_id, day) DO UPDATE SET uses = tool_days.uses + 1, runs = tool_days.runs + excluded.runs, cost = tool_days.cost + excluded.cost
        """,
        tool, DateOnly.FromDateTime(at.UtcDateTime), (long)runs, cost);

    /// <summary>Counts how long a run took.</summary>
    public static void Duration(LearningWrites writes, Guid tool, int ms) => writes.Add(
        """
        INSERT INTO discovery.tool_durations (tool_id, class, runs) VALUES ($1, $2, 1)
        ON CONFLICT (tool_id, class) DO UPDATE SET runs = tool_durations.runs + 1
        """,
        tool, DurationClass.Of(ms));

    /// <summary>Remembers that something was applied, and with which x.</summary>
    public static void Applied(LearningWrites writes, string key, string kind, decimal x, Guid tool, string? agent) => writes.Add(
        "INSERT INTO discovery.learning_applied (key, kind, x, tool_id, agent_id, applied_at) VALUES ($1, $2, $3, $4, $5, $6)",
        key, kind, x, tool, agent, writes.Now);

    /// <summary>Key of an execution in <c>learning_applied</c>.</summary>
    public static string ExecutionKey(Guid id) => $"execution:{id}";

    /// <summary>Key of feedback in <c>learning_applied</c>.</summary>
    public static string FeedbackKey(string eventId) => $"feedback:{eventId}";
}
