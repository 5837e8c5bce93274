using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Persistence;
using Capns.Testing;
using Npgsql;
using NpgsqlTypes;

namespace Capns.Discovery.Worker.Tests;

/// <summary>A database as the registry leaves it: its tables made by its own migrations, filled with the tools of a test.</summary>
internal sealed class TestCatalogue : IAsyncDisposable
{
    private TestCatalogue(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public NpgsqlDataSource Source => Database.Source;

    /// <param name="withDiscovery">True: this worker's schema is made too.</param>
    public static async Task<TestCatalogue> CreateAsync(bool withDiscovery = true)
    {
        var database = await TestDatabase.CreateAsync();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src/Registry.Worker/Persistence/Migrations"), "*.sql").Order(StringComparer.Ordinal))
        {
            await database.ExecuteAsync(await File.ReadAllTextAsync(file));
        }

        if (withDiscovery)
        {
            await DiscoveryDatabase.Migrations.ApplyAsync(database.Source, CancellationToken.None);
        }

        return new TestCatalogue(database);
    }

    /// <summary>Registers tools, or changes them to be so; all in one transaction.</summary>
    public async Task PutAsync(params IEnumerable<CatalogueTool> tools)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var list = tools.ToList();
        foreach (var tool in list)
        {
            await PutToolAsync(connection, tool);
        }

        foreach (var tool in list)
        {
            await PutVersionAsync(connection, tool);
        }

        await transaction.CommitAsync();
    }

    public async Task ArchiveAsync(Guid id) => await Database.ExecuteAsync($"UPDATE tools SET archived_at = now() WHERE id = '{id}'");

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private static async Task PutToolAsync(NpgsqlConnection connection, CatalogueTool tool)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO tools (id, slug, name, display_name, description, version, category, tags, capabilities, owner, author, security_level,
                requires_approval, is_enabled, maintenance_status, trust, config, created_at, updated_at, archived_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12, $13, $14, 'reviewed', '{}', $15, $15, $16)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, display_name = excluded.display_name, description = excluded.description,
                version = excluded.version, category = excluded.category, tags = excluded.tags, capabilities = excluded.capabilities,
                security_level = excluded.security_level, requires_approval = excluded.requires_approval, is_enabled = excluded.is_enabled,
                maintenance_status = excluded.maintenance_status, archived_at = excluded.archived_at, updated_at = now()
            """,
            connection);
        object[] values =
        [
            tool.Id, tool.Slug, tool.Name, tool.DisplayName, tool.Description, tool.Version, tool.Category, tool.Tags.ToArray(),
            tool.Capabilities.ToArray(), tool.Owner, Level(tool), tool.RequiresApproval, tool.Availability != ToolAvailability.Disabled,
            tool.Availability == ToolAvailability.Maintenance ? "maintenance" : tool.Deprecated ? "deprecated" : "active",
            tool.RegisteredAt == default ? TimeProvider.System.GetUtcNow() : tool.RegisteredAt,
            tool.Availability == ToolAvailability.Archived ? TimeProvider.System.GetUtcNow() : DBNull.Value,
        ];
        foreach (var value in values)
        {
            command.Parameters.Add(value is DBNull ? new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.TimestampTz } : new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }

    private static async Task PutVersionAsync(NpgsqlConnection connection, CatalogueTool tool)
    {
        var definition = JsonSerializer.Serialize(
            new
            {
                parameters = new { type = "object", properties = tool.ParameterNames.ToDictionary(name => name, _ => new { type = "string" }) },
                examples = tool.Examples.Select(text => new { name = text, input = new { } }),
                costEstimate = tool.CostEstimate,
                executionTimeEstimate = tool.DurationEstimateMs,
            },
            WireJson.Options);
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO tool_versions (tool_id, version, definition, definition_hash, security_level, is_prerelease, published_by, published_at)
            VALUES ($1, $2, $3::jsonb, repeat('0', 64), $4, false, 'a test', now()) ON CONFLICT DO NOTHING
            """,
            connection);
        foreach (var value in new object[] { tool.Id, tool.Version, definition, Level(tool) })
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync();
        await using var requirements = new NpgsqlCommand(
            """
            INSERT INTO tool_dependencies (tool_id, version, depends_on, version_range)
            SELECT $1, $2, unnest($3), unnest($4) ON CONFLICT DO NOTHING
            """,
            connection);
        requirements.Parameters.Add(new NpgsqlParameter { Value = tool.Id });
        requirements.Parameters.Add(new NpgsqlParameter { Value = tool.Version });
        requirements.Parameters.Add(new NpgsqlParameter { Value = tool.Requires.Select(one => one.ToolId).ToArray() });
        requirements.Parameters.Add(new NpgsqlParameter { Value = tool.Requires.Select(one => one.Range).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await requirements.ExecuteNonQueryAsync();
    }

    private static string Level(CatalogueTool tool) => JsonSerializer.SerializeToElement(tool.Level, WireJson.Options).GetString()!;
}
