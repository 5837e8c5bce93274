using System.Data;
using Capns.Discovery.Worker.Learning.Rules;
using Capns.Discovery.Worker.Recommendations;
using Npgsql;

namespace Capns.Discovery.Worker.Learning;

/// <summary>Reads what tools' runs have told, as of one moment. Thread-safe.</summary>
internal sealed class ToolFactsReader(NpgsqlDataSource database, TimeProvider time)
{
    private const string Quality = "SELECT tool_id, n, s, agents FROM discovery.tool_quality WHERE epoch > $1";

    private const string Days = """
        SELECT d.tool_id, sum(d.uses)::bigint, sum(d.cost)::float8, sum(d.runs)::bigint
        FROM discovery.tool_days d JOIN discovery.tool_quality q ON q.tool_id = d.tool_id
        WHERE q.epoch > $1 AND d.day > $2 GROUP BY d.tool_id
        """;

    private const string Durations = """
        SELECT d.tool_id, d.class, d.runs
        FROM discovery.tool_durations d JOIN discovery.tool_quality q ON q.tool_id = d.tool_id WHERE q.epoch > $1
        """;

    /// <summary>Brings what is known up to date: only tools that were learned of since, and all of them on a new day.</summary>
    /// <returns>The same snapshot when nothing has changed.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<ToolFactsSnapshot> ReadAsync(ToolFactsSnapshot known, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await EpochAsync(connection, cancellationToken) == known.Epoch && today == known.Day)
        {
            return known;
        }

        await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var epoch = await EpochAsync(connection, cancellationToken);

        // An epoch that went back is that of a database that was restored.
        var whole = today != known.Day || epoch < known.Epoch;
        var read = await FactsAsync(connection, whole ? -1 : known.Epoch, today.AddDays(-ToolFactsSnapshot.Days), cancellationToken);
        var all = (whole ? ToolFactsSnapshot.Empty.ByTool : known.ByTool).SetItems(read);
        return new ToolFactsSnapshot(epoch, today, all, all.IsEmpty ? 0 : all.Values.Max(one => one.Facts.Uses));
    }

    private static async Task<long> EpochAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT epoch FROM discovery.graph_state", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<Dictionary<Guid, (ToolFacts Facts, int Agents)>> FactsAsync(
        NpgsqlConnection connection, long since, DateOnly before, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(LearningWrites.Command(Quality, since));
        batch.BatchCommands.Add(LearningWrites.Command(Days, since, before));
        batch.BatchCommands.Add(LearningWrites.Command(Durations, since));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var facts = new Dictionary<Guid, (ToolFacts Facts, int Agents)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            facts[rows.GetGuid(0)] = (new ToolFacts(rows.GetInt64(1), (double)rows.GetDecimal(2), 0, null, null), rows.GetInt32(3));
        }

        await rows.NextResultAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (runs, known) = (rows.GetInt64(3), facts[rows.GetGuid(0)]);
            facts[rows.GetGuid(0)] = known with
            {
                Facts = known.Facts with { Uses = rows.GetInt64(1), MeanCost = runs > 0 ? rows.GetDouble(2) / runs : null },
            };
        }

        await rows.NextResultAsync(cancellationToken);
        var classes = new Dictionary<Guid, List<(short Class, long Runs)>>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var list = classes.TryGetValue(rows.GetGuid(0), out var known) ? known : classes[rows.GetGuid(0)] = [];
            list.Add((rows.GetInt16(1), rows.GetInt64(2)));
        }

        foreach (var (tool, runs) in classes)
        {
            facts[tool] = facts[tool] with { Facts = facts[tool].Facts with { P95Ms = DurationClass.Percentile95(runs) } };
        }

        return facts;
    }
}
