using Capns.Discovery.Worker.Graph.Projection;
using Npgsql;

namespace Capns.Discovery.Worker.Graph;

/// <summary>The tool graph in the tables of the truth: where there is no graph server, and while it is away.</summary>
internal sealed class PostgresToolGraph(NpgsqlDataSource database) : IToolGraph
{
    private static readonly string Neighbours = $"""
        SELECT from_id, type, to_id, strength::float8, frequency, assoc::float8, source, reason,
            floor(extract(epoch FROM last_used) * 1000)::bigint, version_range
        FROM (
            SELECT x.*, row_number() OVER (
                PARTITION BY seed, type
                ORDER BY round(CASE type WHEN 'USED_WITH' THEN coalesce(assoc, 0) ELSE strength END, {GraphNumber.Decimals}) DESC,
                    from_id, to_id) AS place
            FROM (
                SELECT s.seed, r.* FROM unnest($1) AS s (seed) JOIN discovery.graph_relations r ON r.from_id = s.seed
                UNION ALL
                SELECT s.seed, r.* FROM unnest($1) AS s (seed)
                JOIN discovery.graph_relations r ON r.to_id = s.seed AND r.from_id <> s.seed) x) y
        WHERE place <= {GraphLimits.RelationsPerSeed}
        """;

    private static readonly string Required = $"""
        SELECT from_id, to_id, version_range FROM discovery.graph_relations
        WHERE type = 'REQUIRES' AND from_id = ANY ($1) ORDER BY from_id, to_id LIMIT {GraphLimits.EdgesPerLevel}
        """;

    private static readonly string Requiring = $"""
        SELECT from_id, to_id, version_range FROM discovery.graph_relations
        WHERE type = 'REQUIRES' AND to_id = ANY ($1) ORDER BY from_id, to_id LIMIT {GraphLimits.EdgesPerLevel}
        """;

    private static readonly string Uses = $"""
        SELECT tool_id, frequency, success_sum::float8, total_execution_time, ewma::float8,
            floor(extract(epoch FROM last_used) * 1000)::bigint, context_patterns
        FROM discovery.agent_tool_usage WHERE agent_id = $1
        ORDER BY round(ewma, {GraphNumber.Decimals}) DESC, frequency DESC, tool_id LIMIT {GraphLimits.Uses}
        """;

    private static readonly string Suggestions = $"""
        SELECT pattern, keywords, tool_id, n, s::float8, strength::float8, floor(extract(epoch FROM updated_at) * 1000)::bigint
        FROM discovery.context_suggestions WHERE pattern = ANY ($1) OR keywords && $2
        ORDER BY round(strength, {GraphNumber.Decimals}) DESC, pattern COLLATE "C", tool_id LIMIT {GraphLimits.Suggestions}
        """;

    private readonly GraphTruth _truth = new(database);

    public string Store => "postgresql";

    public async Task<IReadOnlyList<ToolRelation>> NeighboursAsync(IReadOnlyCollection<Guid> seeds, CancellationToken cancellationToken) =>
        ToolRelations.Ordered(await ReadAsync(Neighbours, Relation, cancellationToken, seeds.Distinct().ToArray()));

    public Task<Dependencies> DependenciesAsync(Guid tool, bool reverse, CancellationToken cancellationToken) =>
        DependencyClosure.WalkAsync(tool, reverse, async ids => await ReadAsync(
            reverse ? Requiring : Required,
            row => new DependencyEdge(row.GetGuid(0), row.GetGuid(1), Text(row, 2)),
            cancellationToken,
            ids.ToArray()));

    public async Task<IReadOnlyList<AgentUse>> UsesAsync(string agentId, CancellationToken cancellationToken) => await ReadAsync(
        Uses,
        row => new AgentUse(
            row.GetGuid(0),
            row.GetInt32(1),
            GraphNumber.Of(row.GetDouble(2)),
            row.GetInt64(3),
            GraphNumber.Of(row.GetDouble(4)),
            GraphNumber.Time(row.GetInt64(5)),
            row.GetFieldValue<string[]>(6)),
        cancellationToken,
        agentId);

    public async Task<IReadOnlyList<ContextSuggestion>> SuggestionsAsync(
        IReadOnlyCollection<string> patterns, IReadOnlyCollection<string> keywords, CancellationToken cancellationToken) =>
        ToolRelations.Ordered(await ReadAsync(
            Suggestions,
            row => new ContextSuggestion(
                row.GetString(0),
                row.GetFieldValue<string[]>(1),
                row.GetGuid(2),
                row.GetInt32(3),
                GraphNumber.Of(row.GetDouble(4)),
                GraphNumber.Of(row.GetDouble(5)),
                GraphNumber.Time(row.GetInt64(6))),
            cancellationToken,
            patterns.ToArray(),
            keywords.ToArray()));

    public async Task<long> EpochAsync(CancellationToken cancellationToken) => (await _truth.StateAsync(cancellationToken)).Epoch;

    public async Task<IReadOnlyList<string>> DumpAsync(CancellationToken cancellationToken) =>
        GraphLines.Of(await _truth.AllAsync(cancellationToken));

    private static ToolRelation Relation(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        RelationTypes.Parse(row.GetString(1)),
        row.GetGuid(2),
        GraphNumber.Of(row.GetDouble(3)),
        row.GetInt32(4),
        row.IsDBNull(5) ? null : GraphNumber.Of(row.GetDouble(5)),
        row.GetString(6),
        Text(row, 7),
        row.IsDBNull(8) ? null : GraphNumber.Time(row.GetInt64(8)),
        Text(row, 9));

    private static string? Text(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    private async Task<List<T>> ReadAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object[] values)
    {
        // The constants above, never input.
#pragma warning disable CA2100
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
