using System.Data;
using Npgsql;

namespace Capns.Discovery.Worker.Graph.Projection;

/// <summary>The truth as the projection reads it: what is not copied yet, and whole entities as of one moment. Thread-safe.</summary>
internal sealed class GraphTruth(NpgsqlDataSource database)
{
    private const string Marks = "SELECT kind, id, epoch FROM discovery.graph_dirty ORDER BY epoch, kind, id LIMIT $1";

    private const string Everything = """
        SELECT 'tool' AS kind, id::text AS id FROM catalogue.tools
        UNION SELECT 'tool', from_id::text FROM discovery.graph_relations
        UNION SELECT 'agent', agent_id FROM discovery.agent_tool_usage
        UNION SELECT 'context', pattern FROM discovery.context_suggestions
        """;

    /// <summary>How far the truth is, and how far the graph server.</summary>
    public async Task<TruthState> StateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await StateAsync(connection, cancellationToken);
    }

    /// <summary>The oldest marks and what they mark, as of one moment.</summary>
    /// <param name="size">Marks at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<GraphBatch> BatchAsync(int size, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var state = await StateAsync(connection, cancellationToken);
        var marks = await MarksAsync(connection, size + 1, cancellationToken);
        // What comes after this batch says how far the graph will be with it.
        var reaches = marks.Count > size ? marks[size].Epoch - 1 : state.Epoch;
        marks = marks[..Math.Min(size, marks.Count)];
        var facts = await GraphFactsReader.ReadAsync(connection, [.. marks.Select(mark => (mark.Kind, mark.Id))], cancellationToken);
        return new GraphBatch(marks, reaches, facts);
    }

    /// <summary>Everything that a graph is to hold.</summary>
    public async Task<GraphFacts> AllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var entities = new List<(string, string)>();
        await using (var command = new NpgsqlCommand(Everything, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                entities.Add((reader.GetString(0), reader.GetString(1)));
            }
        }

        return await GraphFactsReader.ReadAsync(connection, entities, cancellationToken);
    }

    /// <summary>Takes marks away that nobody has renewed since, and notes how far the graph is.</summary>
    /// <param name="turn">The connection that holds the projector's lock: who has lost it takes no mark away from who has it now.</param>
    /// <param name="batch">What the graph server has.</param>
    /// <param name="cancellationToken">Ends the writing; the marks stay then.</param>
    public static async Task DoneAsync(NpgsqlConnection turn, GraphBatch batch, CancellationToken cancellationToken)
    {
        await using var transaction = await turn.BeginTransactionAsync(cancellationToken);
        // First the row that every writer locks first: marks are renewed by those who hold it.
        await using var note = new NpgsqlCommand("UPDATE discovery.graph_state SET projected_epoch = greatest(projected_epoch, $1)", turn);
        note.Parameters.Add(new NpgsqlParameter { Value = batch.Reaches });
        await note.ExecuteNonQueryAsync(cancellationToken);
        await using var remove = new NpgsqlCommand(
            """
            DELETE FROM discovery.graph_dirty d USING unnest($1, $2, $3) AS done (kind, id, epoch)
            WHERE d.kind = done.kind AND d.id = done.id AND d.epoch = done.epoch
            """,
            turn);
        remove.Parameters.Add(new NpgsqlParameter { Value = batch.Marks.Select(mark => mark.Kind).ToArray() });
        remove.Parameters.Add(new NpgsqlParameter { Value = batch.Marks.Select(mark => mark.Id).ToArray() });
        remove.Parameters.Add(new NpgsqlParameter { Value = batch.Marks.Select(mark => mark.Epoch).ToArray() });
        await remove.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Has the graph made anew by whoever projects next: it is said to have been further than it can be, so it has lost something.
    /// </summary>
    /// <remarks>
    /// One statement, so that the wish is kept through kill -9 and while the graph server is away; a repeat changes nothing.
    /// </remarks>
    public async Task WishRebuildAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"UPDATE discovery.graph_state SET projected_epoch = {long.MaxValue}");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Marks everything, for a graph that has been emptied, as of an epoch of its own.</summary>
    /// <remarks>Of its own, so that nothing that was read while the graph was emptied, and kept, is found again.</remarks>
    /// <returns>The epoch that the graph must reach to be whole again.</returns>
    public async Task<long> MarkAllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var state = new NpgsqlCommand(
            "UPDATE discovery.graph_state SET epoch = epoch + 1, projected_epoch = 0, rebuilt_at = now() RETURNING epoch", connection);
        var epoch = (long)(await state.ExecuteScalarAsync(cancellationToken))!;
        await using var mark = new NpgsqlCommand(
            $"""
            INSERT INTO discovery.graph_dirty (kind, id, epoch) SELECT kind, id, $1 FROM ({Everything}) AS everything
            ON CONFLICT (kind, id) DO UPDATE SET epoch = excluded.epoch
            """,
            connection);
        mark.Parameters.Add(new NpgsqlParameter { Value = epoch });
        await mark.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return epoch;
    }

    private static async Task<TruthState> StateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT epoch, projected_epoch FROM discovery.graph_state", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new TruthState(reader.GetInt64(0), reader.GetInt64(1));
    }

    private static async Task<List<DirtyMark>> MarksAsync(NpgsqlConnection connection, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Marks, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var marks = new List<DirtyMark>();
        while (await reader.ReadAsync(cancellationToken))
        {
            marks.Add(new DirtyMark(reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
        }

        return marks;
    }
}

/// <summary>Epochs grow by one with each transaction that changes the truth.</summary>
/// <param name="Epoch">How far the truth is.</param>
/// <param name="Projected">How far the graph server was when this was noted.</param>
internal sealed record TruthState(long Epoch, long Projected);

/// <summary>An entity that the graph server does not know as it is.</summary>
/// <param name="Kind"><c>tool</c>, <c>agent</c> or <c>context</c>.</param>
/// <param name="Id">Uuid, agent id, or pattern.</param>
/// <param name="Epoch">When it changed last.</param>
internal sealed record DirtyMark(string Kind, string Id, long Epoch);

/// <summary>What is copied next.</summary>
/// <param name="Marks">Oldest first; empty when there is nothing to copy.</param>
/// <param name="Reaches">How far the graph is once they are copied.</param>
/// <param name="Facts">What they mark.</param>
internal sealed record GraphBatch(IReadOnlyList<DirtyMark> Marks, long Reaches, GraphFacts Facts);
