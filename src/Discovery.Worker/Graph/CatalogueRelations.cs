using Capns.Discovery.Worker.Catalogue;
using Npgsql;

namespace Capns.Discovery.Worker.Graph;

/// <summary>Keeps REQUIRES as the definitions say, and marks changed tools for the graph (platform spec 7.3, rule 7).</summary>
/// <remarks>
/// Every instance follows the catalogue; a revision that another has applied, or a later one, is not applied again. What was learned of
/// a tool that is purged goes with it.
/// </remarks>
internal sealed class CatalogueRelations(NpgsqlDataSource database)
{
    /// <summary>Tools of one transaction.</summary>
    public const int ToolsPerTransaction = 500;

    // What was purged while no instance was there is looked for once.
    private volatile bool _looked;

    /// <summary>Applies what is new, in as many transactions as it takes.</summary>
    /// <param name="catalogue">All tools.</param>
    /// <param name="changed">Those that may differ; also ones that were purged.</param>
    /// <param name="cancellationToken">Ends it; what is applied stays.</param>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task FollowAsync(CatalogueSnapshot catalogue, IEnumerable<Guid> changed, CancellationToken cancellationToken)
    {
        var all = _looked ? changed : changed.Concat(await PurgedTools.UnseenAsync(database, catalogue, cancellationToken)).Distinct();
        foreach (var ids in all.Chunk(ToolsPerTransaction))
        {
            var tools = ids.Select(catalogue.Find).OfType<CatalogueTool>().ToList();
            var purged = ids.Where(id => catalogue.Find(id) is null).ToList();
            await ApplyAsync(tools, purged, cancellationToken);
        }

        _looked = true;
    }

    /// <summary>Applies what is new, in one transaction.</summary>
    /// <param name="tools">As the catalogue has them.</param>
    /// <param name="purged">Ids that the catalogue no longer has.</param>
    /// <param name="cancellationToken">Ends it; nothing is applied then.</param>
    /// <returns>How many tools were new.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<int> ApplyAsync(IReadOnlyList<CatalogueTool> tools, IReadOnlyList<Guid> purged, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // Mostly another instance has been here; then the epoch stays.
        if ((await NewAsync(connection, tools, purged, cancellationToken)).IsNone)
        {
            return 0;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // From here on no other instance gets further than this line.
        var epoch = await RaiseAsync(connection, cancellationToken);
        var news = await NewAsync(connection, tools, purged, cancellationToken);
        if (news.IsNone)
        {
            return 0;
        }

        await ReplaceAsync(connection, news, cancellationToken);
        if (news.Purged.Count > 0)
        {
            await PurgedTools.ForgetAsync(connection, news.Purged, epoch, cancellationToken);
        }

        await MarkAsync(connection, news, epoch, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return news.Count;
    }

    private static async Task<News> NewAsync(
        NpgsqlConnection connection, IReadOnlyList<CatalogueTool> tools, IReadOnlyList<Guid> purged, CancellationToken cancellationToken)
    {
        var known = new Dictionary<Guid, long>();
        await using var command = Command(
            connection,
            "SELECT tool_id, revision FROM discovery.known_tools WHERE tool_id = ANY ($1)",
            [tools.Select(tool => tool.Id).Concat(purged).ToArray()]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            known[reader.GetGuid(0)] = reader.GetInt64(1);
        }

        return new News(
            [.. tools.Where(tool => !known.TryGetValue(tool.Id, out var revision) || revision < tool.Revision)],
            [.. purged.Where(known.ContainsKey)]);
    }

    private static async Task ReplaceAsync(NpgsqlConnection connection, News news, CancellationToken cancellationToken)
    {
        var required = news.Tools
            .SelectMany(tool => tool.Requires.DistinctBy(one => one.ToolId).Select(one => (From: tool.Id, To: one.ToolId, one.Range)))
            .ToList();
        await ExecuteAsync(
            connection,
            "DELETE FROM discovery.graph_relations WHERE type = 'REQUIRES' AND source = 'definition' AND from_id = ANY ($1)",
            cancellationToken,
            Ids(news.Tools));
        await ExecuteAsync(
            connection,
            """
            INSERT INTO discovery.graph_relations (from_id, type, to_id, strength, source, version_range, updated_at)
            SELECT from_id, 'REQUIRES', to_id, 1, 'definition', range, now() FROM unnest($1, $2, $3::text[]) AS r (from_id, to_id, range)
            ON CONFLICT (from_id, type, to_id) DO UPDATE SET source = excluded.source, version_range = excluded.version_range, strength = 1
            """,
            cancellationToken,
            required.Select(one => one.From).ToArray(),
            required.Select(one => one.To).ToArray(),
            required.Select(one => one.Range).ToArray());
        await ExecuteAsync(
            connection,
            """
            INSERT INTO discovery.known_tools (tool_id, revision, applied_at)
            SELECT id, revision, now() FROM unnest($1, $2) AS t (id, revision)
            ON CONFLICT (tool_id) DO UPDATE SET revision = excluded.revision, applied_at = excluded.applied_at
            """,
            cancellationToken,
            Ids(news.Tools),
            news.Tools.Select(tool => tool.Revision).ToArray());
    }

    private static Task MarkAsync(NpgsqlConnection connection, News news, long epoch, CancellationToken cancellationToken) => ExecuteAsync(
        connection,
        """
        INSERT INTO discovery.graph_dirty (kind, id, epoch) SELECT 'tool', id::text, $2 FROM unnest($1) AS t (id)
        ON CONFLICT (kind, id) DO UPDATE SET epoch = excluded.epoch
        """,
        cancellationToken,
        news.Tools.Select(tool => tool.Id).Concat(news.Purged).ToArray(),
        epoch);

    private static Guid[] Ids(IEnumerable<CatalogueTool> tools) => [.. tools.Select(tool => tool.Id)];

    private static async Task<long> RaiseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, "UPDATE discovery.graph_state SET epoch = epoch + 1 RETURNING epoch", []);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, IEnumerable<object> values)
    {
        // Constants of this file, never input.
#pragma warning disable CA2100
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private sealed record News(IReadOnlyList<CatalogueTool> Tools, IReadOnlyList<Guid> Purged)
    {
        public bool IsNone => Tools.Count == 0 && Purged.Count == 0;

        public int Count => Tools.Count + Purged.Count;
    }
}
