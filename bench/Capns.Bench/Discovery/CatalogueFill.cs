using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Discovery.Worker.Catalogue;
using Npgsql;
using NpgsqlTypes;

namespace Capns.Bench.Discovery;

/// <summary>Puts tools into the registry's tables as if they had been registered, and words into a table for PostgreSQL's own search.</summary>
internal static class CatalogueFill
{
    private const string CopyTools = """
        COPY tools (id, slug, name, display_name, description, version, category, tags, capabilities, owner, author, security_level, requires_approval,
            is_enabled, maintenance_status, trust, config, created_at, updated_at) FROM STDIN (FORMAT BINARY)
        """;

    private const string CopyVersions = """
        COPY tool_versions (tool_id, version, definition, definition_hash, security_level, is_prerelease, published_by, published_at) FROM STDIN (FORMAT BINARY)
        """;

    /// <summary>What a service would make that lets PostgreSQL search: one generated column with weights, one GIN index.</summary>
    private const string FullText = """
        DROP TABLE IF EXISTS bench_search;
        CREATE TABLE bench_search AS SELECT id, name, setweight(to_tsvector('english', slug || ' ' || name || ' ' || display_name), 'A')
            || setweight(to_tsvector('english', array_to_string(tags, ' ') || ' ' || array_to_string(capabilities, ' ')), 'B')
            || setweight(to_tsvector('english', description), 'C') AS words FROM tools;
        CREATE INDEX bench_search_words ON bench_search USING gin (words);
        ANALYZE bench_search; ANALYZE tools; ANALYZE tool_versions;
        """;

    /// <summary>Replaces every tool that is there.</summary>
    public static async Task FillAsync(NpgsqlDataSource database, IReadOnlyList<CatalogueTool> tools, CancellationToken cancellationToken)
    {
        // The triggers count each row's change of the catalogue; one change tells the workers of all.
        await RunAsync(
            database,
            """
            ALTER TABLE tools DISABLE TRIGGER tools_changed; ALTER TABLE tool_versions DISABLE TRIGGER tool_versions_changed;
            DELETE FROM tool_dependencies; DELETE FROM tool_versions; DELETE FROM tools; DELETE FROM catalogue_changes;
            """,
            cancellationToken);
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await CopyToolsAsync(connection, tools, cancellationToken);
            await CopyVersionsAsync(connection, tools, cancellationToken);
        }

        await RunAsync(
            database,
            """
            ALTER TABLE tools ENABLE TRIGGER tools_changed; ALTER TABLE tool_versions ENABLE TRIGGER tool_versions_changed;
            UPDATE catalogue_revision SET revision = revision + 1;
            INSERT INTO catalogue_changes (tool_id, revision) SELECT id, (SELECT revision FROM catalogue_revision) FROM tools;
            """,
            cancellationToken);
        await RunAsync(database, FullText, cancellationToken);
    }

    private static async Task CopyToolsAsync(NpgsqlConnection connection, IReadOnlyList<CatalogueTool> tools, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyTools, cancellationToken);
        foreach (var tool in tools)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(tool.Id, cancellationToken);
            foreach (var text in new[] { tool.Slug, tool.Name, tool.DisplayName, tool.Description, tool.Version, tool.Category })
            {
                await copy.WriteAsync(text, cancellationToken);
            }

            await copy.WriteAsync(tool.Tags.ToArray(), cancellationToken);
            await copy.WriteAsync(tool.Capabilities.ToArray(), cancellationToken);
            // A name is unique per owner; made-up names are not.
            foreach (var text in new[] { tool.Slug, "bench", "safe" })
            {
                await copy.WriteAsync(text, cancellationToken);
            }

            await copy.WriteAsync(false, cancellationToken);
            await copy.WriteAsync(true, cancellationToken);
            await copy.WriteAsync("active", cancellationToken);
            await copy.WriteAsync("reviewed", cancellationToken);
            await copy.WriteAsync("{}", NpgsqlDbType.Jsonb, cancellationToken);
            await copy.WriteAsync(tool.RegisteredAt.ToUniversalTime(), cancellationToken);
            await copy.WriteAsync(tool.RegisteredAt.ToUniversalTime(), cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task CopyVersionsAsync(NpgsqlConnection connection, IReadOnlyList<CatalogueTool> tools, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyVersions, cancellationToken);
        foreach (var tool in tools)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(tool.Id, cancellationToken);
            await copy.WriteAsync(tool.Version, cancellationToken);
            await copy.WriteAsync(Definition(tool), NpgsqlDbType.Jsonb, cancellationToken);
            await copy.WriteAsync(new string('0', 64), NpgsqlDbType.Char, cancellationToken);
            await copy.WriteAsync("safe", cancellationToken);
            await copy.WriteAsync(false, cancellationToken);
            await copy.WriteAsync("bench", cancellationToken);
            await copy.WriteAsync(tool.RegisteredAt.ToUniversalTime(), cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static string Definition(CatalogueTool tool) => JsonSerializer.Serialize(
        new
        {
            parameters = new { type = "object", properties = tool.ParameterNames.ToDictionary(name => name, _ => new { type = "string" }) },
            examples = tool.Examples.Select(text => new { name = text, input = new { } }),
            costEstimate = tool.CostEstimate,
            executionTimeEstimate = tool.DurationEstimateMs,
        },
        WireJson.Options);

    private static async Task RunAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        // All texts stand above.
#pragma warning disable CA2100
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
