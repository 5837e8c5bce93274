using Capns.Discovery.Worker.Learning.Rules;
using Npgsql;

namespace Capns.Discovery.Worker.Learning;

/// <summary>Sessions in PostgreSQL (platform spec 7.3, rule 3).</summary>
internal static class SessionRows
{
    /// <summary>Two questions: the tools of a session, and the pairs of one tool in it.</summary>
    /// <param name="batch">Where they are added.</param>
    /// <param name="key">The session. Absent: nothing is found.</param>
    /// <param name="tool">The tool.</param>
    public static void Ask(ICollection<NpgsqlBatchCommand> batch, string? key, Guid tool)
    {
        batch.Add(LearningWrites.Command("SELECT tool_id, at, ran FROM discovery.session_tools WHERE session_key = $1", key));
        batch.Add(LearningWrites.Command("SELECT a, b FROM discovery.session_pairs WHERE session_key = $1 AND (a = $2 OR b = $2)", key, tool));
    }

    /// <summary>Reads both answers; afterwards the reader stands behind them.</summary>
    public static async Task<SessionState> ReadAsync(NpgsqlDataReader answers, CancellationToken cancellationToken)
    {
        var tools = new List<SessionTool>();
        while (await answers.ReadAsync(cancellationToken))
        {
            tools.Add(new SessionTool(answers.GetGuid(0), answers.GetFieldValue<DateTimeOffset>(1), answers.GetBoolean(2)));
        }

        await answers.NextResultAsync(cancellationToken);
        var pairs = new HashSet<ToolPair>();
        while (await answers.ReadAsync(cancellationToken))
        {
            pairs.Add(new ToolPair(answers.GetGuid(0), answers.GetGuid(1)));
        }

        await answers.NextResultAsync(cancellationToken);
        return new SessionState(tools, pairs);
    }

    /// <summary>Adds what a use changes in its session.</summary>
    public static void Write(LearningWrites writes, string key, SessionChange change, DateTimeOffset at)
    {
        if (change.Restarted)
        {
            writes.Add("DELETE FROM discovery.session_tools WHERE session_key = $1", key);
            writes.Add("DELETE FROM discovery.session_pairs WHERE session_key = $1", key);
        }

        if (change.Written.Count > 0)
        {
            writes.Add(
                """
                INSERT INTO discovery.session_tools (session_key, tool_id, at, ran) SELECT $1, * FROM unnest($2, $3, $4)
                ON CONFLICT (session_key, tool_id) DO UPDATE SET at = excluded.at, ran = excluded.ran
                """,
                key, change.Written.Select(tool => tool.ToolId).ToArray(), change.Written.Select(tool => tool.At.UtcDateTime).ToArray(),
                change.Written.Select(tool => tool.Ran).ToArray());
        }

        if (change.NewPairs.Count > 0)
        {
            writes.Add(
                "INSERT INTO discovery.session_pairs (session_key, a, b, at) SELECT $1, a, b, $4 FROM unnest($2, $3) AS pair (a, b)",
                key, change.NewPairs.Select(pair => pair.First).ToArray(), change.NewPairs.Select(pair => pair.Second).ToArray(), at);
        }
    }
}
