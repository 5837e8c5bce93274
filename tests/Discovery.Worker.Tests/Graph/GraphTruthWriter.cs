using System.Globalization;
using Capns.Discovery.Worker.Graph;
using Npgsql;
using NpgsqlTypes;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>Puts facts into the truth as learning does: one transaction, the epoch grows, what changed is marked.</summary>
internal sealed class GraphTruthWriter(NpgsqlDataSource database)
{
    private readonly List<(string Sql, object?[] Values)> _work = [];
    private readonly HashSet<(string Kind, string Id)> _marks = [];

    public GraphTruthWriter Relate(ToolRelation relation, string? metadata = null)
    {
        _work.Add((
            """
            INSERT INTO discovery.graph_relations (from_id, type, to_id, strength, frequency, assoc, source, reason, last_used, version_range, metadata, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12)
            ON CONFLICT (from_id, type, to_id) DO UPDATE SET strength = excluded.strength, frequency = excluded.frequency, assoc = excluded.assoc,
                source = excluded.source, reason = excluded.reason, last_used = excluded.last_used, version_range = excluded.version_range, metadata = excluded.metadata
            """,
            [
                relation.From, relation.Type.Word(), relation.To, relation.Strength, relation.Frequency, relation.Assoc, relation.Source, relation.Reason,
                relation.LastUsed, relation.VersionRange, metadata, GraphExample.Now,
            ]));
        Mark("tool", relation.From.ToString());
        return this;
    }

    public GraphTruthWriter Unrelate(Guid from, RelationType type, Guid to)
    {
        _work.Add(("DELETE FROM discovery.graph_relations WHERE from_id = $1 AND type = $2 AND to_id = $3", [from, type.Word(), to]));
        Mark("tool", from.ToString());
        return this;
    }

    public GraphTruthWriter Use(string agent, AgentUse use)
    {
        _work.Add((
            """
            INSERT INTO discovery.agent_tool_usage VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (agent_id, tool_id) DO UPDATE SET frequency = excluded.frequency, success_sum = excluded.success_sum,
                total_execution_time = excluded.total_execution_time, ewma = excluded.ewma, last_used = excluded.last_used, context_patterns = excluded.context_patterns
            """,
            [agent, use.ToolId, use.Frequency, use.SuccessSum, use.TotalExecutionTimeMs, use.Ewma, use.LastUsed, use.ContextPatterns.ToArray()]));
        Mark("agent", agent);
        return this;
    }

    public GraphTruthWriter Forget(string agent)
    {
        _work.Add(("DELETE FROM discovery.agent_tool_usage WHERE agent_id = $1", [agent]));
        Mark("agent", agent);
        return this;
    }

    public GraphTruthWriter Suggest(ContextSuggestion suggestion)
    {
        _work.Add((
            """
            INSERT INTO discovery.context_suggestions (pattern, tool_id, keywords, n, s, strength, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (pattern, tool_id) DO UPDATE SET keywords = excluded.keywords, n = excluded.n, s = excluded.s, strength = excluded.strength
            """,
            [
                suggestion.Pattern, suggestion.ToolId, suggestion.Keywords.ToArray(), suggestion.N, suggestion.S, suggestion.Strength, suggestion.UpdatedAt,
            ]));
        Mark("context", suggestion.Pattern);
        return this;
    }

    public GraphTruthWriter Unsuggest(string pattern)
    {
        _work.Add(("DELETE FROM discovery.context_suggestions WHERE pattern = $1", [pattern]));
        Mark("context", pattern);
        return this;
    }

    public GraphTruthWriter Mark(string kind, string id)
    {
        _marks.Add((kind, id));
        return this;
    }

    public async Task CommitAsync()
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var state = new NpgsqlCommand("UPDATE discovery.graph_state SET epoch = epoch + 1 RETURNING epoch", connection);
        var epoch = (long)(await state.ExecuteScalarAsync())!;
        _work.AddRange(_marks.Select(mark => (
            "INSERT INTO discovery.graph_dirty VALUES ($1, $2, $3) ON CONFLICT (kind, id) DO UPDATE SET epoch = excluded.epoch",
            new object?[] { mark.Kind, mark.Id, epoch })));
        foreach (var chunk in _work.Chunk(1000))
        {
            await using var batch = new NpgsqlBatch(connection);
            foreach (var (sql, values) in chunk)
            {
                var command = new NpgsqlBatchCommand(sql);
                foreach (var value in values)
                {
                    command.Parameters.Add(Parameter(value));
                }

                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        _work.Clear();
        _marks.Clear();
    }

    private static NpgsqlParameter Parameter(object? value) => value switch
    {
        null => new NpgsqlParameter { Value = DBNull.Value },
        double number => new NpgsqlParameter { Value = decimal.Parse(number.ToString("F12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), NpgsqlDbType = NpgsqlDbType.Numeric },
        _ => new NpgsqlParameter { Value = value },
    };
}
