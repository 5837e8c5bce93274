using Npgsql;
using NpgsqlTypes;

namespace Capns.Discovery.Worker.Learning;

/// <summary>The statements of one transaction and what they touch; sent together. Not thread-safe.</summary>
internal sealed class LearningWrites(long epoch, DateTimeOffset now)
{
    private readonly List<NpgsqlBatchCommand> _commands = [];
    private readonly HashSet<Guid> _tools = [];
    private readonly HashSet<string> _agents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _contexts = new(StringComparer.Ordinal);

    /// <summary>The epoch of this transaction.</summary>
    public long Epoch => epoch;

    /// <summary>The time of this transaction.</summary>
    public DateTimeOffset Now => now;

    /// <summary>Nothing would be changed.</summary>
    public bool IsEmpty => _commands.Count == 0;

    public void Add(string sql, params object?[] values) => _commands.Add(Command(sql, values));

    /// <summary>Its relations, or what the graph holds of itself, have changed.</summary>
    public void Tool(Guid tool) => _tools.Add(tool);

    public void Agent(string agent) => _agents.Add(agent);

    public void Context(string pattern) => _contexts.Add(pattern);

    /// <summary>Sends everything, with the new epoch and the marks for the graph (platform spec 7.1). The caller commits.</summary>
    public async Task SendAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        Mark("tool", _tools.Select(tool => tool.ToString()));
        Mark("agent", _agents);
        Mark("context", _contexts);
        Add("UPDATE discovery.graph_state SET epoch = $1", epoch);
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in _commands)
        {
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A statement with its values in order; an absent value is given as text.</summary>
    public static NpgsqlBatchCommand Command(string sql, params object?[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value is null
                ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }
                : new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private void Mark(string kind, IEnumerable<string> ids)
    {
        string[] sorted = [.. ids.Order(StringComparer.Ordinal)];
        if (sorted.Length > 0)
        {
            Add(
                """
                INSERT INTO discovery.graph_dirty (kind, id, epoch) SELECT $1, id, $2 FROM unnest($3) AS id
                ON CONFLICT (kind, id) DO UPDATE SET epoch = excluded.epoch
                """,
                kind, epoch, sorted);
        }
    }
}
