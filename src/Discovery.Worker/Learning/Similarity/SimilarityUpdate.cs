using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Learning.Rules;
using Capns.Discovery.Worker.Persistence;
using Npgsql;

namespace Capns.Discovery.Worker.Learning.Similarity;

/// <summary>Keeps SIMILAR_TO of source <c>auto</c>: of tools that changed, and nightly of all (platform spec 7.3, rule 4).</summary>
/// <remarks>
/// One instance at a time. A relation stands when it is among the best 20 of either tool. What a change does to the best of other tools
/// (one falls out of twenty, words become rarer) is put right in the night.
/// </remarks>
internal sealed class SimilarityUpdate(NpgsqlDataSource database, TimeProvider time, ILogger<SimilarityUpdate> logger)
{
    private const long LockKey = 0x4341504E5353; // "CAPNSS"

    // Beyond this part of the catalogue everything is made anew.
    private const int Part = 10;

    /// <summary>Compares changed tools with all others. What another instance has done already is not done again.</summary>
    /// <param name="catalogue">All tools.</param>
    /// <param name="changed">Those that may differ; also ones that are gone.</param>
    /// <param name="cancellationToken">Ends the work; what is done stays, and the rest is done when it is asked for again.</param>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public Task UpdateAsync(CatalogueSnapshot catalogue, IReadOnlyCollection<Guid> changed, CancellationToken cancellationToken) =>
        AloneAsync(
            async connection =>
            {
                var stale = await StaleAsync(connection, catalogue, changed, cancellationToken);
                if (stale.Count == 0)
                {
                    return;
                }

                if (stale.Count * Part > catalogue.Tools.Count)
                {
                    await MakeAllAsync(connection, catalogue, cancellationToken);
                }
                else
                {
                    await MakeSomeAsync(connection, catalogue, stale, cancellationToken);
                }
            },
            cancellationToken);

    /// <summary>Compares all tools.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public Task UpdateAllAsync(CatalogueSnapshot catalogue, CancellationToken cancellationToken) =>
        AloneAsync(connection => MakeAllAsync(connection, catalogue, cancellationToken), cancellationToken);

    private async Task AloneAsync(Func<NpgsqlConnection, Task> work, CancellationToken cancellationToken)
    {
        await using var turn = await AdvisoryTurn.WaitAsync(database, LockKey, cancellationToken);
        await work(turn.Connection);
    }

    private async Task MakeAllAsync(NpgsqlConnection connection, CatalogueSnapshot catalogue, CancellationToken cancellationToken)
    {
        var index = new SimilarityIndex(catalogue.Tools);
        var wanted = new Dictionary<ToolPair, decimal>();
        foreach (var tool in catalogue.Tools)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(wanted, tool.Id, index.Best(tool.Id));
        }

        var known = await SimilarityRows.ReadAsync(connection, null, cancellationToken);
        var gone = known.Where(one => one.Value.Source == "auto" && !wanted.ContainsKey(one.Key)).Select(one => one.Key);
        await WriteAsync(connection, catalogue, wanted, known, [.. gone], [.. catalogue.Tools.Select(tool => tool.Id)], cancellationToken);
    }

    private async Task MakeSomeAsync(
        NpgsqlConnection connection, CatalogueSnapshot catalogue, IReadOnlyCollection<Guid> tools, CancellationToken cancellationToken)
    {
        var index = new SimilarityIndex(catalogue.Tools);
        var wanted = new Dictionary<ToolPair, decimal>();
        foreach (var tool in tools)
        {
            Add(wanted, tool, index.Best(tool));
        }

        // A relation that was among the best of the other tool stays until the night, with its new score.
        var known = await SimilarityRows.ReadAsync(connection, [.. tools], cancellationToken);
        var gone = new List<ToolPair>();
        foreach (var (pair, _) in known.Where(one => one.Value.Source == "auto" && !wanted.ContainsKey(one.Key)))
        {
            var score = index.Score(pair.First, pair.Second);
            if (score >= SimilarityIndex.Least)
            {
                wanted[pair] = TwoPlaces(score);
            }
            else
            {
                gone.Add(pair);
            }
        }

        await WriteAsync(connection, catalogue, wanted, known, gone, tools, cancellationToken);
    }

    private async Task WriteAsync(
        NpgsqlConnection connection, CatalogueSnapshot catalogue, Dictionary<ToolPair, decimal> wanted,
        Dictionary<ToolPair, (decimal Score, string Source)> known, IReadOnlyList<ToolPair> gone, IReadOnlyCollection<Guid> tools,
        CancellationToken cancellationToken)
    {
        var put = wanted
            .Where(one => !known.TryGetValue(one.Key, out var stands) || stands.Score != one.Value)
            .Select(one => (one.Key, one.Value))
            .OrderBy(one => one.Key.First).ThenBy(one => one.Key.Second).ToList();
        var (written, removed) = await SimilarityRows.WriteAsync(connection, put, gone, time.GetUtcNow(), cancellationToken);
        await RememberAsync(connection, catalogue, tools, cancellationToken);
        LearningLog.SimilarityMade(logger, tools.Count, written, removed);
    }

    private static async Task<List<Guid>> StaleAsync(
        NpgsqlConnection connection, CatalogueSnapshot catalogue, IReadOnlyCollection<Guid> changed, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT tool_id, revision FROM discovery.similar_tools WHERE tool_id = ANY ($1)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = changed.ToArray() });
        var made = new Dictionary<Guid, long>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            made[rows.GetGuid(0)] = rows.GetInt64(1);
        }

        // Another instance may know a later revision. A tool that is gone is stale as long as anything is remembered of it.
        return [.. changed.Where(id => catalogue.Find(id) is { } tool ? made.GetValueOrDefault(id, -1) < tool.Revision : made.ContainsKey(id))];
    }

    private static async Task RememberAsync(
        NpgsqlConnection connection, CatalogueSnapshot catalogue, IReadOnlyCollection<Guid> tools, CancellationToken cancellationToken)
    {
        CatalogueTool[] there = [.. tools.Select(catalogue.Find).OfType<CatalogueTool>()];
        await ExecuteAsync(
            connection,
            LearningWrites.Command(
                """
                INSERT INTO discovery.similar_tools (tool_id, revision) SELECT * FROM unnest($1, $2)
                ON CONFLICT (tool_id) DO UPDATE SET revision = greatest(similar_tools.revision, excluded.revision)
                """,
                there.Select(tool => tool.Id).ToArray(), there.Select(tool => tool.Revision).ToArray()),
            cancellationToken);
        await ExecuteAsync(
            connection,
            LearningWrites.Command(
                "DELETE FROM discovery.similar_tools WHERE tool_id = ANY ($1)", tools.Except(there.Select(tool => tool.Id)).ToArray()),
            cancellationToken);
    }

    private static void Add(Dictionary<ToolPair, decimal> wanted, Guid tool, IReadOnlyList<(Guid Other, double Score)> best)
    {
        foreach (var (other, score) in best)
        {
            wanted[ToolPair.Of(tool, other)] = TwoPlaces(score);
        }
    }

    private static decimal TwoPlaces(double score) => Math.Round((decimal)score, 2, MidpointRounding.AwayFromZero);

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlBatchCommand command, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
