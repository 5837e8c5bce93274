using Npgsql;
using NpgsqlTypes;

namespace Capns.Registry.Worker.Analytics;

/// <summary>Reads the sums.</summary>
internal sealed class UsageStore(NpgsqlDataSource database)
{
    // The steps one by one: with a tool, the index then leads straight to its rows in each of them.
    private const string Where = "WHERE grain = $1 AND scope = $2 AND subject = $3 AND bucket = ANY($4)";

    private const string OfTool = " AND tool_id = $5";

    private const string Sums = """
        SELECT GROUPING(bucket), GROUPING(tool_id), bucket, tool_id,
            sum(completed)::bigint, sum(failed)::bigint, sum(cancelled)::bigint, sum(rejected)::bigint, sum(expired)::bigint,
            sum(runs)::bigint, sum(duration_sum)::bigint, sum(cost), sum(cpu_seconds), sum(memory_gb_seconds)
        FROM usage_buckets
        """;

    private const string SumGroups = " GROUP BY GROUPING SETS ((), (bucket), (tool_id))";

    private const string Spans = "SELECT bucket, class, runs FROM usage_durations";

    private const string SpansOfTools = "SELECT tool_id, class, sum(runs)::bigint FROM usage_durations";

    /// <summary>Uuid of a tool by uuid or slug; null when there is none.</summary>
    public async Task<Guid?> ToolAsync(string idOrSlug, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT id FROM tools WHERE slug = $1 OR id = $2");
        command.Parameters.AddWithValue(idOrSlug);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Uuid, Value = Guid.TryParse(idOrSlug, out var id) ? id : DBNull.Value });
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    /// <summary>Totals, steps of time, tools; without durations.</summary>
    /// <param name="query">Which time.</param>
    /// <param name="scope">Whose.</param>
    /// <param name="tool">Absent: all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<UsageSums> SumAsync(UsageQuery query, UsageScope scope, Guid? tool, CancellationToken cancellationToken)
    {
        var sums = new UsageSums();
        await using var command = Command($"{Sums} {Where}{(tool is null ? "" : OfTool)}{SumGroups}", query, scope);
        if (tool is { } one)
        {
            command.Parameters.AddWithValue(one);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.IsDBNull(4))
            {
                Of(sums, reader).Read(reader);
            }
        }

        return sums;
    }

    /// <summary>Adds durations: to the totals, to the steps of time, and to those tools that are shown.</summary>
    public async Task AddDurationsAsync(
        UsageSums sums, UsageQuery query, UsageScope scope, Guid? tool, IReadOnlyCollection<Guid> shown, CancellationToken cancellationToken)
    {
        await using (var command = Command($"{Spans} {Where}{OfTool}", query, scope))
        {
            command.Parameters.AddWithValue(tool ?? UsageRollup.EveryTool);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var (durationClass, runs) = (reader.GetInt16(1), reader.GetInt64(2));
                sums.Totals.Durations.Add(durationClass, runs);
                Get(sums.Buckets, reader.GetFieldValue<DateTimeOffset>(0)).Durations.Add(durationClass, runs);
            }
        }

        await using (var command = Command($"{SpansOfTools} {Where} AND tool_id = ANY($5) GROUP BY tool_id, class", query, scope))
        {
            command.Parameters.AddWithValue(shown.ToArray());
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                Get(sums.Tools, reader.GetGuid(0)).Durations.Add(reader.GetInt16(1), reader.GetInt64(2));
            }
        }
    }

    /// <summary>Slug and name of tools that still exist.</summary>
    public async Task<Dictionary<Guid, (string Slug, string Name)>> NamesAsync(IEnumerable<Guid> tools, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT id, slug, name FROM tools WHERE id = ANY($1)");
        command.Parameters.AddWithValue(tools.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new Dictionary<Guid, (string, string)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            names[reader.GetGuid(0)] = (reader.GetString(1), reader.GetString(2));
        }

        return names;
    }

    private static UsageSum Of(UsageSums sums, NpgsqlDataReader reader)
    {
        if (reader.GetInt32(0) == 0)
        {
            return Get(sums.Buckets, reader.GetFieldValue<DateTimeOffset>(2));
        }

        return reader.GetInt32(1) == 0 ? Get(sums.Tools, reader.GetGuid(3)) : sums.Totals;
    }

    private static UsageSum Get<TKey>(Dictionary<TKey, UsageSum> sums, TKey key)
        where TKey : notnull
    {
        if (!sums.TryGetValue(key, out var sum))
        {
            sums[key] = sum = new UsageSum();
        }

        return sum;
    }

    private NpgsqlCommand Command(string sql, UsageQuery query, UsageScope scope)
    {
        // All texts are made of the constants above.
#pragma warning disable CA2100
        var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.AddWithValue(query.Grain);
        command.Parameters.AddWithValue(scope.Kind);
        command.Parameters.AddWithValue(scope.Subject);
        command.Parameters.AddWithValue(query.Steps().ToArray());
        return command;
    }
}

/// <summary>Whose executions.</summary>
/// <param name="Kind"><c>all</c>, <c>caller</c> or <c>agent</c>.</param>
/// <param name="Subject">Empty for all.</param>
internal sealed record UsageScope(string Kind, string Subject)
{
    /// <summary>Everybody's.</summary>
    public static readonly UsageScope All = new("all", string.Empty);
}

/// <summary>Everything one question needs.</summary>
internal sealed class UsageSums
{
    public UsageSum Totals { get; } = new();

    /// <summary>By start of the step.</summary>
    public Dictionary<DateTimeOffset, UsageSum> Buckets { get; } = [];

    /// <summary>By tool; the empty uuid stands for unknown tools.</summary>
    public Dictionary<Guid, UsageSum> Tools { get; } = [];
}

/// <summary>One sum.</summary>
internal sealed class UsageSum
{
    public long Completed { get; private set; }

    public long Failed { get; private set; }

    public long Cancelled { get; private set; }

    public long Rejected { get; private set; }

    public long Expired { get; private set; }

    /// <summary>Executions that ran at all.</summary>
    public long Runs { get; private set; }

    public long DurationMs { get; private set; }

    public decimal Cost { get; private set; }

    public decimal CpuSeconds { get; private set; }

    public decimal MemoryGbSeconds { get; private set; }

    public Durations Durations { get; } = new();

    /// <summary>All that ended.</summary>
    public long Executions => Completed + Failed + Cancelled + Rejected + Expired;

    /// <summary>Share of completed among completed and failed, 0 to 1. Null: neither happened.</summary>
    public double? SuccessRate => Completed + Failed == 0 ? null : Math.Round((double)Completed / (Completed + Failed), 4);

    /// <summary>Mean in ms. Null: nothing ran.</summary>
    public double? AverageMs => Runs == 0 ? null : Math.Round((double)DurationMs / Runs, 1);

    /// <summary>Takes the columns behind the fourth.</summary>
    public void Read(NpgsqlDataReader reader)
    {
        Completed = reader.GetInt64(4);
        Failed = reader.GetInt64(5);
        Cancelled = reader.GetInt64(6);
        Rejected = reader.GetInt64(7);
        Expired = reader.GetInt64(8);
        Runs = reader.GetInt64(9);
        DurationMs = reader.GetInt64(10);
        Cost = reader.GetDecimal(11);
        CpuSeconds = reader.GetDecimal(12);
        MemoryGbSeconds = reader.GetDecimal(13);
    }
}
