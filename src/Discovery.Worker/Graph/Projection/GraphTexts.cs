namespace Capns.Discovery.Worker.Graph.Projection;

/// <summary>
/// The writing queries: constant texts of what Neo4j 4.4 and later and FalkorDB both understand; values are parameters only.
/// </summary>
/// <remarks>
/// Each begins at the marker node and does nothing when another projector owns it: one that lost its lock without knowing writes
/// nothing any more. What was written gets the stamp of its batch; relations of the same owner with another stamp are gone from the
/// truth. A tool that is only referred to is a node with <c>missing</c>, and goes with its last relation.
/// </remarks>
internal static class GraphTexts
{
    /// <summary>Property of relations: the batch that wrote them last.</summary>
    public const string Stamp = "stamp";

    /// <summary>Property of Tool nodes that the catalogue does not have.</summary>
    public const string Missing = "missing";

    public const string Claim =
        "MERGE (m:Projection {id: 'tools'}) ON CREATE SET m.state = 'clearing', m.epoch = 0, m.whole = 0 SET m.owner = $owner";

    public const string Marker = "MATCH (m:Projection {id: 'tools'}) RETURN m.owner, m.state, m.epoch, m.whole";

    public const string Clearing = Owned + "SET m.state = 'clearing'";

    public const string Filling = Owned + "SET m.state = 'filling', m.epoch = 0, m.whole = $whole";

    /// <summary>Whole once it has come as far as the truth was when it was emptied.</summary>
    public const string Reached = Owned + "SET m.epoch = $epoch, m.state = CASE WHEN $epoch >= m.whole THEN 'ready' ELSE m.state END";

    public const string Tools = Owned + """
        UNWIND $rows AS row MERGE (t:Tool {id: row.id})
        SET t.name = row.name, t.category = row.category, t.capabilities = row.capabilities, t.tags = row.tags,
            t.security_level = row.security_level, t.enabled = row.enabled, t.version = row.version, t.session_count = row.session_count,
            t.created_at = row.created_at, t.updated_at = row.updated_at, t.missing = null
        """;

    public const string UnknownTools = Owned + """
        UNWIND $ids AS id MATCH (t:Tool {id: id})
        SET t.name = null, t.category = null, t.capabilities = null, t.tags = null, t.security_level = null, t.enabled = null,
            t.version = null, t.session_count = null, t.created_at = null, t.updated_at = null, t.missing = true
        """;

    /// <summary>After everything else of the tool has been replaced.</summary>
    public const string UnreferredTools = Owned + """
        UNWIND $ids AS id MATCH (t:Tool {id: id}) OPTIONAL MATCH (t)-[x]-() WITH t, count(x) AS n WHERE n = 0 DELETE t
        """;

    public const string Provides = Owned + """
        UNWIND $rows AS row MATCH (t:Tool {id: row.id}) MERGE (c:Capability {key: row.key}) SET c.name = row.name
        MERGE (t)-[r:PROVIDES]->(c) SET r.stamp = $stamp
        """;

    public const string StaleProvides = Owned + """
        UNWIND $ids AS id MATCH (t:Tool {id: id})-[r:PROVIDES]->(c:Capability) WHERE coalesce(r.stamp, '') <> $stamp
        DELETE r WITH DISTINCT c OPTIONAL MATCH (c)-[x]-() WITH c, count(x) AS n WHERE n = 0 DELETE c
        """;

    public const string StaleRelations = Owned + """
        UNWIND $ids AS id MATCH (t:Tool {id: id})-[r:REQUIRES|ENHANCES|REPLACES]->(o:Tool) WHERE coalesce(r.stamp, '') <> $stamp
        DELETE r
        """ + DropUnreferred;

    public const string StalePairs = Owned + """
        UNWIND $ids AS id MATCH (t:Tool {id: id})-[r:SIMILAR_TO|USED_WITH]-(o:Tool) WHERE coalesce(r.stamp, '') <> $stamp
        DELETE r
        """ + DropUnreferred;

    public const string Uses = Owned + """
        UNWIND $rows AS row MERGE (a:Agent {key: row.key}) SET a.id = row.agent MERGE (t:Tool {id: row.tool}) ON CREATE SET t.missing = true
        MERGE (a)-[r:USES]->(t)
        SET r.frequency = row.frequency, r.success_count = row.success_count, r.total_execution_time = row.total_execution_time,
            r.success_rate = row.success_rate, r.avg_execution_time = row.avg_execution_time, r.ewma = row.ewma,
            r.last_used = row.last_used, r.context_patterns = row.context_patterns, r.stamp = $stamp
        """;

    public const string StaleUses = Owned + """
        UNWIND $ids AS id MATCH (a:Agent {key: id})-[r:USES]->(o:Tool) WHERE coalesce(r.stamp, '') <> $stamp
        DELETE r
        """ + DropUnreferred;

    public const string UnusedAgents = Owned + """
        UNWIND $ids AS id MATCH (a:Agent {key: id}) OPTIONAL MATCH (a)-[x]-() WITH a, count(x) AS n WHERE n = 0 DELETE a
        """;

    public const string Contexts =
        Owned + "UNWIND $rows AS row MERGE (c:Context {key: row.key}) SET c.pattern = row.pattern, c.keywords = row.keywords";

    public const string Suggests = Owned + """
        UNWIND $rows AS row MATCH (c:Context {key: row.key}) MERGE (t:Tool {id: row.tool}) ON CREATE SET t.missing = true
        MERGE (c)-[r:SUGGESTS]->(t)
        SET r.strength = row.strength, r.priority = row.priority, r.n = row.n, r.s = row.s, r.keywords = row.keywords,
            r.updated_at = row.updated_at, r.stamp = $stamp
        """;

    public const string StaleSuggests = Owned + """
        UNWIND $ids AS id MATCH (c:Context {key: id})-[r:SUGGESTS]->(o:Tool) WHERE coalesce(r.stamp, '') <> $stamp
        DELETE r
        """ + DropUnreferred;

    public const string EmptyContexts = Owned + """
        UNWIND $ids AS id MATCH (c:Context {key: id}) OPTIONAL MATCH (c)-[x]-() WITH c, count(x) AS n WHERE n = 0 DELETE c
        """;

    private const string Owned = "MATCH (m:Projection {id: 'tools', owner: $owner}) ";

    private const string DropUnreferred = """
         WITH DISTINCT o OPTIONAL MATCH (o)-[x]-() WITH o, count(x) AS n WHERE n = 0 AND o.missing = true DELETE o
        """;

    private const string Related = """
        >(b)
        SET r.strength = row.strength, r.score = row.score, r.frequency = row.frequency, r.assoc = row.assoc, r.source = row.source,
            r.reason = row.reason, r.metadata = row.metadata, r.version_range = row.version_range, r.last_used = row.last_used,
            r.updated_at = row.updated_at, r.stamp = $stamp
        """;

    /// <summary>One text for each type: a type cannot be a parameter.</summary>
    public static IReadOnlyDictionary<RelationType, string> Relations { get; } = RelationTypes.All.ToDictionary(
        type => type,
        type => Owned + "UNWIND $rows AS row MERGE (a:Tool {id: row.from}) ON CREATE SET a.missing = true "
            + $"MERGE (b:Tool {{id: row.to}}) ON CREATE SET b.missing = true MERGE (a)-[r:{type.Word()}]-{Related}");

    /// <summary>Empties the graph a thousand nodes at a time: more in one transaction needs too much memory.</summary>
    public static IReadOnlyList<(string Clear, string Left)> Clear { get; } =
    [
        .. new[] { "Context", "Agent", "Tool", "Capability" }.Select(label => (
            $"{Owned}MATCH (n:{label}) WITH n LIMIT 1000 DETACH DELETE n",
            $"MATCH (n:{label}) RETURN 1 LIMIT 1")),
    ];

    /// <summary>Indexes and constraints; each may be made again without harm.</summary>
    public static IReadOnlyList<string> Schema(string store) => store == "neo4j"
        ?
        [
            "CREATE CONSTRAINT capns_projection_id IF NOT EXISTS FOR (n:Projection) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT capns_tool_id IF NOT EXISTS FOR (n:Tool) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT capns_agent_key IF NOT EXISTS FOR (n:Agent) REQUIRE n.key IS UNIQUE",
            "CREATE CONSTRAINT capns_capability_key IF NOT EXISTS FOR (n:Capability) REQUIRE n.key IS UNIQUE",
            "CREATE CONSTRAINT capns_context_key IF NOT EXISTS FOR (n:Context) REQUIRE n.key IS UNIQUE",
            "CREATE INDEX capns_tool_category IF NOT EXISTS FOR (n:Tool) ON (n.category)",
            "CREATE INDEX capns_tool_name IF NOT EXISTS FOR (n:Tool) ON (n.name)",
        ]
        :
        [
            "CREATE INDEX FOR (n:Tool) ON (n.id)",
            "CREATE INDEX FOR (n:Agent) ON (n.key)",
            "CREATE INDEX FOR (n:Capability) ON (n.key)",
            "CREATE INDEX FOR (n:Context) ON (n.key)",
            "CREATE INDEX FOR (n:Tool) ON (n.category)",
            "CREATE INDEX FOR (n:Tool) ON (n.name)",
        ];
}
