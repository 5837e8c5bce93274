using System.Data;
using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Json;
using Npgsql;

namespace Capns.Discovery.Worker.Catalogue;

/// <summary>Reads what the registry publishes of its tools (views of schema <c>catalogue</c>), as of one moment. Thread-safe.</summary>
internal sealed class CatalogueReader(NpgsqlDataSource database)
{
    /// <summary>The columns a <see cref="CatalogueTool"/> is made of.</summary>
    private const string Columns = """
        id, slug, name, display_name, description, version, category, tags, capabilities, owner, security_level, requires_approval, available,
        deprecated, parameters::text, examples::text, cost_estimate, execution_time_estimate, requires::text, created_at, revision
        """;

    private static readonly string All = $"SELECT {Columns} FROM catalogue.tools";

    private static readonly string Changed =
        $"SELECT {Columns} FROM catalogue.tools WHERE id IN (SELECT tool_id FROM catalogue.changes WHERE revision > $1)";

    /// <summary>Of what is known already only what has changed since.</summary>
    /// <param name="known">What was read last; revision 0: nothing.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when the catalogue still has the revision of <paramref name="known"/>.</returns>
    /// <exception cref="NpgsqlException">The database is away, or the registry has not made its schema yet.</exception>
    public async Task<CatalogueChange?> ReadAsync(CatalogueSnapshot known, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await RevisionAsync(connection, cancellationToken) == known.Revision)
        {
            return null;
        }

        await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var revision = await RevisionAsync(connection, cancellationToken);

        // A revision that went back is that of a database that was restored: nothing that is known counts.
        if (known.Revision == 0 || revision < known.Revision)
        {
            var all = await ToolsAsync(connection, All, null, cancellationToken);
            var gone = known.Tools.Select(tool => tool.Id).Except(all.Select(tool => tool.Id));
            return new CatalogueChange(new CatalogueSnapshot(revision, all), [.. all.Select(tool => tool.Id), .. gone]);
        }

        var changed = await ChangedAsync(connection, known.Revision, cancellationToken);
        var read = await ToolsAsync(connection, Changed, known.Revision, cancellationToken);
        var tools = known.Tools.Where(tool => !changed.Contains(tool.Id)).Concat(read);
        return new CatalogueChange(new CatalogueSnapshot(revision, tools), changed);
    }

    /// <summary>The parameter schemas of these tools; looked up when an answer is to hold them, not kept.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<IReadOnlyDictionary<Guid, JsonElement>> ParametersAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT id, parameters::text FROM catalogue.tools WHERE id = ANY ($1) AND parameters IS NOT NULL");
        command.Parameters.Add(new NpgsqlParameter { Value = ids.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var schemas = new Dictionary<Guid, JsonElement>();
        while (await reader.ReadAsync(cancellationToken))
        {
            schemas[reader.GetGuid(0)] = JsonElement.Parse(reader.GetString(1));
        }

        return schemas;
    }

    private static async Task<long> RevisionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT revision FROM catalogue.revision", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<HashSet<Guid>> ChangedAsync(NpgsqlConnection connection, long since, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT tool_id FROM catalogue.changes WHERE revision > $1", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = since });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }

    private static async Task<List<CatalogueTool>> ToolsAsync(
        NpgsqlConnection connection, string sql, long? since, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        if (since is { } revision)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = revision });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tools = new List<CatalogueTool>();
        while (await reader.ReadAsync(cancellationToken))
        {
            tools.Add(Tool(reader));
        }

        return tools;
    }

    private static CatalogueTool Tool(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Slug = row.GetString(1),
        Name = row.GetString(2),
        DisplayName = row.GetString(3),
        Description = row.GetString(4),
        Version = row.GetString(5),
        Category = row.GetString(6),
        Tags = row.GetFieldValue<string[]>(7),
        Capabilities = row.GetFieldValue<string[]>(8),
        Owner = row.GetString(9),
        Level = Level(row.GetString(10)),
        RequiresApproval = row.GetBoolean(11),
        Availability = Availability(row.GetString(12)),
        Deprecated = row.GetBoolean(13),
        ParameterNames = CatalogueTexts.ParameterNames(Text(row, 14)),
        Examples = CatalogueTexts.Examples(Text(row, 15)),
        CostEstimate = row.GetDecimal(16),
        DurationEstimateMs = row.GetInt32(17),
        Requires = Requires(Text(row, 18)),
        RegisteredAt = row.GetFieldValue<DateTimeOffset>(19),
        Revision = row.GetInt64(20),
    };

    private static string? Text(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    private static IReadOnlyList<ToolRequirement> Requires(string? json)
    {
        if (json is null)
        {
            return [];
        }

        using var list = JsonDocument.Parse(json);
        return [.. list.RootElement.EnumerateArray().Select(one => new ToolRequirement(one.GetProperty("id").GetGuid(), one.GetProperty("range").GetString()))];
    }

    private static SecurityLevel Level(string word) => JsonSerializer.SerializeToElement(word).Deserialize<SecurityLevel>(WireJson.Options);

    private static ToolAvailability Availability(string word) => word switch
    {
        "yes" => ToolAvailability.Yes,
        "disabled" => ToolAvailability.Disabled,
        "maintenance" => ToolAvailability.Maintenance,
        _ => ToolAvailability.Archived,
    };
}

/// <summary>What was read.</summary>
/// <param name="Snapshot">All tools now.</param>
/// <param name="Changed">What may differ from the state before: also tools that were purged.</param>
internal sealed record CatalogueChange(CatalogueSnapshot Snapshot, IReadOnlyCollection<Guid> Changed);
