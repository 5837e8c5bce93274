using Capns.Discovery.Worker.Learning.Rules;

namespace Capns.Discovery.Worker.Learning;

/// <summary>
/// USED_WITH in PostgreSQL (platform spec 7.3, rule 3): counts pairs and sessions, and reckons every <c>assoc</c> anew that follows from
/// them.
/// </summary>
internal static class UsedWithLesson
{
    private const string Edges = """
        SELECT r.from_id, r.to_id, r.frequency, a.session_count, b.session_count
        FROM discovery.graph_relations r
        JOIN discovery.tool_sessions a ON a.tool_id = r.from_id
        JOIN discovery.tool_sessions b ON b.tool_id = r.to_id
        WHERE r.type = 'USED_WITH' AND (r.from_id = ANY ($1) OR r.to_id = ANY ($1))
        """;

    private const string Pairs = """
        SELECT r.from_id, r.to_id, r.frequency FROM unnest($1, $2) AS pair (one, other)
        JOIN discovery.graph_relations r ON r.from_id = pair.one AND r.type = 'USED_WITH' AND r.to_id = pair.other
        """;

    private const string Sessions = "SELECT tool_id, session_count FROM discovery.tool_sessions WHERE tool_id = ANY ($1)";

    private const string Count = """
        INSERT INTO discovery.tool_sessions (tool_id, session_count) SELECT tool, 1 FROM unnest($1) AS tool
        ON CONFLICT (tool_id) DO UPDATE SET session_count = tool_sessions.session_count + 1
        """;

    private const string Together = """
        INSERT INTO discovery.graph_relations (from_id, type, to_id, strength, frequency, assoc, source, last_used, updated_at)
        SELECT one, 'USED_WITH', other, assoc, frequency, assoc, 'learned', $5, $6 FROM unnest($1, $2, $3, $4) AS pair (one, other, frequency, assoc)
        ON CONFLICT (from_id, type, to_id) DO UPDATE SET strength = excluded.strength, frequency = excluded.frequency, assoc = excluded.assoc,
            last_used = greatest(graph_relations.last_used, excluded.last_used), updated_at = excluded.updated_at
        """;

    private const string Reckoned = """
        UPDATE discovery.graph_relations r SET strength = pair.assoc, assoc = pair.assoc, updated_at = $4
        FROM unnest($1, $2, $3) AS pair (one, other, assoc)
        WHERE r.from_id = pair.one AND r.type = 'USED_WITH' AND r.to_id = pair.other
        """;

    /// <summary>Reads the relations concerned and adds what becomes of them.</summary>
    /// <param name="reader">Of the transaction.</param>
    /// <param name="change">What was used together, and for the first time in its session.</param>
    /// <param name="at">When.</param>
    /// <param name="writes">Where the statements are added.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task WriteAsync(
        LearningReader reader, SessionChange change, DateTimeOffset at, LearningWrites writes, CancellationToken cancellationToken)
    {
        var (sessions, pairs) = await ReadAsync(reader, change, cancellationToken);
        foreach (var tool in change.FirstUses)
        {
            sessions[tool] = sessions.GetValueOrDefault(tool) + 1;
            writes.Tool(tool);
        }

        foreach (var pair in change.NewPairs)
        {
            pairs[pair] = pairs.GetValueOrDefault(pair) + 1;
            writes.Tool(pair.First);
            writes.Tool(pair.Second);
        }

        if (change.FirstUses.Count > 0)
        {
            writes.Add(Count, change.FirstUses.ToArray());
        }

        Counted(writes, [.. change.NewPairs.Select(pair => (pair, pairs[pair], Assoc(pair)))], at);

        // The sessions of a tool are in the assoc of every pair that it is in.
        var counted = change.NewPairs.ToHashSet();
        var firsts = change.FirstUses.ToHashSet();
        var others = pairs.Keys.Where(pair => !counted.Contains(pair) && (firsts.Contains(pair.First) || firsts.Contains(pair.Second)));
        Again(writes, [.. others.Select(pair => (pair, Assoc(pair)))]);

        decimal Assoc(ToolPair pair) => Numbers.Association(pairs[pair], sessions[pair.First], sessions[pair.Second]);
    }

    private static async Task<(Dictionary<Guid, long> Sessions, Dictionary<ToolPair, int> Pairs)> ReadAsync(
        LearningReader reader, SessionChange change, CancellationToken cancellationToken)
    {
        Guid[] all = [.. change.FirstUses.Concat(change.NewPairs.SelectMany(pair => new[] { pair.First, pair.Second })).Distinct()];
        await using var answers = await reader.AskAsync(
            [
                LearningWrites.Command(Edges, change.FirstUses.ToArray()),
                LearningWrites.Command(
                    Pairs, change.NewPairs.Select(pair => pair.First).ToArray(), change.NewPairs.Select(pair => pair.Second).ToArray()),
                LearningWrites.Command(Sessions, all),
            ],
            cancellationToken);
        var pairs = new Dictionary<ToolPair, int>();
        var sessions = new Dictionary<Guid, long>();
        while (await answers.ReadAsync(cancellationToken))
        {
            var pair = new ToolPair(answers.GetGuid(0), answers.GetGuid(1));
            pairs[pair] = answers.GetInt32(2);
            sessions[pair.First] = answers.GetInt64(3);
            sessions[pair.Second] = answers.GetInt64(4);
        }

        await answers.NextResultAsync(cancellationToken);
        while (await answers.ReadAsync(cancellationToken))
        {
            pairs[new ToolPair(answers.GetGuid(0), answers.GetGuid(1))] = answers.GetInt32(2);
        }

        await answers.NextResultAsync(cancellationToken);
        while (await answers.ReadAsync(cancellationToken))
        {
            sessions[answers.GetGuid(0)] = answers.GetInt64(1);
        }

        return (sessions, pairs);
    }

    private static void Counted(LearningWrites writes, (ToolPair Pair, int Frequency, decimal Assoc)[] pairs, DateTimeOffset at)
    {
        if (pairs.Length > 0)
        {
            writes.Add(
                Together, pairs.Select(one => one.Pair.First).ToArray(), pairs.Select(one => one.Pair.Second).ToArray(),
                pairs.Select(one => one.Frequency).ToArray(), pairs.Select(one => one.Assoc).ToArray(), at, writes.Now);
        }
    }

    private static void Again(LearningWrites writes, (ToolPair Pair, decimal Assoc)[] pairs)
    {
        if (pairs.Length > 0)
        {
            writes.Add(
                Reckoned, pairs.Select(one => one.Pair.First).ToArray(), pairs.Select(one => one.Pair.Second).ToArray(),
                pairs.Select(one => one.Assoc).ToArray(), writes.Now);
        }
    }
}
