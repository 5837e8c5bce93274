using Npgsql;

namespace Capns.Discovery.Worker.Graph.Projection;

/// <summary>
/// Reads whole entities from the truth: a tool with what starts at it and its pairs, an agent with its uses, a context with its
/// suggestions.
/// </summary>
internal static class GraphFactsReader
{
    private const string Tools = """
        SELECT t.id::text, t.name, t.category, t.capabilities, t.tags, t.security_level, t.available = 'yes', t.version,
            coalesce(s.session_count, 0), floor(extract(epoch FROM t.created_at) * 1000)::bigint,
            floor(extract(epoch FROM t.updated_at) * 1000)::bigint
        FROM catalogue.tools t LEFT JOIN discovery.tool_sessions s ON s.tool_id = t.id
        WHERE t.id = ANY ($1)
        """;

    private const string RelationColumns = """
        SELECT from_id::text, type, to_id::text, strength::float8, frequency, assoc::float8, source, reason, metadata::text, version_range,
            floor(extract(epoch FROM last_used) * 1000)::bigint, floor(extract(epoch FROM updated_at) * 1000)::bigint
        FROM discovery.graph_relations
        """;

    // A pair belongs to both of its tools, so that a mark of either renews it.
    private const string Relations = RelationColumns + " WHERE from_id = ANY ($1) UNION "
        + RelationColumns + " WHERE to_id = ANY ($1) AND type IN ('SIMILAR_TO', 'USED_WITH')";

    private const string Uses = """
        SELECT agent_id, tool_id::text, frequency, success_sum::float8, total_execution_time, ewma::float8,
            floor(extract(epoch FROM last_used) * 1000)::bigint, context_patterns
        FROM discovery.agent_tool_usage WHERE agent_id = ANY ($1)
        """;

    private const string Suggestions = """
        SELECT pattern, tool_id::text, keywords, n, s::float8, strength::float8, priority,
            floor(extract(epoch FROM updated_at) * 1000)::bigint
        FROM discovery.context_suggestions WHERE pattern = ANY ($1)
        """;

    public static async Task<GraphFacts> ReadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<(string Kind, string Id)> entities, CancellationToken cancellationToken)
    {
        var facts = new GraphFacts();
        var tools = Ids(entities, "tool");
        if (tools.Length > 0)
        {
            var ids = tools.Select(Guid.Parse).ToArray();
            await ReadAsync(connection, Tools, ids, row => AddTool(facts, row), cancellationToken);
            await ReadAsync(connection, Relations, ids, row => AddRelation(facts, row), cancellationToken);
            facts.UnknownTools.AddRange(tools.Except(facts.Tools.Select(tool => tool.Text("id")), StringComparer.Ordinal));
        }

        facts.Agents.AddRange(Ids(entities, "agent"));
        if (facts.Agents.Count > 0)
        {
            await ReadAsync(connection, Uses, facts.Agents.ToArray(), row => facts.Uses.Add(Use(row)), cancellationToken);
        }

        var contexts = Ids(entities, "context");
        if (contexts.Length > 0)
        {
            await ReadAsync(connection, Suggestions, contexts, row => facts.Suggests.Add(Suggestion(row)), cancellationToken);
            facts.Contexts.AddRange(facts.Suggests.GroupBy(row => row.Text("pattern"), StringComparer.Ordinal).Select(Context));
            var known = facts.Contexts.Select(context => context.Text("pattern"));
            facts.UnknownContexts.AddRange(contexts.Except(known, StringComparer.Ordinal));
        }

        return facts;
    }

    private static string[] Ids(IEnumerable<(string Kind, string Id)> entities, string kind) =>
        [.. entities.Where(entity => entity.Kind == kind).Select(entity => entity.Id)];

    private static void AddTool(GraphFacts facts, NpgsqlDataReader row)
    {
        var id = row.GetString(0);
        var capabilities = Distinct(row.GetFieldValue<string[]>(3));
        facts.Tools.Add(new GraphRow
        {
            ["id"] = id,
            ["name"] = row.GetString(1),
            ["category"] = row.GetString(2),
            ["capabilities"] = capabilities,
            ["tags"] = Distinct(row.GetFieldValue<string[]>(4)),
            ["security_level"] = row.GetString(5),
            ["enabled"] = row.GetBoolean(6),
            ["version"] = row.GetString(7),
            ["session_count"] = row.GetInt64(8),
            ["created_at"] = row.GetInt64(9),
            ["updated_at"] = row.GetInt64(10),
        });
        facts.Provides.AddRange(capabilities.Select(name =>
            new GraphRow { ["id"] = id, ["name"] = name, [GraphKey.Property] = GraphKey.Of(name) }));
    }

    private static void AddRelation(GraphFacts facts, NpgsqlDataReader row)
    {
        var type = RelationTypes.Parse(row.GetString(1));
        var strength = GraphNumber.Of(row.GetDouble(3));
        facts.Relations[type].Add(new GraphRow
        {
            ["from"] = row.GetString(0),
            ["to"] = row.GetString(2),
            ["strength"] = strength,
            ["score"] = type == RelationType.SimilarTo ? strength : null,
            ["frequency"] = (long)row.GetInt32(4),
            ["assoc"] = row.IsDBNull(5) ? null : GraphNumber.Of(row.GetDouble(5)),
            ["source"] = row.GetString(6),
            ["reason"] = Text(row, 7),
            ["metadata"] = Text(row, 8),
            ["version_range"] = Text(row, 9),
            ["last_used"] = row.IsDBNull(10) ? null : row.GetInt64(10),
            ["updated_at"] = row.GetInt64(11),
        });
    }

    private static GraphRow Use(NpgsqlDataReader row)
    {
        var (frequency, sum, time) = (row.GetInt32(2), row.GetDouble(3), row.GetInt64(4));
        return new GraphRow
        {
            ["agent"] = row.GetString(0),
            [GraphKey.Property] = GraphKey.Of(row.GetString(0)),
            ["tool"] = row.GetString(1),
            ["frequency"] = (long)frequency,
            ["success_count"] = GraphNumber.Of(sum),
            ["total_execution_time"] = time,
            ["success_rate"] = frequency > 0 ? GraphNumber.Of(sum / frequency) : null,
            ["avg_execution_time"] = frequency > 0 ? GraphNumber.Of((double)time / frequency) : null,
            ["ewma"] = GraphNumber.Of(row.GetDouble(5)),
            ["last_used"] = row.GetInt64(6),
            ["context_patterns"] = row.GetFieldValue<string[]>(7),
        };
    }

    private static GraphRow Suggestion(NpgsqlDataReader row) => new()
    {
        ["pattern"] = row.GetString(0),
        [GraphKey.Property] = GraphKey.Of(row.GetString(0)),
        ["tool"] = row.GetString(1),
        ["keywords"] = row.GetFieldValue<string[]>(2),
        ["n"] = (long)row.GetInt32(3),
        ["s"] = GraphNumber.Of(row.GetDouble(4)),
        ["strength"] = GraphNumber.Of(row.GetDouble(5)),
        ["priority"] = (long)row.GetInt32(6),
        ["updated_at"] = row.GetInt64(7),
    };

    /// <summary>A context has the keywords of all its suggestions.</summary>
    private static GraphRow Context(IGrouping<string, GraphRow> suggestions) => new()
    {
        ["pattern"] = suggestions.Key,
        [GraphKey.Property] = GraphKey.Of(suggestions.Key),
        ["keywords"] = Distinct(suggestions.SelectMany(row => (string[])row["keywords"]!)).Order(StringComparer.Ordinal).ToArray(),
    };

    private static string[] Distinct(IEnumerable<string> words) => [.. words.Distinct(StringComparer.Ordinal)];

    private static string? Text(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    private static async Task ReadAsync(
        NpgsqlConnection connection, string sql, object ids, Action<NpgsqlDataReader> add, CancellationToken cancellationToken)
    {
        // The constants above, never input.
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter { Value = ids });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            add(reader);
        }
    }
}
