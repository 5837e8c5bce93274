using Npgsql;

namespace Capns.Bench.Api;

/// <summary>Fills the registry's tables as if it had been in use for a year.</summary>
internal static class Seed
{
    private const string Tools = """
        INSERT INTO tools (id, slug, name, display_name, description, version, category, tags, capabilities, owner, author, security_level, requires_approval, is_enabled,
            maintenance_status, trust, config, total_executions, created_at, updated_at)
        SELECT gen_random_uuid(), 'tool-' || n, 'tool-' || n, 'Tool ' || n, 'Does the thing number ' || n || ' for whoever asks.', '1.0.0', 'category-' || n % 50,
            ARRAY['tag-' || n % 200, 'seeded'], ARRAY['word-' || n % 200], 'owner-' || n % 100, 'bench', 'safe', false, true, 'active', 'reviewed', '{}', n % 1000,
            '2024-10-04Z'::timestamptz + n * interval '1 minute', '2024-10-04Z'::timestamptz + n * interval '1 minute'
        FROM generate_series(1, $1) AS n
        """;

    private const string Versions = """
        INSERT INTO tool_versions (tool_id, version, definition, definition_hash, security_level, is_prerelease, published_by, published_at)
        SELECT id, '1.0.0', jsonb_build_object('name', name, 'displayName', display_name, 'description', description, 'version', '1.0.0', 'category', category, 'tags', tags,
            'capabilities', capabilities, 'parameters', '{"type":"object","properties":{"text":{"type":"string"}}}'::jsonb, 'securityLevel', 'safe',
            'executor', '{"type":"command","command":["/bin/true"]}'::jsonb), repeat('0', 64), 'safe', false, 'bench', created_at
        FROM tools WHERE slug LIKE 'tool-%'
        """;

    private const string Executions = """
        INSERT INTO executions (id, tool_id, status, parameters, result, tool_ref, tool_name, tool_version, security_level, priority, pool, caller_id, agent_id, source, attempt,
            last_sequence, created_at, queued_at, started_at, completed_at)
        SELECT gen_random_uuid(), NULL, CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'completed' END, '{"operation":"add","operands":[5,3]}', '{"value":8}', 'math-calculator',
            'math-calculator', '1.1.0', 'safe', 'normal', 'default', 'agent-' || n % 500, 'agent-' || n % 500, 'bench', 1, 2, t, t, t, t
        FROM generate_series(1, $1) AS n, LATERAL (SELECT '2024-10-04Z'::timestamptz + n * interval '30 seconds' AS t) AS at
        """;

    /// <summary>Fills and analyses.</summary>
    public static async Task FillAsync(NpgsqlDataSource database, int tools, int executions, CancellationToken cancellationToken)
    {
        // The triggers count each row's change of the catalogue; one change tells the registry of all.
        await RunAsync(database, "ALTER TABLE tools DISABLE TRIGGER tools_changed; ALTER TABLE tool_versions DISABLE TRIGGER tool_versions_changed", null, cancellationToken);
        await RunAsync(database, Tools, tools, cancellationToken);
        await RunAsync(database, Versions, null, cancellationToken);
        await RunAsync(database, "ALTER TABLE tools ENABLE TRIGGER tools_changed; ALTER TABLE tool_versions ENABLE TRIGGER tool_versions_changed; UPDATE catalogue_revision SET revision = revision + 1", null, cancellationToken);
        await RunAsync(database, Executions, executions, cancellationToken);
        await RunAsync(database, "VACUUM (ANALYZE) tools, tool_versions, executions", null, cancellationToken);
    }

    /// <summary>For Npgsql, from a URL.</summary>
    public static string ConnectionString(string url)
    {
        var read = new Uri(url);
        var login = read.UserInfo.Split(':', 2);
        return new NpgsqlConnectionStringBuilder
        {
            Host = read.Host,
            Port = read.Port,
            Database = read.AbsolutePath.Trim('/'),
            Username = Uri.UnescapeDataString(login[0]),
            Password = login.Length > 1 ? Uri.UnescapeDataString(login[1]) : null,
            CommandTimeout = 600,
            MaxAutoPrepare = 20,
        }.ConnectionString;
    }

    private static async Task RunAsync(NpgsqlDataSource database, string sql, int? number, CancellationToken cancellationToken)
    {
        // All texts stand above.
#pragma warning disable CA2100
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        if (number is { } value)
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
