using Capns.Discovery.Worker.Learning.Rules;
using Npgsql;

namespace Capns.Discovery.Worker.Learning.Similarity;

/// <summary>SIMILAR_TO of source <c>auto</c> in PostgreSQL: differences only, a thousand at a time.</summary>
internal static class SimilarityRows
{
    private const int AtOnce = 1000;

    // Manual is never overwritten; learned keeps the larger value (platform spec 7.3, rule 4).
    private const string Put = """
        INSERT INTO discovery.graph_relations (from_id, type, to_id, strength, source, updated_at)
        SELECT one, 'SIMILAR_TO', other, score, 'auto', $4 FROM unnest($1, $2, $3) AS pair (one, other, score)
        ON CONFLICT (from_id, type, to_id) DO UPDATE SET strength = excluded.strength, updated_at = excluded.updated_at
        WHERE (graph_relations.source = 'auto' AND graph_relations.strength <> excluded.strength)
            OR (graph_relations.source = 'learned' AND graph_relations.strength < excluded.strength)
        RETURNING from_id, to_id
        """;

    private const string Remove = """
        DELETE FROM discovery.graph_relations r USING unnest($1, $2) AS pair (one, other)
        WHERE r.from_id = pair.one AND r.type = 'SIMILAR_TO' AND r.to_id = pair.other AND r.source = 'auto'
        RETURNING r.from_id, r.to_id
        """;

    /// <summary>What stands now.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="tools">Of these. Absent: of all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<Dictionary<ToolPair, (decimal Score, string Source)>> ReadAsync(
        NpgsqlConnection connection, Guid[]? tools, CancellationToken cancellationToken)
    {
        const string All = "SELECT from_id, to_id, strength, source FROM discovery.graph_relations WHERE type = 'SIMILAR_TO'";
        await using var command = new NpgsqlCommand(tools is null ? All : All + " AND (from_id = ANY ($1) OR to_id = ANY ($1))", connection);
        if (tools is not null)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = tools });
        }

        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var pairs = new Dictionary<ToolPair, (decimal, string)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            pairs[new ToolPair(rows.GetGuid(0), rows.GetGuid(1))] = (rows.GetDecimal(2), rows.GetString(3));
        }

        return pairs;
    }

    /// <summary>Writes what differs. What people or feedback have meanwhile said of a pair stands.</summary>
    /// <returns>How many relations were written, and removed.</returns>
    public static async Task<(int Written, int Removed)> WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<(ToolPair Pair, decimal Score)> put, IReadOnlyList<ToolPair> remove, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var (written, removed) = (0, 0);
        foreach (var some in put.Chunk(AtOnce))
        {
            written += await ChunkAsync(
                connection,
                LearningWrites.Command(
                    Put, some.Select(one => one.Pair.First).ToArray(), some.Select(one => one.Pair.Second).ToArray(),
                    some.Select(one => one.Score).ToArray(), now),
                now, cancellationToken);
        }

        foreach (var some in remove.Chunk(AtOnce))
        {
            removed += await ChunkAsync(
                connection,
                LearningWrites.Command(Remove, some.Select(pair => pair.First).ToArray(), some.Select(pair => pair.Second).ToArray()),
                now, cancellationToken);
        }

        return (written, removed);
    }

    /// <summary>One statement that returns the pairs it has changed, in a transaction with its epoch and marks.</summary>
    internal static async Task<int> ChunkAsync(
        NpgsqlConnection connection, NpgsqlBatchCommand change, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var reader = new LearningReader(connection, transaction);
        var count = 0;
        LearningWrites writes;
        await using (var answers = await reader.AskAsync([new NpgsqlBatchCommand(LearningStore.Lock), change], cancellationToken))
        {
            await answers.ReadAsync(cancellationToken);
            writes = new LearningWrites(answers.GetInt64(0) + 1, now);
            await answers.NextResultAsync(cancellationToken);
            for (; await answers.ReadAsync(cancellationToken); count++)
            {
                writes.Tool(answers.GetGuid(0));
                writes.Tool(answers.GetGuid(1));
            }
        }

        if (count > 0)
        {
            await writes.SendAsync(connection, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return count;
    }
}
