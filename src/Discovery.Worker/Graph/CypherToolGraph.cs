using Capns.Discovery.Worker.Graph.Projection;

namespace Capns.Discovery.Worker.Graph;

/// <summary>
/// The tool graph on a server that speaks openCypher. Constant texts of what Neo4j 4.4 and later and FalkorDB both understand.
/// </summary>
internal sealed class CypherToolGraph(ICypherExecutor executor) : IToolGraph
{
    // The first MATCH of a WITH of its own: else FalkorDB starts at every tool.
    private static readonly string Neighbours = $"""
        UNWIND $ids AS id MATCH (s:Tool [id: id]) WITH s
        MATCH (s)-[r:SIMILAR_TO|USED_WITH|ENHANCES|REPLACES|REQUIRES]-(o:Tool)
        WITH s.id AS seed, type(r) AS type, startNode(r).id AS source, endNode(r).id AS target, r,
            CASE type(r) WHEN 'USED_WITH' THEN coalesce(r.assoc, 0.0) ELSE r.strength END AS weight
        ORDER BY weight DESC, source, target
        WITH seed, type, collect([source, target, r.strength, r.frequency, r.assoc, r.source, r.reason, r.last_used, r.version_range])
            [0..{GraphLimits.RelationsPerSeed}] AS best
        UNWIND best AS b
        RETURN b[0], type, b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8]
        """.Replace("[id: id]", "{id: id}", StringComparison.Ordinal);

    private static readonly string Required = $$"""
        UNWIND $ids AS id MATCH (a:Tool {id: id}) WITH a MATCH (a)-[r:REQUIRES|DEPENDS_ON]->(b:Tool)
        RETURN a.id AS source, b.id AS target, r.version_range ORDER BY source, target LIMIT {{GraphLimits.EdgesPerLevel}}
        """;

    private static readonly string Requiring = $$"""
        UNWIND $ids AS id MATCH (b:Tool {id: id}) WITH b MATCH (a:Tool)-[r:REQUIRES|DEPENDS_ON]->(b)
        RETURN a.id AS source, b.id AS target, r.version_range ORDER BY source, target LIMIT {{GraphLimits.EdgesPerLevel}}
        """;

    private static readonly string Uses = $$"""
        MATCH (a:Agent {key: $key})-[r:USES]->(t:Tool)
        RETURN t.id AS tool, r.frequency AS frequency, r.success_count, r.total_execution_time, r.ewma AS ewma, r.last_used,
            r.context_patterns
        ORDER BY ewma DESC, frequency DESC, tool LIMIT {{GraphLimits.Uses}}
        """;

    private const string Suggestion = """
         RETURN c.pattern AS pattern, t.id AS tool, r.keywords, r.n, r.s, r.strength AS strength, r.updated_at
        ORDER BY strength DESC, pattern, tool LIMIT
        """;

    private static readonly string ByPattern =
        "UNWIND $words AS word MATCH (c:Context {key: word}) WITH c MATCH (c)-[r:SUGGESTS]->(t:Tool)"
        + $"{Suggestion} {GraphLimits.Suggestions}";

    private static readonly string ByKeyword =
        "MATCH (c:Context) WHERE any(k IN c.keywords WHERE k IN $words) WITH c MATCH (c)-[r:SUGGESTS]->(t:Tool) "
        + $"WHERE any(k IN r.keywords WHERE k IN $words){Suggestion} {GraphLimits.Suggestions}";

    private static readonly string[] Labels = ["Tool", "Agent", "Capability", "Context"];

    private static readonly (string From, string FromKey, string To, string ToKey, string Types)[] Kinds =
    [
        ("Tool", "id", "Tool", "id", "REQUIRES|SIMILAR_TO|USED_WITH|ENHANCES|REPLACES"),
        ("Tool", "id", "Capability", "name", "PROVIDES"),
        ("Agent", "id", "Tool", "id", "USES"),
        ("Context", "pattern", "Tool", "id", "SUGGESTS"),
    ];

    public string Store => executor.Store;

    public async Task<IReadOnlyList<ToolRelation>> NeighboursAsync(IReadOnlyCollection<Guid> seeds, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(Neighbours, "ids", Texts(seeds), cancellationToken);
        return ToolRelations.Ordered(rows.Select(row => new ToolRelation(
            CypherValue.Id(row[0]),
            RelationTypes.Parse(CypherValue.Text(row[1])),
            CypherValue.Id(row[2]),
            CypherValue.Number(row[3]),
            (int)CypherValue.Whole(row[4]),
            CypherValue.NumberOrNull(row[5]),
            CypherValue.Text(row[6]),
            CypherValue.TextOrNull(row[7]),
            CypherValue.TimeOrNull(row[8]),
            CypherValue.TextOrNull(row[9]))));
    }

    public Task<Dependencies> DependenciesAsync(Guid tool, bool reverse, CancellationToken cancellationToken) =>
        DependencyClosure.WalkAsync(tool, reverse, async ids =>
        {
            var rows = await ReadAsync(reverse ? Requiring : Required, "ids", Texts(ids), cancellationToken);
            return
            [
                .. rows.Select(row => new DependencyEdge(CypherValue.Id(row[0]), CypherValue.Id(row[1]), CypherValue.TextOrNull(row[2]))),
            ];
        });

    public async Task<IReadOnlyList<AgentUse>> UsesAsync(string agentId, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(Uses, "key", GraphKey.Of(agentId), cancellationToken);
        return
        [
            .. rows.Select(row => new AgentUse(
                CypherValue.Id(row[0]),
                (int)CypherValue.Whole(row[1]),
                CypherValue.Number(row[2]),
                CypherValue.Whole(row[3]),
                CypherValue.Number(row[4]),
                CypherValue.Time(row[5]),
                CypherValue.Texts(row[6]))),
        ];
    }

    public async Task<IReadOnlyList<ContextSuggestion>> SuggestionsAsync(
        IReadOnlyCollection<string> patterns, IReadOnlyCollection<string> keywords, CancellationToken cancellationToken)
    {
        string[] keys = [.. patterns.Distinct(StringComparer.Ordinal).Select(GraphKey.Of)];
        IReadOnlyList<IReadOnlyList<object?>> rows =
        [
            .. keys.Length == 0 ? [] : await ReadAsync(ByPattern, "words", keys, cancellationToken),
            .. keywords.Count == 0 ? [] : await ReadAsync(ByKeyword, "words", keywords.ToArray(), cancellationToken),
        ];
        return ToolRelations.Ordered(rows.Select(row => new ContextSuggestion(
            CypherValue.Text(row[0]),
            CypherValue.Texts(row[2]),
            CypherValue.Id(row[1]),
            (int)CypherValue.Whole(row[3]),
            CypherValue.Number(row[4]),
            CypherValue.Number(row[5]),
            CypherValue.Time(row[6]))));
    }

    public async Task<long> EpochAsync(CancellationToken cancellationToken) =>
        await GraphMarker.ReadAsync(executor, cancellationToken) is { IsReady: true } marker ? marker.Epoch : -1;

    public async Task<IReadOnlyList<string>> DumpAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var label in Labels)
        {
            var rows = await ReadAsync($"MATCH (n:{label}) RETURN properties(n)", cancellationToken);
            lines.AddRange(rows.Select(row => GraphLines.Node(label, CypherValue.Map(row[0]))));
        }

        foreach (var (from, fromKey, to, toKey, types) in Kinds)
        {
            var rows = await ReadAsync(
                $"MATCH (a:{from})-[r:{types}]->(b:{to}) RETURN a.{fromKey}, type(r), b.{toKey}, properties(r)", cancellationToken);
            lines.AddRange(rows.Select(row => GraphLines.Relation(
                from, CypherValue.Text(row[0]), CypherValue.Text(row[1]), to, CypherValue.Text(row[2]), CypherValue.Map(row[3]))));
        }

        return GraphLines.Ordered(lines);
    }

    private static string[] Texts(IEnumerable<Guid> ids) => [.. ids.Distinct().Select(id => id.ToString())];

    private Task<IReadOnlyList<IReadOnlyList<object?>>> ReadAsync(string text, CancellationToken cancellationToken) =>
        executor.ReadAsync(new CypherStatement(text, new GraphRow()), cancellationToken);

    private Task<IReadOnlyList<IReadOnlyList<object?>>> ReadAsync(
        string text, string name, object value, CancellationToken cancellationToken) =>
        executor.ReadAsync(new CypherStatement(text, new GraphRow { [name] = value }), cancellationToken);
}
