using Capns.Registry.Worker.Persistence.Transactions;
using Npgsql;
using NpgsqlTypes;

namespace Capns.Registry.Worker.Audit.Alerts;

/// <summary>Counts what a rule looks for, over every window in which a new entry lies: a batch may reach over several, and entries come late.</summary>
internal static class AlertCount
{
    /// <summary>So many matching entries, the newest, are looked at.</summary>
    private const int MaxEntries = 50_000;

    private const int MaxIds = 20;

    /// <summary>The fullest window of each subject that reaches the rule's threshold.</summary>
    /// <param name="transaction">That has sealed the hits.</param>
    /// <param name="rule">With a threshold.</param>
    /// <param name="hits">New entries that it counts; at least one.</param>
    public static async Task<Dictionary<string, AlertWindow>> CountAsync(RegistryTransaction transaction, AlertRule rule, IReadOnlyList<AuditRecord> hits)
    {
        var window = TimeSpan.FromSeconds(rule.Condition.WindowSeconds);
        await using var command = AuditTables.Command(transaction, string.Empty);
        var where = new List<string>();
        Add(command, where, "at > {0}", hits.Min(hit => hit.At) - window);
        Add(command, where, "at < {0}", hits.Max(hit => hit.At) + window);
        AddMatch(command, where, rule.Condition.Match);
        if (rule.Condition.Per == "actor")
        {
            Add(command, where, "actor_id = ANY({0})", hits.Select(hit => hit.ActorId).Distinct().ToArray());
        }

        // Windows are open at their old end.
        command.Parameters.AddWithValue(NpgsqlDbType.Interval, window - TimeSpan.FromMicroseconds(1));
        command.Parameters.AddWithValue((long)rule.Condition.Threshold);
        command.CommandText = $"""
            WITH near AS (
                SELECT at, {Subject(rule)} AS subject FROM audit_log WHERE {string.Join(" AND ", where)} ORDER BY at DESC LIMIT {MaxEntries}
            ), counted AS (
                SELECT subject, at, count(*) OVER spell AS n, min(at) OVER spell AS first FROM near
                WINDOW spell AS (PARTITION BY subject ORDER BY at RANGE BETWEEN ${command.Parameters.Count - 1} PRECEDING AND CURRENT ROW)
            )
            SELECT DISTINCT ON (subject) subject, n, first, at FROM counted WHERE n >= ${command.Parameters.Count} ORDER BY subject, n DESC, at
            """;
        await using var reader = await command.ExecuteReaderAsync(transaction.CancellationToken);
        var found = new Dictionary<string, AlertWindow>(StringComparer.Ordinal);
        while (await reader.ReadAsync(transaction.CancellationToken))
        {
            found[reader.GetString(0)] = new AlertWindow(reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(3));
        }

        return found;
    }

    /// <summary>The newest entries of a window.</summary>
    public static async Task<IReadOnlyList<Guid>> IdsAsync(RegistryTransaction transaction, AlertRule rule, string subject, AlertWindow window)
    {
        await using var command = AuditTables.Command(transaction, string.Empty);
        var where = new List<string>();
        Add(command, where, "at >= {0}", window.FirstAt);
        Add(command, where, "at <= {0}", window.LastAt);
        Add(command, where, Subject(rule) + " = {0}", subject);
        AddMatch(command, where, rule.Condition.Match);
        command.CommandText = $"SELECT id FROM audit_log WHERE {string.Join(" AND ", where)} ORDER BY at DESC LIMIT {MaxIds}";
        await using var reader = await command.ExecuteReaderAsync(transaction.CancellationToken);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(transaction.CancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }

    private static string Subject(AlertRule rule) => rule.Condition.Per switch
    {
        "actor" => "(actor_kind || ':' || actor_id)",
        "object" => "(object_kind || ':' || coalesce(object_id, ''))",
        _ => "''",
    };

    private static void AddMatch(NpgsqlCommand command, List<string> where, AlertMatch match)
    {
        if (match.Action is { } action)
        {
            Add(command, where, action.EndsWith('*') ? "starts_with(action, {0})" : "action = {0}", action.TrimEnd('*'));
        }

        if (match.Outcome is { } outcome)
        {
            // As a word: an index of what is not ok is only found by the word itself.
            where.Add($"outcome = '{outcome switch { "denied" => "denied", "failed" => "failed", _ => "ok" }}'");
        }

        foreach (var (column, value) in new[] { ("security_level", match.Level), ("object_kind", match.Object), ("code", match.Code) })
        {
            if (value is not null)
            {
                Add(command, where, column + " = {0}", value);
            }
        }
    }

    private static void Add(NpgsqlCommand command, List<string> where, string condition, object value)
    {
        command.Parameters.AddWithValue(value);
        where.Add(string.Format(System.Globalization.CultureInfo.InvariantCulture, condition, $"${command.Parameters.Count}"));
    }
}

/// <summary>A stretch of time, and how many entries that a rule counts lie in it.</summary>
/// <param name="Count">At least 1.</param>
/// <param name="FirstAt">The oldest.</param>
/// <param name="LastAt">The newest.</param>
internal sealed record AlertWindow(long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt);
