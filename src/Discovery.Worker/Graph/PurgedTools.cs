using Capns.Discovery.Worker.Catalogue;
using Npgsql;

namespace Capns.Discovery.Worker.Graph;

/// <summary>What becomes of what was learned of a tool that the registry no longer has: it goes.</summary>
internal static class PurgedTools
{
    // $1: the tools, $2: the epoch. What definitions of others say of the tool stays: to them it is missing.
    private static readonly string[] Forget =
    [
        Marked("tool", "graph_relations", "from_id = ANY ($1) OR (to_id = ANY ($1) AND type <> 'REQUIRES')", "from_id::text"),
        Marked("agent", "agent_tool_usage", "tool_id = ANY ($1)", "agent_id"),
        Marked("context", "context_suggestions", "tool_id = ANY ($1)", "pattern"),
        .. new[] { "tool_sessions", "tool_quality", "tool_days", "tool_durations", "known_tools", "similar_tools" }
            .Select(table => $"DELETE FROM discovery.{table} WHERE tool_id = ANY ($1)"),
    ];

    /// <summary>Tools that an instance knew before this one was there, and that were purged while none was.</summary>
    /// <remarks>What another instance has seen since this snapshot is not among them.</remarks>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public static async Task<IReadOnlyList<Guid>> UnseenAsync(
        NpgsqlDataSource database, CatalogueSnapshot catalogue, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT tool_id FROM discovery.known_tools WHERE revision <= $1");
        command.Parameters.Add(new NpgsqlParameter { Value = catalogue.Revision });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var gone = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (catalogue.Find(reader.GetGuid(0)) is null)
            {
                gone.Add(reader.GetGuid(0));
            }
        }

        return gone;
    }

    /// <summary>Removes everything that was learned of them, and marks what the graph holds of it.</summary>
    /// <param name="connection">In the transaction that has raised the epoch.</param>
    /// <param name="tools">Purged.</param>
    /// <param name="epoch">Of the transaction.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task ForgetAsync(
        NpgsqlConnection connection, IReadOnlyList<Guid> tools, long epoch, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var sql in Forget)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new NpgsqlParameter { Value = tools.ToArray() });
            if (sql.Contains("$2", StringComparison.Ordinal))
            {
                command.Parameters.Add(new NpgsqlParameter { Value = epoch });
            }

            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Marked(string kind, string table, string where, string id) =>
        $"""
        WITH gone AS (DELETE FROM discovery.{table} WHERE {where} RETURNING {id} AS id)
        INSERT INTO discovery.graph_dirty (kind, id, epoch) SELECT DISTINCT '{kind}', id, $2 FROM gone
        ON CONFLICT (kind, id) DO UPDATE SET epoch = excluded.epoch
        """;
}
